"""JSON and YAML as `trimtab export` writes them: a flat map, or with definitions (`--meta`)."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from trimtab.cli.incoming.setting import CannotImport, Incoming, IncomingFile
from trimtab.migrate.yaml_depth import TooMuch, check_written_out, too_deep_at

_DEFINITION = (
    "type",
    "category",
    "validationRules",
    "default",
    "description",
    "isSecret",
    "reload",
)


class _Loader(yaml.SafeLoader):
    """YAML as the export writes it: no dates out of texts, no key twice."""


# Without the resolver for dates `2026-11-23` stays the text it is.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_json(path: Path) -> IncomingFile:
    """Read an exported JSON file; raises CannotImport."""
    text = _text(path)
    try:
        content = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise CannotImport(f"{path}:{error.lineno}: is not JSON ({error.msg}).") from None
    except _Twice as error:
        raise CannotImport(f"{path}: {error}.") from None
    except RecursionError:
        raise CannotImport(f"{path}: is nested too deeply.") from None
    return _incoming(path, content)


def read_yaml(path: Path) -> IncomingFile:
    """Read an exported YAML file; raises CannotImport."""
    text = _text(path)
    try:
        content = _content(path, text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise CannotImport(
            f"{path}{line}: is not YAML ({error.problem or error.context})."
        ) from None
    except (yaml.YAMLError, RecursionError):
        raise CannotImport(f"{path}: is not YAML that can be read.") from None
    except _Twice as error:
        raise CannotImport(f"{path}: {error}.") from None
    return _incoming(path, content)


def _content(path: Path, text: str) -> object:
    line = None
    with suppress(yaml.YAMLError):  # the loader below says where
        line = too_deep_at(text)
    if line is not None:
        raise CannotImport(f"{path}:{line}: is nested too deeply.")
    loader = _Loader(text)
    try:
        document = loader.get_single_node()
        check_written_out(document)
        return None if document is None else loader.construct_document(document)
    except TooMuch:
        raise CannotImport(f"{path}: its aliases stand for too many values.") from None
    finally:
        loader.dispose()


class _Twice(ValueError):
    pass


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(f"{key} stands there twice")
        found[key] = value
    return found


def _no_constant(name: str) -> object:
    raise _Twice(f"{name} is no JSON number")


def _construct_mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    pairs = [
        (loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
        for key, value in node.value
    ]
    return _no_key_twice(pairs)


_Loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CannotImport(f"{path}: is not UTF-8 text.") from None
    except IsADirectoryError:
        raise CannotImport(f"{path}: is a folder, not a file.") from None
    except OSError as error:
        raise CannotImport(f"{path}: cannot be read ({error.strerror}).") from None


def _incoming(path: Path, content: object) -> IncomingFile:
    if not isinstance(content, dict):
        raise CannotImport(f"{path}: holds no map of keys, as `trimtab export` writes one.")
    settings = content.get("settings")
    if isinstance(settings, list) and "environment" in content:
        found = tuple(_with_definition(path, one) for one in settings)
        return IncomingFile(path, found, environment=content["environment"])
    _check_keys(path, content)
    return IncomingFile(path, tuple(Incoming(key, value=it) for key, it in content.items()))


def _with_definition(path: Path, raw: object) -> Incoming:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("key"), str) or "type" not in raw:
        raise CannotImport(f"{path}: every item of `settings` needs at least `key` and `type`.")
    return Incoming(
        raw["key"],
        value=raw.get("value"),
        definition={name: raw[name] for name in _DEFINITION if name in raw},
        defines=True,
        policy=raw.get("sourcePolicy"),
    )


def _check_keys(path: Path, content: Mapping[object, object]) -> None:
    for key in content:
        if not isinstance(key, str):
            raise CannotImport(
                f"{path}: {key!r} is no key; put it in quotes if it is meant as text."
            )
