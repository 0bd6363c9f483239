"""The options of `trimtab define`, and the edits of a definition that they ask for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from trimtab.cli.exits import UsageMistake
from trimtab.cli.values import typed_as


class TypeName(StrEnum):
    """What a value can be."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ENUM = "enum"
    JSON = "json"


class Reload(StrEnum):
    """What a program must do to follow a change."""

    LIVE = "live"
    REBUILD = "rebuild"
    RESTART = "restart"


def _number_rule(name: str, words: str) -> Any:
    return typer.Option(name, metavar="NUMBER", help=words, rich_help_panel="Rules")


def _count_rule(name: str, words: str) -> Any:
    return typer.Option(name, metavar="NUMBER", min=0, help=words, rich_help_panel="Rules")


def _text_rule(name: str, metavar: str, words: str) -> Any:
    return typer.Option(name, metavar=metavar, help=words, rich_help_panel="Rules")


Type = Annotated[TypeName | None, typer.Option("--type", "-t", help="What a value is.")]
Category = Annotated[str | None, typer.Option("--category", metavar="NAME", help="Its category.")]
Description = Annotated[
    str | None, typer.Option("--description", metavar="TEXT", help="For people.")
]
Default = Annotated[
    str | None,
    typer.Option("--default", metavar="VALUE", help="What holds where no environment has a value."),
]
NoDefault = Annotated[bool, typer.Option("--no-default", help="Take the default away.")]
Secret = Annotated[
    bool | None,
    typer.Option(
        "--secret/--not-secret", help="Holds only a reference to a secret, such as env://NAME."
    ),
]
ReloadMark = Annotated[
    Reload | None, typer.Option("--reload", help="What a program must do to follow a change.")
]
Min = Annotated[str | None, _number_rule("--min", "The smallest value.")]
Max = Annotated[str | None, _number_rule("--max", "The largest value.")]
ExclusiveMin = Annotated[str | None, _number_rule("--exclusive-min", "Values are larger.")]
ExclusiveMax = Annotated[str | None, _number_rule("--exclusive-max", "Values are smaller.")]
MultipleOf = Annotated[str | None, _number_rule("--multiple-of", "Values are multiples of it.")]
MinLength = Annotated[int | None, _count_rule("--min-length", "At least so many characters.")]
MaxLength = Annotated[int | None, _count_rule("--max-length", "At most so many characters.")]
Pattern = Annotated[
    str | None, _text_rule("--pattern", "REGEX", "The whole value matches this expression.")
]
Format = Annotated[
    str | None, _text_rule("--format", "NAME", "A known form: uri, email, duration, cron, ...")
]
Choices = Annotated[
    list[str] | None, _text_rule("--choice", "VALUE", "One of the allowed values; repeat it.")
]
Required = Annotated[
    bool | None,
    typer.Option(
        "--required/--not-required",
        help="Every environment must have a value.",
        rich_help_panel="Rules",
    ),
]
SchemaFile = Annotated[
    Path | None, _text_rule("--schema", "FILE", "JSON Schema of a json value (a file).")
]
NoRules = Annotated[
    list[str] | None, _text_rule("--no-rule", "RULE", "Take a rule away, such as min; repeat it.")
]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules given as options, by their names in the API; `dropped` are to go."""

    numbers: Mapping[str, str | None]
    others: Mapping[str, object]
    choices: list[str]
    schema: Path | None
    dropped: list[str]

    @property
    def given(self) -> bool:
        """Whether any option says anything about rules."""
        values = (*self.numbers.values(), *self.others.values(), self.schema)
        return bool(self.choices or self.dropped) or any(it is not None for it in values)

    def over(self, key: str, type_name: str, current: Mapping[str, object]) -> dict[str, object]:
        """The current rules with these laid over them; raises UsageMistake."""
        rules = {name: it for name, it in current.items() if name not in self.dropped}
        rules |= {
            name: _number(key, name, it) for name, it in self.numbers.items() if it is not None
        }
        rules |= {name: it for name, it in self.others.items() if it is not None}
        if self.choices:
            kind = "string" if type_name == "enum" else type_name
            rules["enum"] = [typed_as(key, kind, it) for it in self.choices]
        if self.schema is not None:
            rules["schema"] = _schema(key, self.schema)
        return rules


def _number(key: str, name: str, text: str) -> object:
    try:
        return int(text)
    except ValueError:
        return typed_as(f"The rule {name} of {key}", "number", text)


def _schema(key: str, path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        raise UsageMistake(f"{path} holds no JSON, so it cannot be the schema of {key}.") from None
