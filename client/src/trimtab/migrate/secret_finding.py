"""What a scan for credentials found. It never holds the text itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One suspected credential: which rule says so, and where.

    `start` and `end` count characters of the scanned key or text; for a credential behind an
    encoding they cover the encoded part. `pointer` is the JSON pointer of the string they count
    in ("" for a key or a plain text). `doubtful` is true for guesses by randomness or by a
    general form: a person may overrule those, and no others.
    """

    rule: str
    start: int
    end: int
    doubtful: bool
    pointer: str = ""
