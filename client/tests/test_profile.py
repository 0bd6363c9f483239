"""Which server and which token: precedence, the file's privacy, and what is never shown."""

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trimtab.errors import BadProfile, NoProfile
from trimtab.profile import Profile, find_profile, read_profile, write_profile

URL = "http://127.0.0.1:8484"
TOKEN = "tt_abc_notarealtoken"


def _profile_in(folder: Path, **fields: object) -> Path:
    data_dir = folder / ".trimtab"
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "profile.json"
    path.write_text(json.dumps({"url": URL, "token": TOKEN, **fields}))
    path.chmod(0o600)
    return path


def test_find_profile__nothing_given__says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NoProfile, match="trimtab up"):
        find_profile(environ={}, directory=tmp_path)


def test_find_profile__variables__win_over_the_file(tmp_path: Path) -> None:
    _profile_in(tmp_path, application="shop", environment="dev")
    environ = {
        "TRIMTAB_URL": "https://config.example/",
        "TRIMTAB_TOKEN": "tt_other",
        "TRIMTAB_ENVIRONMENT": "prod",
    }
    found = find_profile(environ=environ, directory=tmp_path)
    assert (found.url, found.token) == ("https://config.example", "tt_other")
    assert (found.application, found.environment) == ("default", "prod")


def test_find_profile__arguments__win_over_variables(tmp_path: Path) -> None:
    environ = {
        "TRIMTAB_URL": URL,
        "TRIMTAB_TOKEN": TOKEN,
        "TRIMTAB_APPLICATION": "shop",
        "TRIMTAB_ENVIRONMENT": "prod",
    }
    found = find_profile(application="blog", environment="dev", environ=environ, directory=tmp_path)
    assert (found.application, found.environment) == ("blog", "dev")


def test_find_profile__from_a_folder_below__finds_the_nearest(tmp_path: Path) -> None:
    _profile_in(tmp_path, application="outer")
    _profile_in(tmp_path / "project", application="inner")
    below = tmp_path / "project" / "src" / "deep"
    below.mkdir(parents=True)
    assert find_profile(environ={}, directory=below).application == "inner"


def test_find_profile__data_dir_named__looks_only_there(tmp_path: Path) -> None:
    _profile_in(tmp_path)
    with pytest.raises(NoProfile):
        find_profile(environ={"TRIMTAB_DATA_DIR": str(tmp_path / "other")}, directory=tmp_path)


def test_find_profile__url_of_another_server__keeps_the_token_back(tmp_path: Path) -> None:
    _profile_in(tmp_path)
    with pytest.raises(NoProfile, match="TRIMTAB_TOKEN") as caught:
        find_profile(environ={"TRIMTAB_URL": "http://elsewhere.example"}, directory=tmp_path)
    assert TOKEN not in str(caught.value)


def test_find_profile__url_of_the_same_server__takes_its_token(tmp_path: Path) -> None:
    _profile_in(tmp_path)
    found = find_profile(environ={"TRIMTAB_URL": f"{URL}/"}, directory=tmp_path)
    assert found.token == TOKEN


def test_find_profile__token_without_url__takes_the_profiles_url(tmp_path: Path) -> None:
    _profile_in(tmp_path)
    found = find_profile(environ={"TRIMTAB_TOKEN": "tt_other"}, directory=tmp_path)
    assert (found.url, found.token) == (URL, "tt_other")


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_find_profile__token_that_is_empty__is_nobody_not_the_profiles(
    tmp_path: Path, empty: str
) -> None:
    _profile_in(tmp_path)
    with pytest.raises(BadProfile, match="TRIMTAB_TOKEN is set, but empty"):
        find_profile(environ={"TRIMTAB_TOKEN": empty}, directory=tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_read_profile__open_to_others__is_refused_with_the_remedy(
    tmp_path: Path, mode: int
) -> None:
    path = _profile_in(tmp_path)
    path.chmod(mode)
    with pytest.raises(BadProfile, match=f"chmod 600 {path}"):
        find_profile(environ={}, directory=tmp_path)


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", "not json", '{"url": 3, "token": "x"}', '{"url": "http://x"}',
     '{"url": "http://x", "token": 5}',
     '{"url": "http://x", "token": "t", "tokenExpiresAt": "soon"}'],
)  # fmt: skip
def test_read_profile__not_one_of_ours__is_refused(tmp_path: Path, content: str) -> None:
    path = _profile_in(tmp_path)
    path.write_text(content)
    with pytest.raises(BadProfile, match="not one that Trimtab wrote"):
        read_profile(path)


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:8484", "ftp://x", "http://", "http://user:password@host", "http://host?token=x",
     "http://[::1", "http://host:port"],
)  # fmt: skip
def test_find_profile__bad_url__is_refused_without_repeating_it(tmp_path: Path, url: str) -> None:
    environ = {"TRIMTAB_URL": url, "TRIMTAB_TOKEN": TOKEN}
    with pytest.raises(BadProfile) as caught:
        find_profile(environ=environ, directory=tmp_path)
    assert "password" not in str(caught.value).replace("user, password", "")


@pytest.mark.parametrize("token", ["tt_a\nb", "tt a", "tt_é", "tt_\x00"])
def test_find_profile__token_no_header_can_carry__is_refused_unseen(
    tmp_path: Path, token: str
) -> None:
    with pytest.raises(BadProfile) as caught:
        find_profile(environ={"TRIMTAB_URL": URL, "TRIMTAB_TOKEN": token}, directory=tmp_path)
    assert token not in str(caught.value)


def test_write_profile__then_read__gives_it_back_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    expires = datetime(2027, 1, 1, tzinfo=UTC)
    written = Profile(URL, TOKEN, "shop", "dev", expires, path)
    write_profile(path, written)
    assert read_profile(path) == written
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_write_profile__over_an_open_file__makes_it_private(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_text("{}")
    path.chmod(0o666)
    write_profile(path, Profile(URL, TOKEN))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_profile__shown__holds_no_token() -> None:
    profile = Profile(URL, TOKEN)
    assert TOKEN not in repr(profile)
    assert TOKEN not in str(profile)
    assert TOKEN not in f"{profile}"
