"""For the tests of programs that use Trimtab: other values for a while, without any server."""

from .override import BadOverride, override

__all__ = ["BadOverride", "override"]
