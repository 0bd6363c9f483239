"""Keys whose value depends on which program reads the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trimtab.migrate.dialect import Dialect, filled_in
from trimtab.migrate.dialect_value import Reading
from trimtab.migrate.env_file import EnvFile


@dataclass(frozen=True, slots=True)
class DialectDifference:
    """One key, what each dialect makes of it (None: it sets nothing), and why in one sentence.

    The values are kept out of `repr`: they may be secrets.
    """

    key: str
    line: int
    values: Mapping[Dialect, str | None] = field(repr=False)
    reason: str


def dialect_differences(env_file: EnvFile) -> tuple[DialectDifference, ...]:
    """The active keys of a file that not all dialects read alike, in file order.

    Variables are filled in from the file alone, as if the surroundings were empty.
    """
    text = env_file.render()
    read = {dialect: dialect.read(text) for dialect in Dialect}
    readings = {dialect: dict(found) for dialect, found in read.items()}
    values = {dialect: filled_in(dialect, found) for dialect, found in read.items()}
    lines = {item.key: item.line for item in env_file.assignments if not item.commented_out}
    found: list[DialectDifference] = []
    for key, line in lines.items():
        by_dialect = {dialect: values[dialect].get(key) for dialect in Dialect}
        if len(set(by_dialect.values())) > 1:
            refusals = [readings[dialect].get(key, Reading()).refused for dialect in Dialect]
            reason = _reason(key, text, line, next(filter(None, refusals), ""))
            found.append(DialectDifference(key, line, by_dialect, reason))
    return tuple(found)


def _reason(key: str, text: str, line: int, refusal: str) -> str:
    name, _, raw = text.replace("\r\n", "\n").split("\n")[line - 1].partition("=")
    raw = raw.strip()
    if name != name.rstrip():
        return f"a shell takes {key} with a blank before = for a command"
    quote = raw[:1] if raw[:1] in {'"', "'", "`"} else ""
    if "$" in raw:
        return f"the dialects fill in $ in {key} differently"
    if not quote and "#" in raw:
        return f"# in the unquoted value of {key} is a comment for some"
    if "\\" in raw:
        return f"the dialects treat the backslash in {key} differently"
    if quote == "`":
        return f"only Node dotenv knows the quotes around {key}"
    if not quote and len(raw.split()) > 1:
        return f"a shell takes what follows the first blank in {key} for a command"
    return f"{key}: {refusal}" if refusal else f"the dialects read {key} differently"
