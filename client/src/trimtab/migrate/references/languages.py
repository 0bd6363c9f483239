"""Which language a file is in, what must stand in it to be worth parsing, and who searches it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from .csharp import search_csharp
from .exports import Exports
from .go import search_go
from .javascript import search_javascript
from .jvm import search_java, search_kotlin
from .php import search_php
from .python import search_python
from .reference import Source
from .ruby import search_ruby
from .rust import search_rust
from .searched import Searched
from .shell import search_shell

Search: TypeAlias = Callable[[Source, Exports], Searched]


@dataclass(frozen=True, slots=True)
class Language:
    """One language; those of a `family` can import from each other.

    A file with none of the `signs` in it reads no variable, so that it need not be parsed.
    """

    name: str
    family: str
    search: Search
    suffixes: tuple[str, ...]
    signs: tuple[bytes, ...]


_PYTHON_SIGNS = (
    b"environ",
    b"getenv",
    b"BaseSettings",
    b"decouple",
    b"starlette.config",
    b"envvar",
    b"database_url.config",
    b"cache_url.config",
)
_JAVASCRIPT_SIGNS = (
    b".env",
    b"= process",
    b"onfigService",
    b"onfig.get",
    b"zod",
    b"joi",
    b"Joi",
    b"envalid",
    b"yup",
    b"class-validator",
    b"$env/",
    b"node:process",
    b"ProcessEnv",
    b"loadEnv",
)
_JVM_SIGNS = (b"getenv", b"@Value", b"getProperty", b"ConfigProperty", b"getRequiredProperty")


def _javascript(name: str, *suffixes: str) -> Language:
    return Language(name, "javascript", search_javascript, suffixes, _JAVASCRIPT_SIGNS)


LANGUAGES = (
    Language("python", "python", search_python, (".py", ".pyw"), _PYTHON_SIGNS),
    _javascript("javascript", ".js", ".mjs", ".cjs", ".jsx"),
    _javascript("typescript", ".ts", ".mts", ".cts"),
    _javascript("tsx", ".tsx"),
    _javascript("vue", ".vue"),
    _javascript("svelte", ".svelte"),
    Language(
        "go",
        "go",
        search_go,
        (".go",),
        (b"Getenv", b"LookupEnv", b'env:"', b'envconfig:"', b"BindEnv"),
    ),
    Language("ruby", "ruby", search_ruby, (".rb", ".rake", ".ru", ".gemspec"), (b"ENV",)),
    Language("java", "java", search_java, (".java",), _JVM_SIGNS),
    Language("kotlin", "kotlin", search_kotlin, (".kt", ".kts"), _JVM_SIGNS),
    Language("php", "php", search_php, (".php",), (b"env(", b"_ENV", b"_SERVER", b"Env::")),
    Language("rust", "rust", search_rust, (".rs",), (b"env",)),
    Language("csharp", "csharp", search_csharp, (".cs",), (b"EnvironmentVariable", b"onfig")),
    Language("shell", "shell", search_shell, (".sh", ".bash"), (b"$", b"printenv")),
)
_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}
_BY_NAME = {language.name: language for language in LANGUAGES}
_BY_FILE_NAME = {"Rakefile": "ruby", "Gemfile": "ruby", "Guardfile": "ruby", "Capfile": "ruby"}
_FIRST_LINE = re.compile(rb"#!.*?\b(python|node|deno|bun|ruby|php|bash|dash|sh|zsh)[\d.]*(\s|$)")
_INTERPRETERS = {"node": "javascript", "deno": "typescript", "bun": "typescript"} | dict.fromkeys(
    ("bash", "dash", "sh", "zsh"), "shell"
)


def language_of(path: str) -> Language | None:
    """The language that a file's name tells."""
    name = path.rpartition("/")[2]
    if name in _BY_FILE_NAME:
        return _BY_NAME[_BY_FILE_NAME[name]]
    stem, dot, suffix = name.rpartition(".")
    is_declaration = stem.endswith(".d") and suffix in ("ts", "mts", "cts")
    return _BY_SUFFIX.get(f".{suffix.lower()}") if stem and dot and not is_declaration else None


def may_be_script(path: str) -> bool:
    """Whether only the first line of a file can tell its language."""
    return "." not in path.rpartition("/")[2]


def script_language(data: bytes) -> Language | None:
    """The language that the first line of a script tells: `#!/usr/bin/env python3`."""
    found = _FIRST_LINE.match(data[:128])
    if found is None:
        return None
    interpreter = found[1].decode()
    return _BY_NAME[_INTERPRETERS.get(interpreter, interpreter)]
