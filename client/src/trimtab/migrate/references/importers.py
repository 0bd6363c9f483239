"""Which files may use what another file offers: a cheap question before parsing them again."""

import re
from functools import lru_cache

from .exports import Export, Exports

_IMPORTS = {
    "python": r"(?:from|import)\s[\w.\s,]*\b(?:{parts})\b",
    "javascript": r"""['"][^'"\n]*\b(?:{parts})\b[^'"\n]*['"]""",
}
_RELATIVE = re.compile(rb"from\s+\.+\s+import")


def may_import(family: str, path: str, data: bytes, exports: Exports) -> bool:
    """Whether the file mentions something offered by another file, and that file."""
    return any(
        export.path != path and export.name.encode() in data and _names(family, path, data, export)
        for export in exports
    )


def _names(family: str, path: str, data: bytes, export: Export) -> bool:
    if family == "go":
        folder = export.path.rpartition("/")[0]
        package = folder.rpartition("/")[2]
        is_same = path.rpartition("/")[0] == folder
        return is_same or f"{package}.{export.name}(".encode() in data
    if family not in _IMPORTS:
        return False
    if family == "python" and _RELATIVE.search(data):
        return True
    return _pattern(family, export.path).search(data) is not None


@lru_cache(maxsize=1024)
def _pattern(family: str, path: str) -> re.Pattern[bytes]:
    *folders, file = re.sub(r"\.\w+$", "", path).split("/")
    named = "|".join(re.escape(part) for part in (*folders[-1:], file))
    return re.compile(_IMPORTS[family].format(parts=named).encode())
