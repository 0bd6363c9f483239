"""A server does not start with an open door, a known key or a wire that anybody reads."""

import os
import re
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy.engine import make_url

from api_driver import Process, serving_process
from trimtab_server.cli.safe_start import PUBLISHED, check_is_safe
from trimtab_server.infra.database_url import split_tls
from trimtab_server.settings import BadSettings, Settings

ROOT = Path(__file__).parents[3]
VERIFIED = "?sslmode=verify-full"


def problems(**settings: object) -> str:
    """What is said against these settings; empty: nothing."""
    try:
        check_is_safe(Settings(**settings))  # type: ignore[arg-type]  # pydantic checks them
    except BadSettings as bad:
        return str(bad)
    return ""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key, in files."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "trimtab.test")])
    now = datetime.now(UTC)
    loopback = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(loopback, critical=False)
        .sign(key, SHA256())
    )
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private.chmod(0o600)
    return certificate, private


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "trimtab.example", ""])
def test_host__of_other_machines_without_tls__is_refused_unless_said(
    host: str, pair: tuple[Path, Path]
) -> None:
    assert "TRIMTAB_HOST" in problems(host=host)
    assert not problems(host=host, allow_plain_http=True)
    assert not problems(host=host, tls_cert_file=pair[0], tls_key_file=pair[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_host__of_this_machine__needs_no_tls(host: str) -> None:
    assert not problems(host=host)


def test_tls_files__that_cannot_be_used__are_named(pair: tuple[Path, Path], tmp_path: Path) -> None:
    assert "one needs the other" in problems(tls_cert_file=pair[0])
    assert "TRIMTAB_TLS_KEY_FILE: cannot be read" in problems(
        tls_cert_file=pair[0], tls_key_file=tmp_path / "none"
    )
    open_key = tmp_path / "open.pem"
    open_key.write_bytes(pair[1].read_bytes())
    open_key.chmod(0o644)
    assert "chmod" in problems(tls_cert_file=pair[0], tls_key_file=open_key)


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("", True),
        ("sqlite:////srv/trimtab.sqlite3", True),
        ("postgresql://app@127.0.0.1/x", True),
        ("postgresql://app@[::1]:5432/x", True),
        ("postgresql://app@localhost/x", True),
        ("postgresql://app@/x?host=/run/postgresql", True),
        (f"postgresql://app@db.internal/x{VERIFIED}", True),
        ("postgresql://app@db.internal/x", False),
        ("postgresql://app@db.internal/x?sslmode=require", False),
        ("postgresql://app@db.internal/x?sslmode=verify-ca", False),
        ("postgresql://app@/x?host=db.internal", False),
        ("postgresql://app@127.0.0.1/x?host=db.internal", False),
        ("postgresql://app@10.0.0.5/x", False),
    ],
)
def test_e24__database__on_another_machine_has_to_prove_who_it_is(url: str, is_fine: bool) -> None:
    assert ("TRIMTAB_DATABASE_URL" in problems(database_url=url)) is not is_fine
    assert not problems(database_url=url, allow_unverified_database=True)


def test_case_03_published_values__are_no_passwords(tmp_path: Path) -> None:
    """Nacos shipped one key that everybody knew, in every installation until 2.2.0.1."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    shown = {
        password
        for text in texts
        for password in re.findall(r"\w+://[^\s/@:]*:([^\s/@]+)@", text)
        if "$" not in password and "…" not in password and "<" not in password
    }
    assert shown <= PUBLISHED
    for password in PUBLISHED:
        for name, url in (
            ("database_url", f"postgresql://app:{password}@127.0.0.1/x"),
            ("database_url", f"postgresql://app:{password}@db.internal/x{VERIFIED}"),
            ("redis_url", f"redis://:{password}@127.0.0.1/0"),
        ):
            said = problems(**{name: url})
            assert "everybody knows" in said
            assert password not in said
    assert "everybody knows" in problems(
        database_url=f"postgresql://postgres:postgres@db.internal/x{VERIFIED}"
    )
    assert not problems(database_url="postgresql://postgres:postgres@localhost/x")
    shown_tokens = {
        one for text in texts for one in re.findall(r"\btt_[0-9A-Za-z]{12}_\w{49}", text)
    }
    assert not shown_tokens
    assert not any("PRIVATE KEY-----\nM" in text for text in texts)


@pytest.mark.parametrize(
    "settings",
    [
        {"TRIMTAB_HOST": "0.0.0.0"},
        {"TRIMTAB_DATABASE_URL": "postgresql://app:change-me@127.0.0.1:1/x"},
        {"TRIMTAB_TRUSTED_PROXIES": "proxy.internal"},
        {"TRIMTAB_RATE_LIMITS": "fast"},
        {"TRIMTAB_OIDC_ISSUER": "http://issuer.example"},
    ],
)
def test_serve__with_what_is_not_safe__ends_with_a_sentence_before_anything_is_made(
    settings: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "trimtab-server", "serve", "--port", "0"],
        env={**os.environ, "TRIMTAB_DATA_DIR": str(tmp_path / "data"), **settings},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    [name] = settings
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"trimtab-server: cannot start: {name}: ")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


def test_serve__with_a_certificate__speaks_tls_and_nothing_else(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    settings = {
        "TRIMTAB_DATA_DIR": str(tmp_path / "data"),
        "TRIMTAB_TLS_CERT_FILE": str(pair[0]),
        "TRIMTAB_TLS_KEY_FILE": str(pair[1]),
    }
    with serving_process(settings) as running:
        trusted = ssl.create_default_context(cafile=str(pair[0]))
        with httpx2.Client(verify=trusted, trust_env=False) as client:
            assert client.get(f"https://127.0.0.1:{running.port}/livez").status_code == 200
            check_same_answers(client, running)
        check_plain_http(running)
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.load_verify_locations(pair[0])
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        old.set_ciphers("AES128-SHA")  # no forward secrecy: not on offer
        with pytest.raises(httpx2.TransportError), httpx2.Client(verify=old) as client:
            client.get(f"https://127.0.0.1:{running.port}/livez")


def check_same_answers(client: httpx2.Client, running: Process) -> None:
    """The first comes from the framework, the last from its bytes alone."""
    path = f"https://127.0.0.1:{running.port}/api/v1/snapshot"
    headers = {"Authorization": f"Bearer {running.token}"}
    replies = [client.get(path, headers=headers) for _ in range(6)]
    assert {reply.status_code for reply in replies} == {200}
    assert len({(reply.content, reply.headers["ETag"]) for reply in replies}) == 1
    assert len({reply.headers["X-Request-Id"] for reply in replies}) == len(replies)


def check_plain_http(running: Process) -> None:
    with pytest.raises(httpx2.TransportError), httpx2.Client(trust_env=False) as client:
        client.get(f"{running.url}/livez")


def test_database_url__with_sslmode__becomes_what_the_driver_takes(
    pair: tuple[Path, Path],
) -> None:
    plain = make_url("postgresql+asyncpg://app@db.internal/x")
    assert split_tls(plain) == (plain, {})
    assert split_tls(plain.update_query_dict({"sslmode": "require"})) == (plain, {"ssl": "require"})
    asked = {"sslmode": "verify-full", "sslrootcert": str(pair[0])}
    left, given = split_tls(plain.update_query_dict(asked))
    assert left == plain
    assert (given["ssl"].verify_mode, given["ssl"].check_hostname) == (ssl.CERT_REQUIRED, True)
    _, given = split_tls(plain.update_query_dict(asked | {"sslmode": "verify-ca"}))
    assert (given["ssl"].verify_mode, given["ssl"].check_hostname) == (ssl.CERT_REQUIRED, False)


def test_serve__database_file_damaged__says_which_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "trimtab.sqlite3").write_text("garbage " * 1000)
    environ = {name: it for name, it in os.environ.items() if "TRIMTAB" not in name}
    done = subprocess.run(
        [Path(sys.executable).parent / "trimtab-server", "serve", "--port", "0"],
        env=environ | {"TRIMTAB_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert f"the embedded database in {tmp_path} cannot be used (SQLITE_NOTADB)" in done.stderr
    assert len(done.stderr.splitlines()) == 1
