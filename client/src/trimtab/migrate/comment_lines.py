"""The comment lines of an env file: headings, descriptions, and assignments commented out."""

import io
import re
from dataclasses import dataclass

from dotenv.parser import parse_stream

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,254}")
_ASSIGNMENT = re.compile(
    r"(?P<export>export\s+)?(?P<key>[A-Za-z_][A-Za-z0-9_.-]*)(?P<left>\s*)=(?P<value>.*)"
)
_DOUBLE_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_SINGLE_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'", re.DOTALL)
_RULE_CHARACTERS = frozenset("=-*~#+_─═—")
_DECORATED = re.compile(
    r"(?:[=\-*~+<>─═—]{2,}|\[)\s*(?P<title>[^\s=\-*~+<>─═—].*?)\s*(?:[=\-*~#+<>─═—]{2,}|\])?\s*#*"
)
# A value followed by one of these is the start of a sentence: `DEBUG=true will print ...`.
_SENTENCE_GOES_ON = frozenset(
    "will to is if when for and or in means enables disables makes can should must would then as "
    "with on so because which that the uses sets only requires allows turns has does before after "
    "unless instead are was from by this it you your".split()
)
_TITLE_WORDS = 10
_LONGEST_TITLE = 120


def is_key(text: str) -> bool:
    """Whether a store accepts `text` as the name of a setting."""
    return _KEY.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Documented:
    """A commented-out assignment: a documented default."""

    key: str
    value: str
    comment_beside: str
    exported: bool
    quoted: bool


def commented_out_assignment(text: str) -> Documented | None:
    """The assignment in a comment line (`text` without its first `#`), or None for prose."""
    body = text.lstrip("#; \t")
    match = _ASSIGNMENT.fullmatch(body)
    if match is None or not _looks_like_name(match["key"], match["left"]):
        return None
    if _is_sentence(match["value"].strip()):
        return None
    binding = next(iter(parse_stream(io.StringIO(body))))
    if binding.error or binding.value is None:
        value, comment, quoted = _unquote(match["value"].strip()), "", True
    else:
        value = binding.value
        comment, quoted = beside(body)
    return Documented(match["key"], value, comment, match["export"] is not None, quoted)


def beside(body: str) -> tuple[str, bool]:
    """The comment at the end of an assignment's line, and whether its value is quoted."""
    raw = body.partition("=")[2]
    rest = raw.lstrip(" \t")
    for quoted in (_DOUBLE_QUOTED, _SINGLE_QUOTED):
        if match := quoted.match(rest):
            return rest[match.end() :].strip().lstrip("#").strip(), True
    match = re.search(r"\s#(.*)", raw.partition("\n")[0])
    return (match[1].strip(" \t\r#") if match else ""), False


def why_broken(body: str) -> str:
    """One sentence about a line that is no assignment; it never quotes the line."""
    line = body.splitlines()[0]
    if line.startswith(("//", ";")):
        return "only # starts a comment in an env file"
    name, equals, value = line.partition("=")
    if not equals:
        return "neither a comment nor KEY=value"
    if value.strip()[:1] in {'"', "'"}:
        return "a quote is not closed, or text follows the closing quote"
    if not name.strip():
        return "a name is missing before ="
    return "what stands before = is not one name"


@dataclass(frozen=True, slots=True)
class Around:
    above: str
    group: str
    heading: str


class CommentBlock:
    """The comments seen so far, told line by line, asked at each assignment."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._group = ""
        self._heading = ""
        self._in_box = False

    def blank_line(self) -> None:
        """A comment that touches nothing is the title of what follows, if it is short."""
        if self._lines and len(self._lines[0].split()) <= _TITLE_WORDS:
            self._heading = self._lines[0].strip()
        self._lines = []
        self._group = ""

    def comment_line(self, text: str) -> None:
        text = text.rstrip()
        if _is_rule(text):
            self._rule()
        elif title := _decorated_title(text):
            self._heading = title
            self._lines = []
            self._group = ""
        elif not text.lstrip("# ").startswith("^"):
            self._lines.append(text.lstrip("#").strip())

    def interrupted_by(self, body: str) -> None:
        if body.startswith(("//", ";")):
            self.comment_line(body.lstrip("/; "))
        else:
            self._lines = []

    def assignment(self) -> Around:
        above = "\n".join(self._lines).strip()
        if above:
            self._group = above
        self._lines = []
        return Around(above, "" if above else self._group, self._heading)

    def _rule(self) -> None:
        if self._lines and (len(self._lines) == 1 or self._in_box):
            self._heading = " ".join(self._lines).strip()
            self._in_box = False
        else:
            self._in_box = True
        self._lines = []
        self._group = ""


def _is_rule(text: str) -> bool:
    marks = sum(character in _RULE_CHARACTERS for character in text)
    return marks >= 3 and not any(character.isalnum() for character in text)


def _decorated_title(text: str) -> str:
    if len(text) > _LONGEST_TITLE:
        return ""
    text = text.strip()
    plain = text.strip("# ")
    if text.startswith("##") and text.endswith("##") and plain:
        return plain
    match = _DECORATED.fullmatch(text.lstrip("#").strip())
    return match["title"].strip() if match else ""


def _looks_like_name(key: str, blanks: str) -> bool:
    if key.upper() == key:
        return len(key) > 1
    return not blanks and ("_" in key or "." in key) and not key.endswith(".")


def _is_sentence(value: str) -> bool:
    if value[:1] in {'"', "'"}:
        return False
    words = value.split("#", maxsplit=1)[0].split()
    return len(words) >= 4 and words[1].lower() in _SENTENCE_GOES_ON


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in {'"', "'"}:
        return value[1:-1]
    return value
