"""Write `docs/reference/` from the code: `python docs/write_reference.py`."""

from pathlib import Path

from trimtab_server.settings import Settings

ROOT = Path(__file__).resolve().parent
_OPENING = """# The server's settings

Read once, when it starts, from environment variables. All that are wrong are named together, none
with its value. This page is written by `python docs/write_reference.py`; a test compares it.

| variable | default | what it is |
| --- | --- | --- |
"""


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """The pages by name: what should stand there."""
    return {"reference/server-settings.md": _OPENING + "".join(map(_row, Settings.model_fields))}


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    default = field.default
    text = str(default).lower() if isinstance(default, bool) else str(default)
    shown = "none" if default in (None, "") else f"`{text}`"
    said = " ".join((field.description or "").split()).replace("|", "\\|")
    return f"| `TRIMTAB_{name.upper()}` | {shown} | {said} |\n"


if __name__ == "__main__":
    main()
