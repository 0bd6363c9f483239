"""An environment as a file: what other programs read. Pure."""

import json
import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from trimtab_server.config.resolve import Resolved
from trimtab_server.config.state import SettingState, State
from trimtab_server.delivery.snapshot import living, served
from trimtab_server.errors import TrimtabError
from trimtab_server.kernel.violation import Violation


class ExportFormat(StrEnum):
    """The formats."""

    DOTENV = "dotenv"
    SHELL = "shell"
    JSON = "json"
    YAML = "yaml"


MEDIA_TYPES = {
    ExportFormat.DOTENV: "text/plain; charset=utf-8",
    ExportFormat.SHELL: "text/x-shellscript; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.YAML: "application/yaml",
}


class NotExportable(TrimtabError):
    """Some values cannot be written in this format."""

    code = "not-exportable"
    status = 422
    title = "Some values cannot be written in this format."


@dataclass(frozen=True, slots=True)
class Selection:
    """Which keys; references to secrets are left out unless asked for."""

    prefix: str | None = None
    category: str | None = None
    references: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """The file, and how many references were left out of it."""

    text: str
    omitted: int


def export(
    state: State,
    environment: str,
    kind: ExportFormat,
    selection: Selection,
    *,
    meta: bool = False,
) -> Exported:
    """The environment in one of the formats; `meta` brings settings without a value, too.

    Raises:
        NotExportable: names every key whose value no parser of that format would read back.
    """
    everything = living(state, environment) if meta else served(state, environment)
    chosen = [
        (setting, resolved)
        for setting, resolved in everything
        if (selection.prefix is None or setting.key.startswith(selection.prefix))
        and (selection.category is None or setting.definition.category == selection.category)
    ]
    kept = [one for one in chosen if selection.references or not one[0].definition.is_secret]
    omitted = len(chosen) - len(kept)
    if kind in (ExportFormat.DOTENV, ExportFormat.SHELL):
        return Exported(_lines([one for one in kept if one[1].text is not None], kind), omitted)
    document: dict[str, Any] = {setting.key: resolved.value for setting, resolved in kept}
    if meta:
        document = _with_definitions(state, environment, kept)
    if kind is ExportFormat.JSON:
        return Exported(json.dumps(document, indent=2, ensure_ascii=False) + "\n", omitted)
    return Exported(_yaml(document), omitted)


def _with_definitions(
    state: State, environment: str, chosen: Iterable[tuple[SettingState, Resolved]]
) -> dict[str, Any]:
    head = state.application
    return {
        "application": head.name,
        "environment": environment,
        "revision": f"{head.epoch}.{head.revision}",
        "settings": [
            {
                "key": setting.key,
                "value": resolved.value,
                **setting.definition.to_json(),
                "sourcePolicy": resolved.policy.value,
            }
            for setting, resolved in chosen
        ],
    }


class _Dumper(yaml.SafeDumper):
    """Every text in quotes: readers of YAML 1.1 and 1.2 take different words for other types."""


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def _yaml(document: dict[str, Any]) -> str:
    text: str = yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=2**31
    )
    return text


def _lines(chosen: list[tuple[SettingState, Resolved]], kind: ExportFormat) -> str:
    quote: Callable[[str], str | None] = _dotenv_quote
    prefix = ""
    if kind is ExportFormat.SHELL:
        quote, prefix = shlex.quote, "export "
    lines, violations = [], []
    for setting, resolved in chosen:
        quoted = quote(_text(resolved.value)) if _is_variable(setting.key) else None
        if quoted is None:
            message = (
                f"{setting.key} cannot be written so that every reader of {kind} files sees the "
                "same: choose json or yaml, or leave it out with prefix or category."
            )
            violations.append(Violation("", setting.key, "not-exportable", message))
        else:
            lines.append(f"{prefix}{setting.key}={quoted}\n")
    if violations:
        raise NotExportable(violations[0].message, violations=violations)
    return "".join(lines)


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What bash sets itself, takes for something else, or does not let anybody set.
_OF_THE_SHELL = frozenset(
    "_ BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND "
    "BASH_LINENO BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID "
    "FUNCNAME GROUPS HISTCMD LINENO OPTIND PIPESTATUS PPID RANDOM SECONDS SHELLOPTS SRANDOM "
    "UID".split()
)
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,-]+")


def _is_variable(key: str) -> bool:
    return _VARIABLE.fullmatch(key) is not None and key not in _OF_THE_SHELL


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _dotenv_quote(text: str) -> str | None:
    r"""The text so that python-dotenv, Compose and a POSIX shell read the same; None: no such way.

    In single quotes nothing is special to a shell or to Compose. python-dotenv still expands
    `${` there and unescapes `\\` and `\'`. With a single quote inside only double quotes are left,
    where `$`, a backtick and a backslash mean different things to the three.
    """
    if _PLAIN.fullmatch(text):
        return text
    if "\r" in text or "${" in text:
        return None
    if "'" not in text:
        return None if "\\\\" in text or text.endswith("\\") else f"'{text}'"
    if any(special in text for special in '$`\\!"'):
        return None
    return f'"{text}"'
