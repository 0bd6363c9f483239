"""A closed set of values stated by a comment, in the many ways people write one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LONGEST_COMMENT = 4_000
_QUOTES = "\"'`“”‘’"
_QUOTED = r"""(?:"[^"\s]{1,60}"|'[^'\s]{1,60}'|`[^`\s]{1,60}`|“[^”\s]{1,60}”|‘[^’\s]{1,60}’)"""
_BARE = r"[A-Za-z0-9][\w+-]*(?:\.[\w+-]+)*"
_ITEM = rf"(?:{_QUOTED}|{_BARE})"
_REMARK = r"(?:\s*\((?![^()]*\b(?:or|and)\b)[^()|,/]{0,60}\))?"
_SEPARATOR = r"(?:\s*,\s*(?:or|and)\s+|\s*[,|]\s*|\s+(?:or|and)\s+|\s*/\s*|\s*;\s*)"
_LIST = re.compile(rf"{_ITEM}{_REMARK}(?:{_SEPARATOR}{_ITEM}{_REMARK})+")
# The words before a list that make it a closed set, also where nothing else confirms it.
_STRONG_CUE = re.compile(
    r"(?:\b(?:one of(?: the following)?|options?|choices|levels|modes|drivers|backends|"
    r"(?:possible|valid|allowed|accepted|supported|available|permitted|legal) "
    r"(?:[a-z]+ )?(?:values?|options?|choices|levels?|modes?|types?|settings|drivers?|backends?|"
    r"providers?|engines?|formats?|strategies|methods?)|values|(?:must|should|can|may) be either|"
    r"(?:supported|allowed|accepted|valid|available)|choose (?:from|between|one of)|either)"
    r"(?: (?:are|is|include|here are))?)\s*(?:the following)?\s*[:=\-–]?\s*$",
    re.IGNORECASE,
)
# Words that often come before a list, but also before ordinary English.
_WEAK_CUE = re.compile(
    r"\b(?:(?:can|may|must|should|could|will)(?: only)?(?: also)? be(?: set to)?|use|"
    r"set(?: \w+)? to|accepts?|supports?|expects|takes|is|are|between|provider|driver|type|mode|"
    r"backend|engine|method|level|strategy|environment|format|policy|protocol)\s*:?\s*$",
    re.IGNORECASE,
)
_OPEN_BEFORE = re.compile(
    r"\b(?:e\.?g\.?|i\.?e\.?|such as|for example|examples?|like|including|includes?|"
    r"for instance)[\s:,]*$",
    re.IGNORECASE,
)
_OPEN_AFTER = re.compile(
    r"\s*,?\s*(?:etc|\.\.\.|…|and (?:so on|more|others|other)|or (?:any|other|another|similar)|"
    r"among others)",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    rf"\s*(?:[-*•+]\s+|\d+[.)]\s+)?(?P<item>{_QUOTED}|{_BARE})\s*"
    r"(?::\s+\S|=>|->|→|[-–—]\s|=\s|\(|for\s|$)",
)
_BULLET = re.compile(rf"\s*[-*•+]\s+(?P<item>{_QUOTED}|{_BARE})(?:\s*$|\s*[:(=–—-]|\s)")
_LEADS_TO_LINES = re.compile(
    r"(?:values?|options?|levels?|choices|modes?|following|one of|types?|drivers?|providers?|"
    r"backends?|available|supported|are|can be|formats?|methods?)\b[^.:]{0,40}:?\s*$",
    re.IGNORECASE,
)
_OPEN_WORDS = frozenset({"etc", "etc.", "more", "others", "similar"})
_ENDINGS = (" (", " -", " –")
_FUNCTION_WORDS = frozenset(
    "a an the to of in on if it this that be used set for with and or is are was will can may must "
    "should e.g i.e eg ie not more when by as at from your you we see also only but than then "
    "so".split()
)
_LABELS = frozenset(
    "Note Notes Default Defaults Example Examples See Docs Documentation Warning Required Optional "
    "Todo Info Hint Tip Important Usage Format Reference Ref Http Https Value Values".split()
)
_SAME_AS = re.compile(
    r"\b(?:same (?:values|options|choices)|values|options) (?:as|of) (?P<key>[A-Z][A-Z0-9_]{2,})"
)


@dataclass(frozen=True, slots=True)
class StatedEnum:
    """The members in the order stated.

    `certain` if the wording itself says that it is a set; `loose` if the members were only
    picked out of a sentence because the value is one of them.
    """

    members: tuple[str, ...]
    certain: bool
    loose: bool = False


def stated_enum(comment: str, value: str) -> StatedEnum | None:
    """The closed set that `comment` states for a key whose value is `value` (may be empty).

    A wording that may be ordinary English counts only if the value is one of its words.
    """
    comment = comment[:_LONGEST_COMMENT]
    for found in _candidates(comment, value):
        members = _in_the_values_spelling(found.members, value)
        if len(members) < 2 or _only_numbers(members):
            continue
        if value and value not in members:
            continue
        if found.certain or value:
            return StatedEnum(members, found.certain, found.loose)
    return None


def same_values_as(comment: str) -> str | None:
    """The other key whose values a comment points to."""
    match = _SAME_AS.search(comment[:_LONGEST_COMMENT])
    return match["key"] if match else None


def _candidates(comment: str, value: str) -> Iterator[StatedEnum]:
    flat = " ".join(comment.split())
    yield from _lines(comment, value)
    yield from _lists(flat)
    yield from _purposes(flat, value)
    yield from _inline_definitions(flat)
    quoted = _quoted_words(flat)
    if len(quoted) > 1 and value.lower() in map(str.lower, quoted):
        yield StatedEnum(quoted, certain=False, loose=True)


def _lists(flat: str) -> Iterator[StatedEnum]:
    for match in _LIST.finditer(flat):
        before, after = flat[: match.start()], flat[match.end() :]
        if _OPEN_BEFORE.search(before[-24:]) or _OPEN_AFTER.match(after):
            continue
        text, cue_inside = _without_cue(match[0])
        listed = _listed(text)
        if listed is None:
            continue
        ends = listed.cut or not after or after[0] in ".);:!]" or after.startswith(_ENDINGS)
        strong = cue_inside or _STRONG_CUE.search(before[-80:]) is not None
        weak = _WEAK_CUE.search(before[-40:]) is not None
        brackets = before.rstrip().endswith(("(", "[")) and after.lstrip()[:1] in {")", "]"}
        alone = not before.strip() and not after.strip(" .")
        if not (ends or listed.quoted or listed.piped):
            continue
        certain = (
            strong
            or listed.piped
            or (listed.quoted and weak)
            or (alone and len(listed.members) > 2)
            or ((brackets or weak) and listed.constants)
        )
        yield StatedEnum(listed.members, certain)


@dataclass(frozen=True, slots=True)
class _Listed:
    """The members of a list in a sentence, and how they are written."""

    members: tuple[str, ...]
    quoted: bool
    piped: bool
    cut: bool

    @property
    def constants(self) -> bool:
        return all(
            (item.isupper() and len(item) > 1) or "_" in item or re.search(r"[a-z][A-Z]", item)
            for item in self.members
        )


def _listed(text: str) -> _Listed | None:
    """The list up to where the sentence goes on; None for an open one or a single item."""
    items = [item.strip() for item in re.split(_SEPARATOR, re.sub(r"\([^()]*\)", "", text))]
    items = [item for item in items if item]
    if _OPEN_WORDS & {item.lower() for item in items}:
        return None
    plain = [item.strip(_QUOTES).rstrip(".") for item in items]
    end = next((at for at, item in enumerate(plain) if _is_no_item(item)), len(plain))
    if end < 2:
        return None
    quoted = all(item[:1] in _QUOTES for item in items[:end])
    members = tuple(dict.fromkeys(plain[:end]))
    return _Listed(members, quoted, "|" in text, end < len(plain))


def _without_cue(text: str) -> tuple[str, bool]:
    """`either a or b`: the cue word is no member."""
    match = re.match(r"(?:either|options|values|one of)\s+", text, re.IGNORECASE)
    return (text[match.end() :], True) if match else (text, False)


def _is_no_item(word: str) -> bool:
    return word in _LABELS or (word.islower() and word in _FUNCTION_WORDS)


def _lines(comment: str, value: str) -> Iterator[StatedEnum]:
    """Members on lines of their own: bullets, or `name - what it does`."""
    lines = comment.splitlines()
    for at, line in enumerate(lines):
        led = at > 0 and _LEADS_TO_LINES.search(lines[at - 1]) is not None
        pattern = _BULLET if _BULLET.match(line) else _DEFINITION
        items: list[str] = []
        for following in lines[at:]:
            match = pattern.match(following)
            if match is None or _is_no_item(match["item"]):
                break
            items.append(match["item"].strip(_QUOTES))
        members = tuple(dict.fromkeys(items))
        if len(members) > 1 and (led or value.lower() in map(str.lower, members)):
            yield StatedEnum(members, certain=led)
            return


def _purposes(flat: str, value: str) -> Iterator[StatedEnum]:
    """`LOCAL for development, REMOTE for the sandbox`: constants and what each is for."""
    members = re.findall(r"\b([A-Z][A-Z0-9_]+) for [a-z]", flat)
    if len(members) > 1 and value.isupper():
        yield StatedEnum(tuple(dict.fromkeys([*members, value])), certain=False)


def _inline_definitions(flat: str) -> Iterator[StatedEnum]:
    """`all = keep everything, none = keep nothing`."""
    members = re.findall(rf"(?:^|[,;(.]\s*)({_QUOTED}|{_BARE})\s*(?:=|=>|->|→|:)\s+[A-Za-z]", flat)
    members = [item.strip(_QUOTES) for item in members]
    if len(members) > 1 and not any(_is_no_item(item) for item in members):
        yield StatedEnum(tuple(dict.fromkeys(members)), certain=False)


def _quoted_words(flat: str) -> tuple[str, ...]:
    if re.search(r"\b(?:e\.?g|such as|for example|example|like)\b", flat, re.IGNORECASE):
        return ()
    words = [word[1:-1] for word in re.findall(_QUOTED, flat)]
    return tuple(dict.fromkeys(word for word in words if re.fullmatch(r"[\w.+-]+", word)))


def _in_the_values_spelling(members: tuple[str, ...], value: str) -> tuple[str, ...]:
    if value and value not in members and value.lower() in (item.lower() for item in members):
        change = str.upper if value.isupper() else str.lower if value.islower() else None
        if change is not None:
            return tuple(dict.fromkeys(change(item) for item in members))
    return members


def _only_numbers(members: tuple[str, ...]) -> bool:
    return all(re.fullmatch(r"[\d.]+", item) for item in members)
