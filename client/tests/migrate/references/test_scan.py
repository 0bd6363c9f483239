"""The scan of a whole tree: realistic projects, broken files, secrets, and nothing written."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.migrate.references import scan_source

PROJECTS = Path(__file__).parent.parent / "projects"
# What each project's code says of its variables, place by place.
FASTAPI = {
    ("VOICE_STABILITY", "app/core/settings.py", "float", "0.5"),
    ("VOICE_SIMILARITY", "app/core/settings.py", "float", "0.75"),
    ("VOICE_MODE", "app/core/settings.py", "enum", "fast"),
    ("VOICE_TAGS", "app/core/settings.py", "json", '["calm"]'),
    ("ASSISTANT_HOST", "app/core/settings.py", "str", "127.0.0.1"),
    ("ASSISTANT_PORT", "app/core/settings.py", "int", "8000"),
    ("ASSISTANT_PORT", "scripts/start.sh", None, "8000"),
    ("LOG_LEVEL", "app/core/settings.py", "enum", "info"),
    ("LOG_LEVEL", "scripts/start.sh", None, "info"),
    ("DATABASE_URL", "app/core/settings.py", "url", None),
    ("DATABASE_URL", "scripts/start.sh", None, None),
    ("REDIS_URL", "app/core/settings.py", "str", "redis://localhost:6379/0"),
    ("CACHE_URL", "app/core/settings.py", "str", "redis://localhost:6379/0"),
    # a settings class inside another one is also reached through the delimiter
    ("VOICE__STABILITY", "app/core/settings.py", "float", "0.5"),
    ("VOICE__SIMILARITY", "app/core/settings.py", "float", "0.75"),
    ("VOICE__MODE", "app/core/settings.py", "enum", "fast"),
    ("VOICE__TAGS", "app/core/settings.py", "json", '["calm"]'),
    ("LLM_API_KEY", "app/core/settings.py", "str", None),
    ("LLM__MODEL", "app/core/settings.py", "str", "small-2"),
    ("LLM__TEMPERATURE", "app/core/settings.py", "float", "0.7"),
    ("LLM__MAX_TOKENS", "app/core/settings.py", "int", "1024"),
    ("ALLOWED_ORIGINS", "app/core/settings.py", "list", "http://localhost:5173"),
    ("UPLOAD_DIR", "app/core/settings.py", "path", "uploads"),
    ("WEB_CONCURRENCY", "app/main.py", "int", "2"),
    ("SENTRY_DSN", "app/main.py", None, None),
    ("MEMORY_ENABLED", "app/services/memory.py", "bool", "true"),
    ("MEMORY_WINDOW", "app/services/memory.py", "int", "20"),
    ("RETRY_DELAY_SECONDS", "app/services/memory.py", "float", "2.5"),
    ("FEATURE_STREAMING", "app/services/memory.py", "bool", "0"),
}
DJANGO = {
    ("DJANGO_SETTINGS_MODULE", "manage.py", None, "shop.settings.local"),
    ("SHIPPING_RATES", "orders/rates.py", "json", "{}"),
    ("SHIPPING_RATES", "shop/settings/base.py", "json", "{}"),
    ("ORDER_RETRIES", "orders/rates.py", "int", "3"),
    ("WAREHOUSE_EU", "orders/rates.py", None, None),
    ("WAREHOUSE_US", "orders/rates.py", None, None),
    ("DEBUG", "shop/settings/base.py", "bool", "false"),
    ("ALLOWED_HOSTS", "shop/settings/base.py", "list", ""),
    ("ORDER_LIMIT", "shop/settings/base.py", "int", "50"),
    ("ORDER_TIMEOUT_SECONDS", "shop/settings/base.py", "float", "30.0"),
    ("SECRET_KEY", "shop/settings/base.py", None, None),
    ("DATABASE_URL", "shop/settings/base.py", "url", None),
    ("CACHE_URL", "shop/settings/base.py", "url", "locmemcache://"),
    ("EMAIL_URL", "shop/settings/base.py", "url", "consolemail://"),
    ("PAYMENT_URL", "shop/settings/base.py", "url", None),
    ("CURRENCY", "shop/settings/production.py", "enum", "EUR"),
    ("TRUSTED_ORIGINS", "shop/settings/production.py", "list", ""),
    ("MAINTENANCE", "shop/settings/production.py", "bool", "false"),
    ("SEARCH_BACKEND", "shop/settings/production.py", "str", "simple"),
}
NESTJS = {
    ("NODE_ENV", "src/config/validation.ts", "enum", "development"),
    ("PORT", "src/config/validation.ts", "int", "3000"),
    ("PORT", "src/main.ts", "int", "3000"),
    ("API_URL", "src/config/validation.ts", "url", None),
    ("API_URL", "src/voice/voice.service.ts", "str", None),
    ("TOKEN_TTL_SECONDS", "src/config/validation.ts", "int", "3600"),
    ("ENABLE_PREVIEW", "src/config/validation.ts", "bool", "false"),
    ("ENABLE_PREVIEW", "src/main.ts", "bool", None),
    ("LOG_LEVEL", "src/config/env.ts", "enum", "info"),
    ("SAMPLE_RATE", "src/config/env.ts", "int", "22050"),
    ("CORS_ORIGINS", "src/config/env.ts", "list", ""),
    ("CACHE_TTL_MS", "src/voice/voice.service.ts", "float", "60000"),
    ("JWT_SECRET", "src/voice/voice.service.ts", None, None),
    ("MAX_CLIP_SECONDS", "src/voice/voice.service.ts", "float", "30"),
    ("VITE_API_URL", "web/src/App.vue", None, None),
    ("VITE_PAGE_SIZE", "web/src/App.vue", "float", "20"),
}
UNRESOLVED = {
    "fastapi": [("app/services/memory.py", "f'MEMORY_BACKEND_{kind.upper()}'")],
    "django": [],
    "nestjs": [("src/voice/voice.service.ts", "`VOICE_${name.toUpperCase()}_URL`")],
}


def _digest(root: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(root)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("name", "expected"), [("fastapi", FASTAPI), ("django", DJANGO), ("nestjs", NESTJS)]
)
def test_project__of_each_framework__is_understood_and_untouched(name, expected):
    root = PROJECTS / name
    before = _digest(root)
    found = scan_source(root)
    assert {(each.key, each.path, each.cast, each.default) for each in found.references} == expected
    assert [(each.path, each.text) for each in found.unresolved] == UNRESOLVED[name]
    assert found.unparsed == ()
    assert _digest(root) == before


@pytest.mark.parametrize("name", ["fastapi", "django", "nestjs"])
def test_project__every_key_of_its_example_file__is_read_somewhere(name):
    """The reverse: nothing in the example file is missed, whatever the way it is read."""
    root = PROJECTS / name
    lines = (root / ".env.example").read_text(encoding="utf-8").splitlines()
    keys = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert keys <= {each.key for each in scan_source(root).references}


def test_scan__twice_and_in_another_process__says_the_same(tmp_path):
    code = (
        "import sys; from pathlib import Path; from trimtab.migrate.references import scan_source;"
        "print(repr(scan_source(Path(sys.argv[1]))))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, str(PROJECTS)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert outputs == {repr(scan_source(PROJECTS))}


def test_scan__order__is_by_path_then_line(scan):
    found = scan(
        {
            "b.py": "import os\nos.environ['B2']\nos.environ['B1']\n",
            "a/z.ts": "process.env.Z\n",
            "a.py": "import os\nos.environ['A']; os.environ['0A']\n",
        }
    )
    assert [each.key for each in found.references] == ["0A", "A", "Z", "B2", "B1"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os\nos.environ['X'\n", "line 2: '[' was never closed"),
        ("import os\nprint os.environ['X']\n", "line 2: "),
        ("import os\nx = os.environ['X']\n\0\n", "is not text"),
        ("import os\nx = " + "(" * 2000 + "os.environ['X']" + ")" * 2000, "too many nested"),
        ("import os\nx = " + "-" * 200_000 + "1  # environ", "is nested too deeply"),
    ],
    ids=["open bracket", "python 2", "null byte", "parentheses", "signs"],
)
def test_scan__file_that_is_no_python__is_named_and_the_rest_goes_on(scan, code, reason):
    found = scan({"broken.py": code, "good.py": "import os\nos.environ['Y']\n"})
    assert [each.key for each in found.references] == ["Y"]
    (unparsed,) = found.unparsed
    assert unparsed.path == "broken.py"
    assert reason in unparsed.reason


DAMAGED = sorted(
    path
    for path in PROJECTS.rglob("*")
    if path.suffix in {".py", ".ts", ".vue", ".sh"} and path.stat().st_size
)
MORE_LANGUAGES = {
    "a.go": """package a
type T struct {
	P int `env:"P,required"`
}
func get(k, d string) string { return os.Getenv("A_" + k) }
func f() { n, _ := strconv.Atoi(get("Y", "d")) }
""",
    "a.rb": """x = %w[1 yes].include?(ENV.fetch("X") { "d" })
def get(name) = ENV["A_#{name}"]
get("Y").to_i
""",
    "A.java": """class A {
  @Value("${x.y:3}") int x;
  int y = Integer.parseInt(System.getenv("Y"));
}
""",
    "a.kt": """class A(@Value("\\${x:3}") val x: Int)
val y = System.getenv("Y")?.toInt() ?: 3
""",
    "a.php": """<?php
$x = (int) env('X', 3); $y = $_ENV['Y'] ?? 'd';
$z = explode(',', getenv('Z') ?: '');
""",
    "a.rs": """fn f() {
  let x: u16 = env::var("X").unwrap_or("3".into()).parse().unwrap();
}
""",
    "A.cs": """class A {
  int x = int.Parse(Environment.GetEnvironmentVariable("X") ?? "3");
}
""",
}
STREWN = ["", "(", "[", "{", '"', "`", "${", "=>", "::", "?.", "process.env", "os.environ["]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_scan__damaged_source__is_read_or_named_but_never_fails(tmp_path_factory, data):
    """Any file with a few pieces cut out, doubled or strewn in."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in DAMAGED} | MORE_LANGUAGES
    name = data.draw(st.sampled_from(sorted(texts)))
    text = texts[name]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 60)))
        strewn = data.draw(
            st.sampled_from(["", "(", "[", "{", '"', "`", "${", "=>", "::", text[start:end]])
        )
        text = text[:start] + strewn + text[end:]
    root = tmp_path_factory.mktemp("damaged")
    (root / name).write_text(text, encoding="utf-8")
    assert not [each for each in scan_source(root).unparsed if "could not" in each.reason]


def test_scan__file_half_understood__is_named_and_read_all_the_same(scan):
    found = scan({"a.ts": "process.env.X\nconst = = {{\nprocess.env.Y\n"})
    assert "X" in {each.key for each in found.references}
    assert [each.path for each in found.unparsed] == ["a.ts"]
    assert "line " in found.unparsed[0].reason


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.py", "import os; os.environ['X']; y = [" + "0, " * 330_000 + "]"),
        ("a.js", "process.env.X; const y = [" + "0, " * 330_000 + "]"),
        ("a.ts", "const a = " + "process.env.X || " * 2_000 + "1"),
        ("a.go", 'package a\nvar x = os.Getenv("X") + ' + '"a" + ' * 30_000 + '"b"\n'),
        ("a.js", "x = " + "(" * 100_000 + "process.env.X" + ")" * 100_000),
        ("a.js", "process.env.X" + ".trim()" * 50_000),
        ("a.sh", "echo $X " + "$(" * 5_000 + ")" * 5_000),
    ],
    ids=["list", "js list", "alternatives", "sum", "parentheses", "chain", "substitutions"],
)
def test_scan__one_line_of_up_to_a_megabyte__is_read(scan, path, code):
    assert len(code) <= 1024 * 1024
    assert {each.key for each in scan({path: code + "\n"}).references} == {"X"}


def test_scan__bytes_that_are_no_text__are_passed_over(tmp_path):
    (tmp_path / "a.py").write_bytes(b"\x89PNG\0\0os.environ['X']")
    (tmp_path / "b.sh").write_bytes(b"#!/bin/sh\necho $X \xff\xfe\n")
    (tmp_path / "C.cs").write_text('class A { string x = configuration["Y"]; }', encoding="utf-16")
    (tmp_path / "d.py").write_bytes(b"\xef\xbb\xbfimport os\r\nos.environ['Z']\r\n")
    found = scan_source(tmp_path)
    assert {each.key for each in found.references} == {"X", "Y", "Z"}
    assert [(each.path, each.reason) for each in found.unparsed] == [("a.py", "is not text")]


def test_scan__secret_as_a_default__is_hidden_but_not_denied(scan):
    secret = "sk-proj-" + "a1B2c3D4e5F6g7H8" * 3
    found = scan(
        {
            "a.py": f"""
import os
from pydantic import SecretStr
from pydantic_settings import BaseSettings
os.getenv("LLM_API_KEY", "anything")
os.getenv("INNOCENT", "{secret}")
os.getenv("MAX_TOKENS", "1024")
os.environ[f"{secret}{{x}}"]
class S(BaseSettings):
    mine: SecretStr = SecretStr("plain words")
""",
            "b.ts": f"process.env.OTHER ?? '{secret}'\nprocess.env[key('{secret}')]\n",
        }
    )
    said = {
        each.key: (each.default, each.has_default, each.default_hidden) for each in found.references
    }
    assert said == {
        "LLM_API_KEY": (None, True, True),
        "INNOCENT": (None, True, True),
        "OTHER": (None, True, True),
        "MINE": (None, True, True),
        "MAX_TOKENS": ("1024", True, False),
    }
    assert len(found.unresolved) == 2
    assert secret not in repr(found)


def test_scan__links__are_not_followed_out_of_the_tree(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("import os\nos.environ['OUTSIDE']\n")
    root = tmp_path / "root"
    (root / "app").mkdir(parents=True)
    (root / "app" / "a.py").write_text("import os\nos.environ['INSIDE']\n")
    (root / "app" / "loop").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    (root / "away").symlink_to(outside)
    (root / "file.py").symlink_to(outside / "secret.py")
    (root / "again.py").symlink_to(root / "app" / "a.py")
    found = scan_source(root)
    assert [(each.path, each.key) for each in found.references] == [("app/a.py", "INSIDE")]
    assert found.links_skipped == ("away", "file.py")


def test_scan__pipe_or_socket_named_like_source__is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "a.py")
    assert scan_source(tmp_path).files_skipped == 1


def test_scan__progress__ends_at_the_number_of_files(tmp_path):
    for number in range(3):
        (tmp_path / f"f{number}.py").write_text("x = 1\n")
    (tmp_path / "notes.md").write_text("# notes\n")
    heard: list[tuple[int, int]] = []
    found = scan_source(tmp_path, on_progress=lambda done, total: heard.append((done, total)))
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert (found.files_read, found.files_skipped) == (3, 1)


def test_scan__no_folder__is_the_callers_mistake(tmp_path):
    with pytest.raises(NotADirectoryError):
        scan_source(tmp_path / "nowhere")


def test_scan__same_helper_in_two_files__is_told_apart(scan):
    helper = "import os\ndef get(name):\n    return os.environ[name]\n"
    found = scan({"a/env.py": helper + "get('A')\n", "b/env.py": helper})
    assert [(each.path, each.key) for each in found.references] == [("a/env.py", "A")]
    assert [(each.path, each.text) for each in found.unresolved] == [("b/env.py", "name")]
