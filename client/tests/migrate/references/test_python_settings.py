"""Settings classes of pydantic: names, types, bounds, defaults."""

import pytest
from pydantic_settings import BaseSettings

IMPORTS = """
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Optional, Union
from annotated_types import Ge, Le
from pydantic import *
from pydantic import AliasChoices, AliasPath, BaseModel, Field, conint
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
class Mode(str, Enum):
    FAST = "fast"
    SLOW = "slow"
"""
FIELDS = {
    "required": ("x: int", {"cast": "int", "required": True}),
    "ellipsis": ("x: int = Field(..., ge=1)", {"cast": "int", "min": 1, "required": True}),
    "default": ("x: int = 3", {"cast": "int", "default": "3"}),
    "float": ("x: float = 0.5", {"cast": "float", "default": "0.5"}),
    "bool": ("x: bool = False", {"cast": "bool", "default": "false"}),
    "text": ("x: str = ''", {"cast": "str", "default": ""}),
    "none": ("x: str | None = None", {"cast": "str"}),
    "optional": ("x: Optional[int] = None", {"cast": "int"}),
    "two types": ("x: Union[int, str] = 3", {"default": "3"}),
    "inclusive": (
        "x: float = Field(0.5, ge=0, le=1)",
        {"cast": "float", "default": "0.5", "min": 0, "max": 1},
    ),
    "exclusive": (
        "x: float = Field(default=0.5, gt=0, lt=1)",
        {"cast": "float", "default": "0.5", "exclusive_min": 0, "exclusive_max": 1},
    ),
    "multiple": (
        "x: int = Field(10, multiple_of=5)",
        {"cast": "int", "default": "10", "multiple_of": 5},
    ),
    "lengths": (
        "x: str = Field('ab', min_length=1, max_length=9, pattern='^a')",
        {"cast": "str", "default": "ab", "min_length": 1, "max_length": 9, "pattern": "^a"},
    ),
    "annotated": ("x: Annotated[int, Field(ge=1)] = 3", {"cast": "int", "default": "3", "min": 1}),
    "annotated types": (
        "x: Annotated[int, Ge(1), Le(9)] = 3",
        {"cast": "int", "default": "3", "min": 1, "max": 9},
    ),
    "conint": ("x: conint(ge=1, le=9) = 3", {"cast": "int", "default": "3", "min": 1, "max": 9}),
    "positive": ("x: PositiveInt = 3", {"cast": "int", "default": "3", "exclusive_min": 0}),
    "literal": ("x: Literal['a', 'b'] = 'a'", {"cast": "enum", "default": "a", "enum": ("a", "b")}),
    "enum": ("x: Mode = Mode.FAST", {"cast": "enum", "default": "fast", "enum": ("fast", "slow")}),
    "url": ("x: HttpUrl = 'https://a.example'", {"cast": "url", "default": "https://a.example"}),
    "dsn": ("x: RedisDsn", {"cast": "url", "required": True}),
    "email": ("x: EmailStr = 'a@b.example'", {"cast": "email", "default": "a@b.example"}),
    "path": ("x: Path = Path('/srv')", {"cast": "path", "default": "/srv"}),
    "duration": ("x: timedelta = timedelta(seconds=3)", {"cast": "duration", "has_default": True}),
    "secret": ("x: SecretStr", {"cast": "str", "declared_secret": True, "required": True}),
    "list": ("x: list[str] = ['a']", {"cast": "json", "default": '["a"]'}),
    "list by a function": (
        "x: list[str] = Field(default_factory=list)",
        {"cast": "json", "default": "[]"},
    ),
    "list as text": (
        "x: Annotated[list[str], NoDecode] = ['a', 'b']",
        {"cast": "list", "default": "a,b"},
    ),
    "dict": ("x: dict[str, int] = {'a': 1}", {"cast": "json", "default": '{"a":1}'}),
    "quoted type": ("x: 'int' = 3", {"cast": "int", "default": "3"}),
    "computed": ("x: int = f()", {"cast": "int", "has_default": True}),
}
NAMES = {
    "own name": ("x: int = 3", {"X"}),
    "prefix": ("model_config = SettingsConfigDict(env_prefix='A_')\n x: int = 3", {"A_X"}),
    "prefix in a dictionary": ("model_config = {'env_prefix': 'A_'}\n x: int = 3", {"A_X"}),
    "prefix in an inner class": ("class Config:\n  env_prefix = 'a_'\n x: int = 3", {"A_X"}),
    "case kept": ("model_config = SettingsConfigDict(case_sensitive=True)\n x: int = 3", {"x"}),
    "alias": (
        "model_config = SettingsConfigDict(env_prefix='A_')\n x: int = Field(3, alias='other')",
        {"OTHER"},
    ),
    "validation alias": ("x: int = Field(3, validation_alias='Y')", {"Y"}),
    "validation alias first": ("x: int = Field(3, alias='Z', validation_alias='Y')", {"Y"}),
    "several": (
        "x: int = Field(3, validation_alias=AliasChoices('Y', AliasPath('Z', 0)))",
        {"Y", "Z"},
    ),
    "alias in annotated": ("x: Annotated[int, Field(alias='Y')] = 3", {"Y"}),
    "alias and name": (
        (
            "model_config = SettingsConfigDict(env_prefix='A_', populate_by_name=True)\n"
            " x: int = Field(3, alias='Y')"
        ),
        {"Y", "A_X"},
    ),
    "prefix for aliases": (
        (
            "model_config = SettingsConfigDict(env_prefix='A_', env_prefix_target='all')\n"
            " x: int = Field(3, alias='Y')"
        ),
        {"A_Y"},
    ),
    "no fields": ("_x: int = 3\n y: ClassVar[int] = 3\n z = 3\n def f(self): ...", set()),
}


@pytest.mark.parametrize(("field", "expected"), FIELDS.values(), ids=FIELDS.keys())
def test_settings_field__each_declaration__is_told(facts, field, expected):
    assert facts("app.py", f"{IMPORTS}class S(BaseSettings):\n {field}\n") == {"X": expected}


@pytest.mark.parametrize(("body", "expected"), NAMES.values(), ids=NAMES.keys())
def test_settings_name__each_rule__is_followed(facts, body, expected):
    assert set(facts("app.py", f"{IMPORTS}class S(BaseSettings):\n {body}\n")) == expected


@pytest.mark.filterwarnings("ignore:Support for class-based `config`")
@pytest.mark.parametrize(
    ("body", "expected"), [case for name, case in NAMES.items() if name != "no fields"]
)
def test_settings_name__each_rule__is_what_pydantic_reads(monkeypatch, body, expected):
    """The same classes, asked for real: every name we report must set the field."""
    for name in expected:
        monkeypatch.setenv(name, "[7]" if name == "Z" else "7")
        space: dict[str, type[BaseSettings]] = {}
        exec(f"{IMPORTS}class S(BaseSettings):\n {body}\n", space)
        assert space["S"]().x == 7
        monkeypatch.delenv(name)


def test_settings_nested__with_a_delimiter__names_every_leaf(facts):
    code = f"""{IMPORTS}
class Pool(BaseModel):
    size: int = Field(5, ge=1)
class Db(BaseModel):
    host: str = "h"
    pool: Pool = Pool()
class S(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="A_", env_nested_delimiter="__")
    db: Db = Db()
    plain: int = 3
"""
    assert facts("app.py", code) == {
        "A_DB__HOST": {"cast": "str", "default": "h"},
        "A_DB__POOL__SIZE": {"cast": "int", "default": "5", "min": 1},
        "A_PLAIN": {"cast": "int", "default": "3"},
    }


def test_settings_nested__without_a_delimiter__is_one_json_variable(facts):
    code = (
        f"{IMPORTS}class Db(BaseModel):\n host: str = 'h'\nclass S(BaseSettings):\n db: Db = Db()\n"
    )
    assert facts("app.py", code) == {"DB": {"cast": "json", "has_default": True}}


def test_settings_nested__settings_in_settings__read_for_themselves(facts):
    code = f"""{IMPORTS}
class Voice(BaseSettings, env_prefix="VOICE_"):
    stability: float = 0.5
class S(BaseSettings):
    voice: Voice = Field(default_factory=Voice)
"""
    assert set(facts("app.py", code)) == {"VOICE_STABILITY"}


def test_settings_base_class__of_the_same_module__hands_down_names_and_fields(facts):
    code = f"""{IMPORTS}
class Base(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_")
    debug: bool = False
class Voice(Base):
    model_config = SettingsConfigDict(env_prefix="VOICE_")
    stability: float = 0.5
class Plain(Base):
    level: int = 3
"""
    assert set(facts("app.py", code)) == {
        "APP_DEBUG",
        "VOICE_DEBUG",
        "VOICE_STABILITY",
        "APP_LEVEL",
    }


def test_settings_base_class__of_another_module__hands_down_names(scan):
    found = scan(
        {
            "app/base.py": "from pydantic_settings import BaseSettings\n"
            "class Base(BaseSettings):\n    model_config = {'env_prefix': 'APP_'}\n",
            "app/voice.py": "from .base import Base\nclass Voice(Base):\n stability: float = 0.5\n",
        }
    )
    (reference,) = found.references
    assert (reference.key, reference.path) == ("APP_STABILITY", "app/voice.py")
    assert reference.reader == "BaseSettings field Voice.stability"


def test_settings_of_pydantic_1__names__come_from_env_not_from_alias(facts):
    code = """
from pydantic import BaseSettings, Field
class S(BaseSettings):
    a: int = Field(3, alias="other")
    b: int = Field(3, env="NAMED")
    c: int = Field(3, env=["ONE", "TWO"])
    class Config:
        env_prefix = "P_"
"""
    assert set(facts("app.py", code)) == {"P_A", "NAMED", "ONE", "TWO"}


def test_settings__plain_model__reads_nothing(facts):
    assert facts("app.py", f"{IMPORTS}class M(BaseModel):\n    x: int = 3\n") == {}
