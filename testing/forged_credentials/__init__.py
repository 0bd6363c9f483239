"""What knocks at the door and is no live token in its place, each with a name."""

from .headers import Headers, header_mutations
from .tokens import Forgery, forged_tokens

__all__ = ["Forgery", "Headers", "forged_tokens", "header_mutations"]
