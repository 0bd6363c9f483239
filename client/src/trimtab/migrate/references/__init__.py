"""Where source code reads environment variables, and what it does with them."""

from .reference import Cast, Reference, SourceScan, Unparsed, Unresolved
from .scan import scan_source

__all__ = ["Cast", "Reference", "SourceScan", "Unparsed", "Unresolved", "scan_source"]
