"""Compose files: what services get, what is named as broken, and what is never read."""

from pathlib import Path

import pytest

from trimtab.migrate.compose import ComposeReading, read_compose_file
from trimtab.migrate.env_text import EnvFileRefused


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def values(reading: ComposeReading) -> dict[str, str]:
    return {item.key: item.value for found in reading.assignments.values() for item in found}


def reasons(reading: ComposeReading) -> list[str]:
    return [problem.reason for problem in reading.problems]


def test_environment__as_map_and_as_list__gives_texts_as_written(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "compose.yaml",
        """
services:
  web:
    environment:
      # How much is logged
      LOG_LEVEL: info  # beside
      DEBUG: true
      PORT: 8080
      EMPTY:
      "not a key": 1
  worker:
    environment:
      - WORKERS=4
      - PASSED_ON
      - DOLLAR=a$$b
""",
    )

    reading = read_compose_file(path)

    assert values(reading) == {
        "LOG_LEVEL": "info",
        "DEBUG": "true",
        "PORT": "8080",
        "WORKERS": "4",
        "DOLLAR": "a$b",
    }
    (level, *_) = reading.assignments[path]
    assert (level.line, level.comment_above, level.comment_beside) == (
        6,
        "How much is logged",
        "beside",
    )


def test_environment__own_variable_with_default__is_a_documented_value(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "compose.yaml",
        "services: {a: {environment: {X: '${X:-1}', Y: '${Y}', Z: 'a${X}'}}}",
    )

    assert values(read_compose_file(path)) == {"X": "1", "Z": "a${X}"}


def test_environment__merged_from_an_anchor__is_found(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "compose.yaml",
        "x-common: &common {A: '1', B: '2'}\n"
        "services:\n  a:\n    environment:\n      <<: *common\n      B: '3'\n",
    )

    assert values(read_compose_file(path)) == {"A": "1", "B": "3"}


def test_env_file__named_in_each_form__is_read_once(tmp_path: Path) -> None:
    write(tmp_path, ".env", "A=1\n")
    write(tmp_path, "more/.env", "B=2\n")
    path = write(
        tmp_path,
        "compose.yaml",
        "services:\n"
        "  a: {env_file: .env}\n"
        "  b: {env_file: [.env, ./more/.env]}\n"
        "  c: {env_file: [{path: gone.env, required: false}]}\n",
    )

    reading = read_compose_file(path)

    assert [file.values() for file in reading.env_files] == [{"A": "1"}, {"B": "2"}]
    assert reading.problems == ()


def test_env_file__missing_or_not_text__is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.env").write_bytes(b"A=\xff")
    path = write(tmp_path, "compose.yaml", "services: {a: {env_file: [gone.env, bad.env]}}")

    assert reasons(read_compose_file(path)) == [
        "env_file gone.env: does not exist",
        "env_file bad.env: is not UTF-8 text (line 1)",
    ]


def test_paths__out_of_the_project__are_named_and_not_read(tmp_path: Path) -> None:
    write(tmp_path, "outside.env", "STOLEN=1\n")
    project = tmp_path / "project"
    path = write(
        project,
        "compose.yaml",
        "include: [../other.yaml]\n"
        "services: {a: {env_file: [../outside.env, link.env, /etc/hostname, '${HOME}/x']}}",
    )
    write(tmp_path, "other.yaml", "services: {}")
    (project / "link.env").symlink_to(tmp_path / "outside.env")

    reading = read_compose_file(path)

    assert reading.env_files == ()
    assert reasons(reading) == [
        "../other.yaml leads out of the project and was not read",
        "../outside.env leads out of the project and was not read",
        "link.env leads out of the project and was not read",
        "/etc/hostname leads out of the project and was not read",
        "${HOME}/x depends on a variable and was not read",
    ]


def test_include__circle__is_named_and_ends(tmp_path: Path) -> None:
    path = write(tmp_path, "compose.yaml", "include: [b.yaml]\nservices: {}")
    write(tmp_path, "b.yaml", "include: [{path: [compose.yaml]}]\nservices: {}")

    assert reasons(read_compose_file(path)) == ["compose.yaml includes this file again"]


def test_extends__another_file__is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path, "compose.yaml", "services: {a: {extends: {file: base.yaml, service: a}}}"
    )
    write(tmp_path, "base.yaml", "services: {a: {environment: {FROM_BASE: '1'}}}")

    assert values(read_compose_file(path)) == {"FROM_BASE": "1"}


@pytest.mark.parametrize(
    "text",
    ["a: [", "\t", "&a [*a", "a: *missing"],
    ids=["unclosed", "tab", "anchor", "alias"],
)
def test_yaml__broken__is_named_in_one_sentence(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, "compose.yaml", text)

    assert reasons(read_compose_file(path)) == ["is not valid YAML"]


def test_include__nested_without_end__is_named_and_does_not_end_the_process(
    tmp_path: Path,
) -> None:
    write(tmp_path, "deep.yaml", "[" * 100_000)
    path = write(tmp_path, "compose.yaml", "include: [deep.yaml]\n")

    assert reasons(read_compose_file(path)) == ["is nested too deeply"]


@pytest.mark.parametrize("text", ["", "just text", "- a\n- b", "services: 1", "services: {a: 1}"])
def test_yaml__of_another_form__holds_nothing(tmp_path: Path, text: str) -> None:
    assert values(read_compose_file(write(tmp_path, "compose.yaml", text))) == {}


def test_yaml__merges_that_multiply__end_soon(tmp_path: Path) -> None:
    lines = ["x0: &a0 {A: '1'}"]
    lines += [f"x{at}: &a{at} {{<<: [*a{at - 1}, *a{at - 1}]}}" for at in range(1, 60)]
    lines.append("services: {a: {environment: {<<: *a59, B: '2'}}}")

    found = values(read_compose_file(write(tmp_path, "compose.yaml", "\n".join(lines))))

    assert found["B"] == "2"


def test_read_compose_file__folder__is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvFileRefused, match="folder"):
        read_compose_file(tmp_path)
