"""Libraries that read variables and convert them."""

import pytest

DECOUPLE = {
    "bare": ("config('X')", {"required": True}),
    "default": ("config('X', default='a')", {"default": "a"}),
    "cast": ("config('X', default=3, cast=int)", {"cast": "int", "default": "3"}),
    "by position": ("config('X', 3, float)", {"cast": "float", "default": "3"}),
    "bool": ("config('X', default=False, cast=bool)", {"cast": "bool", "default": "false"}),
    "csv": ("config('X', default='a,b', cast=Csv())", {"cast": "list", "default": "a,b"}),
    "choices": (
        "config('X', cast=Choices(['a', 'b']))",
        {"cast": "enum", "enum": ("a", "b"), "required": True},
    ),
    "lambda": (
        "config('X', default='', cast=lambda v: [s.strip() for s in v.split(',')])",
        {"cast": "list", "default": ""},
    ),
}
ENVIRONS = {
    "str": ("env('X')", {"required": True}),
    "default": ("env.str('X', 'a')", {"cast": "str", "default": "a"}),
    "int": ("env.int('X', 3)", {"cast": "int", "default": "3"}),
    "bool": ("env.bool('X', default=True)", {"cast": "bool", "default": "true"}),
    "float": ("env.float('X')", {"cast": "float", "required": True}),
    "list": ("env.list('X', ['a', 'b'])", {"cast": "list", "default": "a,b"}),
    "json": ("env.json('X')", {"cast": "json", "required": True}),
    "url": ("env.url('X')", {"cast": "url", "required": True}),
    "path": ("env.path('X', '/srv')", {"cast": "path", "default": "/srv"}),
    "duration": ("env.timedelta('X')", {"cast": "duration", "required": True}),
    "nothing as a default": ("env.int('X', None)", {"cast": "int"}),
    "range": (
        "env.int('X', 3, validate=Range(min=0, max=10))",
        {"cast": "int", "default": "3", "min": 0, "max": 10},
    ),
    "choices": (
        "env.str('X', 'a', validate=[OneOf(['a', 'b']), Length(max=9)])",
        {"cast": "str", "default": "a", "enum": ("a", "b"), "max_length": 9},
    ),
}
DJANGO = {
    "scheme": (
        "env = environ.Env(X=(bool, False))\nenv('X')",
        {"cast": "bool", "default": "false"},
    ),
    "scheme alone": ("env = environ.Env(X=(int, 3))", {"cast": "int", "default": "3"}),
    "scheme without default": (
        "env = environ.Env(X=int)\nenv('X')",
        {"cast": "int", "required": True},
    ),
    "call": (
        "env = environ.Env()\nenv('X', cast=float, default=0.5)",
        {"cast": "float", "default": "0.5"},
    ),
    "list": ("env = environ.Env()\nenv.list('X', default=[])", {"cast": "list", "default": ""}),
    "database": ("env = environ.Env()\nenv.db('X')", {"cast": "url", "required": True}),
    "renamed": (
        "from environ import Env as E\ne = E()\ne.bool('X', False)",
        {"cast": "bool", "default": "false"},
    ),
}
STARLETTE = {
    "bare": ("config('X')", {"required": True}),
    "cast": ("config('X', cast=bool, default=False)", {"cast": "bool", "default": "false"}),
    "by position": ("config('X', int, 3)", {"cast": "int", "default": "3"}),
    "list": ("config('X', cast=CommaSeparatedStrings)", {"cast": "list", "required": True}),
    "secret": (
        "config('X', cast=Secret)",
        {"cast": "str", "declared_secret": True, "required": True},
    ),
}
OPTIONS = {
    "click": (
        "@click.option('--x', envvar='X', type=int, default=3)\ndef f(x): ...",
        {"cast": "int", "default": "3"},
    ),
    "click range": (
        "@click.option('--x', envvar='X', type=click.IntRange(1, 9), required=True)\ndef f(x): ...",
        {"cast": "int", "min": 1, "max": 9, "required": True},
    ),
    "click choice": (
        "@click.option('--x', envvar='X', type=click.Choice(['a', 'b']))\ndef f(x): ...",
        {"cast": "enum", "enum": ("a", "b")},
    ),
    "click flag": (
        "@click.option('--x', is_flag=True, envvar=['X'])\ndef f(x): ...",
        {"cast": "bool"},
    ),
    "typer default": (
        "def f(x: int = typer.Option(3, envvar='X', min=1)): ...",
        {"cast": "int", "default": "3", "min": 1},
    ),
    "typer annotated": (
        "def f(x: Annotated[float, typer.Option(envvar='X')] = 0.5): ...",
        {"cast": "float", "default": "0.5"},
    ),
}


def _cases(preamble, cases):
    return [
        pytest.param(f"{preamble}{code}\n", said, id=name) for name, (code, said) in cases.items()
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *_cases("from decouple import Choices, Csv, config\n", DECOUPLE),
        *_cases(
            "from environs import Env\nfrom marshmallow.validate import *\nenv = Env()\n", ENVIRONS
        ),
        *_cases("import environ\n", DJANGO),
        *_cases(
            "from starlette.config import Config\n"
            "from starlette.datastructures import CommaSeparatedStrings, Secret\n"
            "config = Config('.env')\n",
            STARLETTE,
        ),
        *_cases("import click, typer\nfrom typing import Annotated\n", OPTIONS),
    ],
)
def test_library_read__each_form__is_told(facts, code, expected):
    assert facts("app.py", code) == {"X": expected}


def test_environs__nested_prefixes__are_part_of_the_name(facts):
    code = """
from environs import Env
env = Env()
with env.prefixed("APP_"):
    env.str("HOST")
    with env.prefixed("DB_"):
        env.int("PORT", 5432)
env("LAST")
"""
    assert set(facts("app.py", code)) == {"APP_HOST", "APP_DB_PORT", "LAST"}


def test_starlette__prefix_of_the_object__is_part_of_the_name(facts):
    code = """
from starlette.config import Config
config = Config(env_prefix="APP_")
config("HOST", default="h")
"""
    assert facts("app.py", code) == {"APP_HOST": {"default": "h"}}


def test_django_environ__urls_with_a_name_of_their_own__are_found(facts):
    code = "import environ\nenv = environ.Env()\nenv.db()\nenv.cache(default='locmemcache://')\n"
    assert facts("app.py", code) == {
        "DATABASE_URL": {"cast": "url", "required": True},
        "CACHE_URL": {"cast": "url", "default": "locmemcache://"},
    }


def test_dj_database_url__config__reads_its_variable(facts):
    code = "import dj_database_url\ndj_database_url.config(default='sqlite:///db')\n"
    (said,) = facts("app.py", code).values()
    assert said == {"cast": "url", "has_default": True, "default_hidden": True}


def test_reader_object__imported_from_another_module__is_one(scan):
    found = scan(
        {
            "app/conf.py": "from environs import Env\nenv = Env()\n",
            "app/use.py": "from .conf import env\nenv.int('X', 3)\n",
        }
    )
    assert [(each.path, each.key, each.cast) for each in found.references] == [
        ("app/use.py", "X", "int")
    ]
