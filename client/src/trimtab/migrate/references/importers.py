"""Which files may use what another file offers: a cheap question before parsing them again."""

import re
from collections.abc import Iterable
from functools import lru_cache

from .exports import Export

IMPORTING = frozenset({"go", "javascript", "python"})
_IMPORTS = {
    "python": r"(?m)^[ \t]*(?:from|import)[ \t][^\n]*\b(?:{parts})\b",
    "javascript": r"""['"][^'"\n]*\b(?:{parts})\b[^'"\n]*['"]""",
}
_RELATIVE = re.compile(rb"(?m)^[ \t]*from[ \t]+\.+[ \t]+import")


def may_import(family: str, path: str, data: bytes, exports: Iterable[Export]) -> bool:
    """Whether the file mentions something offered by another file, and that file."""
    return any(
        export.spelled in data
        and export.path != path
        and _mentions_file(family, path, data, export)
        for export in exports
    )


def _mentions_file(family: str, path: str, data: bytes, export: Export) -> bool:
    if family == "go":
        folder = export.path.rpartition("/")[0]
        package = folder.rpartition("/")[2]
        is_same = path.rpartition("/")[0] == folder
        return is_same or f"{package}.{export.name}(".encode() in data
    if family == "python" and _RELATIVE.search(data):
        return True
    return _import_of(family, export.path).search(data) is not None


@lru_cache(maxsize=1024)
def _import_of(family: str, path: str) -> re.Pattern[bytes]:
    *folders, file = re.sub(r"\.\w+$", "", path).split("/")
    named = "|".join(re.escape(part) for part in (*folders[-1:], file))
    return re.compile(_IMPORTS[family].format(parts=named).encode())
