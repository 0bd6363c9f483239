"""Tell stand-ins (`<token>`, `${VAR}`, `xxxx`, `your_api_key_here`) from credentials."""

import re
from typing import Final

_TEMPLATE: Final = re.compile(
    r"<[^<>]*>|\$?\{.*\}|\$\(.*\)|\$[A-Z_][A-Z0-9_]*|%\([A-Za-z_]+\)s|%[A-Za-z_]*%?|\[[^\]]*\]"
    r"|_{2,}[A-Z_]*",
    re.DOTALL,
)
_MASK: Final = re.compile(r"[xX*.\u2026\u2022_-]+|x{3,}.*", re.DOTALL)
_MASKED_PART: Final = re.compile(r"x{5}|X{5}|\*{3}|\.{3}|\u2026|<[A-Za-z_ -]+>|\{[A-Za-z_ -]+\}")
_STAND_IN: Final = re.compile(
    r"your[_-]|[_-]?your\b|YOUR[_-]|placeholder|PLACEHOLDER|[_-]here\b|[_-]HERE\b|REPLACE"
    r"|replace[_-]?(?:me|this|with)|change[_-]?(?:me|this)|CHANGE[_-]?(?:ME|THIS)"
)
_WORDS: Final = frozenset(
    """
    password passwd pass secret token key apikey api_key api-key null none nil undefined false true
    todo tbd unset empty redacted hidden masked example string value text optional required
    """.split()
)
_REFERENCE: Final = re.compile(r"(?:env|file|infisical|vault|awssm|gcpsm|op|doppler)://\S+")
_LONGEST: Final = 512


def is_template(value: str) -> bool:
    """Say whether the whole value is a template or a mask, which cannot work as a password."""
    value = value[:_LONGEST]
    return _TEMPLATE.fullmatch(value) is not None or _MASK.fullmatch(value) is not None


def is_stand_in(value: str) -> bool:
    """Say whether a value only stands where a credential belongs."""
    value = value[:_LONGEST]
    if is_template(value) or value.lower() in _WORDS:
        return True
    return is_stand_in_token(value)


def is_stand_in_token(token: str) -> bool:
    """Say whether a token of a provider's form has been blanked out.

    A well-known documentation example is not blanked out: it is refused like a real one.
    """
    token = token[:_LONGEST]
    if _MASKED_PART.search(token) or _STAND_IN.search(token):
        return True
    return len(set(token[-16:])) <= 2


def is_reference(value: str) -> bool:
    """Say whether a value only says where the credential is (`env://OPENAI_API_KEY`)."""
    return _REFERENCE.fullmatch(value[:_LONGEST]) is not None


def looks_made(value: str) -> bool:
    """Say whether a value mixes digits and letters like something drawn or thought up.

    Words of prose, paths, URLs, calls and variables do not.
    """
    value = value[:_LONGEST]
    if len(value) < 8 or value.startswith(("/", "./", "~/", "$")) or "://" in value:
        return False
    if any(c in "()[]{} " for c in value):
        return False
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
