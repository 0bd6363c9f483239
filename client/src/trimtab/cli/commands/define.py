"""`trimtab define`: what a setting is, in every environment."""

from typing import Any

from trimtab.admin import Entity, Written, vouched
from trimtab.cli.ask import ask
from trimtab.cli.changes import Moved, print_change
from trimtab.cli.commands import definition_options as options
from trimtab.cli.connect import Store, connect
from trimtab.cli.exits import UsageMistake
from trimtab.cli.lookup import root_of
from trimtab.cli.options import Application, AsJson, Comment, Key, OverrideSecretCheck, Yes
from trimtab.cli.output import print_json, say
from trimtab.cli.values import shown, shown_rules, typed_as
from trimtab.errors import NotFound, VersionMoved


def define(
    key: Key,
    type: options.Type = None,  # noqa: A002  the option's own name
    category: options.Category = None,
    description: options.Description = None,
    default: options.Default = None,
    no_default: options.NoDefault = False,
    secret: options.Secret = None,
    reload: options.ReloadMark = None,
    min: options.Min = None,  # noqa: A002
    max: options.Max = None,  # noqa: A002
    exclusive_min: options.ExclusiveMin = None,
    exclusive_max: options.ExclusiveMax = None,
    multiple_of: options.MultipleOf = None,
    min_length: options.MinLength = None,
    max_length: options.MaxLength = None,
    pattern: options.Pattern = None,
    format: options.Format = None,  # noqa: A002
    choice: options.Choices = None,
    required: options.Required = None,
    schema: options.SchemaFile = None,
    no_rule: options.NoRules = None,
    application: Application = None,
    comment: Comment = None,
    override_secret_check: OverrideSecretCheck = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make a setting, or change what it is: type, rules, default, description.

    A definition holds in every environment; stored values that break it are refused by name.
    """
    if default is not None and no_default:
        raise UsageMistake("--default and --no-default contradict each other.")
    rules = options.Rules(
        numbers={
            "min": min,
            "max": max,
            "exclusiveMin": exclusive_min,
            "exclusiveMax": exclusive_max,
            "multipleOf": multiple_of,
        },
        others={
            "minLength": min_length,
            "maxLength": max_length,
            "pattern": pattern,
            "format": format,
            "required": required,
        },
        choices=choice or [],
        schema=schema,
        dropped=no_rule or [],
    )
    fields: dict[str, Any] = {
        "type": type and type.value,
        "category": category,
        "description": description,
        "isSecret": secret,
        "reload": reload and reload.value,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    with connect(application) as store:
        before = _find(store, key)
        edits = _edits(key, before, given, rules, default, no_default)
        edits |= vouched(override_secret_check)
        if before is None:
            written = _create(store, key, edits, comment, yes, quiet=as_json)
        else:
            written = _redefine(store, before, edits, comment, yes, quiet=as_json)
    if as_json:
        print_json(written.raw)
    elif written.changed:
        say(f"Written, revision {written.revision}.")
    else:
        say("Nothing to write: it is so already.")


def _find(store: Store, key: str) -> Entity | None:
    try:
        return store.admin.entity(key, store.environment)
    except NotFound as error:
        if error.complaints:
            raise
        return None


def _edits(
    key: str,
    before: Entity | None,
    given: dict[str, Any],
    rules: options.Rules,
    default: str | None,
    no_default: bool,
) -> dict[str, Any]:
    type_name = given.get("type") or (before.type if before else None)
    if type_name is None:
        raise UsageMistake(f"There is no setting {key} yet: say what it is with --type.")
    current = before.validation_rules if before else {}
    wanted = rules.over(key, type_name, current)
    if rules.given:
        given["validationRules"] = wanted
    if default is not None:
        given["default"] = typed_as(f"The default of {key}", type_name, default)
    elif no_default and before is not None:
        given["default"] = None
    if before is not None and not given:
        raise UsageMistake(f"Say what to change about {key}, such as --min 1 or --description.")
    return given


def _create(
    store: Store, key: str, edits: dict[str, Any], comment: str | None, yes: bool, *, quiet: bool
) -> Written:
    words = [edits["type"], shown_rules(edits.get("validationRules", {}))]
    if "default" in edits:
        words.append(f"default {shown(edits['default'])}")
    if not quiet:
        say(f"New setting {key}: {', '.join(word for word in words if word)}")
    ask("Make it?", yes=yes)
    where = {"key": key, "environment": root_of(store), "comment": comment}
    return store.admin.create({**edits, **where})


def _redefine(
    store: Store,
    before: Entity,
    edits: dict[str, Any],
    comment: str | None,
    yes: bool,
    *,
    quiet: bool,
) -> Written:
    where = {"op": "define", "key": before.key, "environment": before.environment}
    plan = store.admin.bulk([{**edits, **where}], dry_run=True)
    if plan.items:
        if not quiet:
            print_change(plan.items)
        ask("Write it?", yes=yes)
    try:
        return store.admin.define(
            before.key,
            edits,
            environment=before.environment,
            etag=before.etag or "*",
            comment=comment,
        )
    except VersionMoved:
        now = store.admin.entity(before.key, before.environment)
        raise Moved(before, now) from None
