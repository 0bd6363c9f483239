"""200 made-up secrets in env files and sources; none of them leaves the env file it stands in.

Forty shapes, each in five places. All are made here, from parts, when the test runs; nothing that
looks like a credential stands in this repository.
"""

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from migration_driver import CommandLine, ServerProcess, running_server

pytestmark = pytest.mark.timeout(120)

Make = Callable[[random.Random], str]
PLACES = 5


@dataclass(frozen=True)
class Shape:
    """How a secret looks; one that is `known_by_name` looks like anything."""

    name: str
    make: Make
    known_by_name: bool = False


def some(alphabet: str, count: int) -> Make:
    return lambda draw: "".join(draw.choice(alphabet) for _ in range(count))


def after(prefix: str, alphabet: str, count: int) -> Make:
    rest = some(alphabet, count)
    return lambda draw: f"{prefix}{rest(draw)}"


ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits


def uuid(draw: random.Random) -> str:
    digits = some(HEX, 32)(draw)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def password(draw: random.Random) -> str:
    return some(ALNUM, 9)(draw) + str(draw.randrange(10, 99)) + some(ALNUM, 5)(draw)


def address(scheme: str, host: str) -> Make:
    return lambda draw: f"{scheme}://app:{password(draw)}@{host}"


def private_key(draw: random.Random) -> str:
    lines = "\\n".join(some(ALNUM + "+/", 64)(draw) for _ in range(4))
    kind = "PRIVATE" + " KEY"
    return f"-----BEGIN {kind}-----\\n{lines}\\n-----END {kind}-----"


def web_token(draw: random.Random) -> str:
    def part(value: dict[str, object]) -> str:
        text = json.dumps(value).encode()
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    head = part({"alg": "HS256", "typ": "JWT"})
    return f"{head}.{part({'sub': draw.randrange(10**9)})}.{some(ALNUM, 43)(draw)}"


SHAPES = (
    Shape("aws id", after("AK" + "IA", UPPER, 16)),
    Shape("google api", after("AI" + "za", ALNUM, 35)),
    Shape("google oauth", after("GOC" + "SPX-", ALNUM, 28)),
    Shape("digitalocean", after("dop" + "_v1_", HEX, 64)),
    Shape("netlify", after("nf" + "p_", ALNUM, 40)),
    Shape("supabase", after("sb" + "p_", HEX, 40)),
    Shape("gitlab", after("glp" + "at-", ALNUM, 20)),
    Shape("github", after("gh" + "p_", ALNUM, 36)),
    Shape("npm", after("np" + "m_", ALNUM, 36)),
    Shape("docker", after("dckr" + "_pat_", ALNUM, 27)),
    Shape("anthropic", after("sk-" + "ant-", ALNUM, 40)),
    Shape("openai", after("sk-" + "proj-4", ALNUM, 44)),
    Shape("elevenlabs", after("sk" + "_", HEX, 48)),
    Shape("langsmith", after("lsv2" + "_pt_", HEX, 32)),
    Shape("huggingface", after("hf" + "_", ALNUM, 34)),
    Shape("replicate", after("r8" + "_", ALNUM, 37)),
    Shape("groq", after("gs" + "k_", ALNUM, 52)),
    Shape("vault", after("hv" + "s.", ALNUM, 28)),
    Shape("stripe", after("sk" + "_live_", ALNUM, 24)),
    Shape("stripe webhook", after("whs" + "ec_", ALNUM, 32)),
    Shape("shopify", after("shp" + "at_", HEX, 32)),
    Shape("slack", after("xox" + "b-", string.digits + ALNUM, 40)),
    Shape("sendgrid", lambda draw: f"{'SG'}.{some(ALNUM, 22)(draw)}.{some(ALNUM, 43)(draw)}"),
    Shape("mailgun", after("key" + "-", HEX, 32)),
    Shape("linear", after("lin" + "_api_", ALNUM, 40)),
    Shape("notion", after("nt" + "n_", ALNUM, 46)),
    Shape("databricks", after("da" + "pi", HEX, 32)),
    Shape("plaid", lambda draw: "access-" + "production-" + uuid(draw)),
    Shape("telegram", lambda draw: f"{draw.randrange(10**8, 10**9)}:AA{some(ALNUM, 33)(draw)}"),
    Shape("slack webhook", after("https://hooks.slack" + ".com/services/T", UPPER, 30)),
    Shape("postgres", address("postgres", "db.internal:5432/app")),
    Shape("redis", address("rediss", "cache.internal:6379/0")),
    Shape("amqp", address("amqps", "queue.internal/app")),
    Shape("mongodb", address("mongodb+srv", "docs.internal/app")),
    Shape("web address", address("https", "api.internal/v2")),
    Shape("private key", private_key),
    Shape("web token", web_token),
    Shape("password", password, known_by_name=True),
    Shape("hexadecimal", some(HEX, 64), known_by_name=True),
    Shape("phrase", lambda draw: "-".join(some(ALNUM, 5)(draw) for _ in range(4)), True),
)


@dataclass
class Planted:
    """The secrets by shape and place, and the project that holds them."""

    folder: Path
    secrets: dict[tuple[str, int], str]


def plant(folder: Path) -> Planted:
    """A project with each shape in each place, beside keys that move."""
    draw = random.Random(20261123)
    secrets = {(shape.name, place): shape.make(draw) for shape in SHAPES for place in range(PLACES)}
    env, production, example, compose, python, script = ([] for _ in range(6))
    for number, shape in enumerate(SHAPES):
        one, two, three, four, five = (secrets[shape.name, place] for place in range(PLACES))
        innocent = f"WIDGET_{number}_" + ("PASSWORD" if shape.known_by_name else "TEXT")
        telling = f"SERVICE_{number}_API_KEY"
        env += [f'{innocent}="{one}"']
        production += [f"{telling}={two!r}"]
        if shape.known_by_name:  # nobody can know it in prose, unless it is a secret's value
            production += [f"OTHER_{number}_PASSWORD={three}"]
        env += [f"# it was {three} until spring", f"RETRY_{number}_LIMIT={number}"]
        default = json.dumps(four.replace("\\n", "\n"))
        name = innocent.replace("WIDGET", "GADGET")
        if number % 2:
            python += [f"V{number} = os.getenv({json.dumps(name)}, {default})"]
        else:
            script += [f"export const v{number} = process.env.{name} ?? {default};"]
        if number % 3:
            example += [f"# {innocent.replace('WIDGET', 'TOY')}={five!r}"]
        else:
            compose += [f"      {innocent.replace('WIDGET', 'TOY')}: {five!r}"]
    python += [f"NAME = os.environ[f'X_{{1}}_{secrets['stripe', 3]}']"]
    write(folder / ".env", env)
    write(folder / ".env.production", production)
    write(folder / ".env.example", example)
    write(folder / "compose.yaml", ["services:", "  app:", "    environment:", *compose])
    write(folder / "app.py", ["import os", "", *python])
    write(folder / "web.ts", script)
    return Planted(folder, secrets)


def write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


def test_migration__of_a_project_full_of_secrets__leaks_none_of_them(
    server: ServerProcess,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    planted = plant(tmp_path / "project")
    assert len(planted.secrets) == len(set(planted.secrets.values())) == 200
    data, plans = tmp_path / "data", tmp_path / "plans"
    plans.mkdir()
    environ = {
        "TRIMTAB_URL": server.url,
        "TRIMTAB_TOKEN": server.token,
        "TRIMTAB_APPLICATION": server.make_application("canaries"),
        "TRIMTAB_DATA_DIR": str(data),
    }
    trimtab = CommandLine(planted.folder, environ, monkeypatch, capsys)

    def step(*arguments: str | Path, code: int = 0) -> None:
        done = trimtab("migrate", *arguments)
        assert done.code == code, done.all

    plan = plans / "plan.yaml"
    for as_json in ([], ["--json"]):
        step("scan", ".", *as_json)
        step("plan", ".", *as_json)
        step("plan", ".", "--offline", *as_json)
    step("plan", ".", "-o", plan)
    step("plan", ".", "-o", plans / "plan.json")
    step("apply", plan, "--check", code=3)
    step("apply", plan, "--yes")
    stored = {one["key"] for one in trimtab("list", "--json").json["items"]}
    assert stored == {f"RETRY_{number}_LIMIT" for number in range(len(SHAPES))}
    for as_json in ([], ["--json"]):
        step("verify", plan, *as_json)
        step("status", plan, *as_json)
    paste_secrets_into_moved_lines(planted)
    step("verify", plan, code=3)
    step("verify", plan, "--json", code=3)
    step("apply", write_plan_with_a_secret(plan, planted), "--yes", code=1)
    step("cutover", "RETRY_1_LIMIT", "--to", "store", "--plan", plan, "--yes")
    step("cutover", "--all", "--to", "store", "--plan", plan, "--yes", code=1)
    step("rollback", "--yes", "--force", "--no-env")
    trimtab("history", "RETRY_1_LIMIT", "--json")

    assert "RETRY_1_LIMIT" in "".join(trimtab.said)
    held = {
        "what it said": "".join(trimtab.said).encode(),
        "the server's output": "".join(server.output).encode(),
        **{str(path): path.read_bytes() for path in files_in(plans, data, server.folder)},
    }
    assert sum("sqlite" in name for name in held) >= 1
    leaked = [
        (shape, place, where)
        for (shape, place), secret in planted.secrets.items()
        for where, content in held.items()
        if any(form in content for form in forms_of(secret)) and not where.endswith("nonsense.yaml")
    ]
    assert leaked == []


def paste_secrets_into_moved_lines(planted: Planted) -> None:
    """Somebody puts a credential where a harmless value was."""
    path = planted.folder / ".env"
    text = path.read_text()
    token = planted.secrets["stripe", 0]
    path.write_text(text.replace("RETRY_2_LIMIT=2", f"RETRY_2_LIMIT={token}"))


def write_plan_with_a_secret(plan: Path, planted: Planted) -> Path:
    """A plan that a person edited so that it holds a secret; only this file may hold it."""
    text = plan.read_text().replace("base: 3}", f"base: {planted.secrets['github', 0]}}}", 1)
    nonsense = plan.with_name("nonsense.yaml")
    nonsense.write_text(text)
    return nonsense


def files_in(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def forms_of(secret: str) -> Iterator[bytes]:
    """The secret, its telling part, and both as JSON and base64 write them."""
    parts = {secret, secret.replace("\\n", "\n")}
    if "://app:" in secret:
        parts.add(secret.partition("://app:")[2].partition("@")[0])
    if "\\n" in secret:
        parts |= set(secret.split("\\n")[1:-1])
    for part in parts:
        yield part.encode()
        yield json.dumps(part)[1:-1].encode()
        yield base64.b64encode(part.encode()).rstrip(b"=")
