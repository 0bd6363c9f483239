"""`os.environ` and `os.getenv`, however they are imported, and what is done with the text."""

import pytest

READS = {
    "subscript": ('import os\nos.environ["X"]', {"required": True}),
    "get": ('import os\nos.environ.get("X")', {}),
    "get with a default": ('import os\nos.environ.get("X", "3")', {"default": "3"}),
    "getenv": ('import os\nos.getenv("X", "3")', {"default": "3"}),
    "getenv by keyword": ('import os\nos.getenv(key="X", default="3")', {"default": "3"}),
    "none as a default": ('import os\nos.getenv("X", None)', {}),
    "bytes": ('import os\nos.environb[b"X"]', {"required": True}),
    "module renamed": ('import os as o\no.environ["X"]', {"required": True}),
    "environ renamed": ('from os import environ as e\ne["X"]', {"required": True}),
    "getenv renamed": ('from os import getenv as g\ng("X", "3")', {"default": "3"}),
    "star import": ('from os import *\ngetenv("X", "3")', {"default": "3"}),
    "imported in a function": (
        'def f():\n    import os\n    return os.environ["X"]',
        {"required": True},
    ),
    "assigned environ": ('import os\nenv = os.environ\nenv.get("X", "3")', {"default": "3"}),
    "assigned method": ('import os\nget = os.environ.get\nget("X", "3")', {"default": "3"}),
    "attribute": (
        'import os\nclass A:\n    env = os.environ\n    def f(self): return self.env["X"]',
        {"required": True},
    ),
    "pop": ('import os\nos.environ.pop("X", None)', {}),
    "setdefault": ('import os\nos.environ.setdefault("X", "a.b")', {"default": "a.b"}),
    "asked for": ('import os\n"X" in os.environ', {}),
    "constant name": ('import os\nNAME = "X"\nos.getenv(NAME)', {}),
    "constant in a class": ('import os\nclass Keys:\n    A = "X"\nos.getenv(Keys.A)', {}),
    "enum as name": (
        (
            "import os\nfrom enum import StrEnum\n"
            'class Keys(StrEnum):\n    A = "X"\nos.getenv(Keys.A.value)'
        ),
        {},
    ),
    "sum of constants": ('import os\nP = "X"\nos.getenv(P + "")', {}),
    "constant default": ('import os\nD = 60 * 5\nos.getenv("X", D)', {"default": "300"}),
    "true as a default": ('import os\nos.getenv("X", True)', {"default": "true"}),
    "computed default": ('import os\nos.getenv("X", f())', {"has_default": True}),
    "or": ('import os\nos.getenv("X") or "3"', {"default": "3"}),
    "or nothing": ('import os\nos.getenv("X") or None', {}),
    "or in a chain": ('import os\nos.getenv("X") or None or "3"', {"default": "3"}),
    "walrus": ('import os\nif (x := os.getenv("X")) is not None:\n    int(x)', {"cast": "int"}),
}
CASTS = {
    "int": ('int(os.getenv("X", "3"))', {"cast": "int", "default": "3"}),
    "int after or": ('int(os.getenv("X") or 3)', {"cast": "int", "default": "3"}),
    "int of a stripped text": ('int(os.environ["X"].strip())', {"cast": "int", "required": True}),
    "float": ('float(os.getenv("X", 0.5))', {"cast": "float", "default": "0.5"}),
    "bool": ('bool(os.getenv("X"))', {"cast": "bool"}),
    "equals true": (
        'os.getenv("X", "false").lower() == "true"',
        {"cast": "bool", "default": "false"},
    ),
    "equals one": ('os.getenv("X") == "1"', {"cast": "bool"}),
    "turned round": ('"true" == os.getenv("X")', {"cast": "bool"}),
    "not zero": ('os.getenv("X") != "0"', {"cast": "bool"}),
    "in words": (
        'os.getenv("X", "").lower() in ("1", "true", "yes")',
        {"cast": "bool", "default": ""},
    ),
    "in a constant": ('os.getenv("X") in TRUTHY', {"cast": "bool"}),
    "equals a mode": ('os.getenv("X") == "production"', {}),
    "in modes": ('os.getenv("X") in ("dev", "test")', {}),
    "strtobool": ('strtobool(os.getenv("X", "no"))', {"cast": "bool", "default": "no"}),
    "own function for booleans": ('parse_bool(os.getenv("X"))', {"cast": "bool"}),
    "json": ('json.loads(os.getenv("X", "{}"))', {"cast": "json", "default": "{}"}),
    "split": ('os.environ["X"].split(",")', {"cast": "list", "required": True}),
    "split in a comprehension": (
        '[p.strip() for p in os.getenv("X", "a,b").split(",")]',
        {"cast": "list", "default": "a,b"},
    ),
    "path": ('Path(os.getenv("X", "/srv"))', {"cast": "path", "default": "/srv"}),
    "expanded path": ('os.path.expanduser(os.environ["X"])', {"cast": "path", "required": True}),
    "url": ('urlparse(os.environ["X"])', {"cast": "url", "required": True}),
    "bool of an int": ('bool(int(os.getenv("X", "0")))', {"cast": "bool", "default": "0"}),
    "argparse": (
        'parser.add_argument("--x", type=float, default=os.getenv("X", "0.5"))',
        {"cast": "float", "default": "0.5"},
    ),
    "argparse choices": (
        'parser.add_argument("--x", choices=["a", "b"], default=os.getenv("X", "a"))',
        {"cast": "enum", "default": "a", "enum": ("a", "b")},
    ),
    "seconds": ('timedelta(seconds=int(os.getenv("X", "30")))', {"cast": "int", "default": "30"}),
    "enum class": (
        'Mode(os.getenv("X", "slow"))',
        {"cast": "enum", "default": "slow", "enum": ("fast", "slow")},
    ),
    "enum by name": (
        'Mode[os.environ["X"]]',
        {"cast": "enum", "required": True, "enum": ("FAST", "SLOW")},
    ),
    "conditional": (
        'int(os.environ["X"]) if "X" in os.environ else 7',
        {"cast": "int", "default": "7"},
    ),
    "conditional on itself": (
        'float(os.getenv("X")) if os.getenv("X") else 0.5',
        {"cast": "float", "default": "0.5"},
    ),
    "cast later": ('x = os.getenv("X")\ny = int(x)', {"cast": "int"}),
    "cast in place": ('x = os.getenv("X", "3")\nx = int(x)', {"cast": "int", "default": "3"}),
    "other value under the name": ('x = os.getenv("X")\nx = f()\ny = int(x)', {}),
    "cast in a function": ('X = os.getenv("X")\ndef f():\n    return float(X)', {"cast": "float"}),
    "default later": ('x = os.getenv("X")\ny = x or "3"', {"default": "3"}),
    "raises": ('x = os.getenv("X")\nif not x:\n    raise ValueError', {"required": True}),
    "raises at once": ('if os.getenv("X") is None:\n    raise ValueError', {"required": True}),
    "raises if absent": ('if "X" not in os.environ:\n    raise ValueError', {"required": True}),
    "asserted": ('assert os.getenv("X")', {"required": True}),
    "caught": (
        'try:\n    x = int(os.environ["X"])\nexcept KeyError:\n    x = 3',
        {"cast": "int", "default": "3"},
    ),
    "caught and raised": (
        'try:\n    x = os.environ["X"]\nexcept KeyError:\n    raise ValueError from None',
        {"required": True},
    ),
    "guarded": ('if "X" in os.environ:\n    x = os.environ["X"]', {}),
}
PREAMBLE = """
import json, os
from datetime import timedelta
from distutils.util import strtobool
from enum import Enum
from pathlib import Path
from urllib.parse import urlparse
TRUTHY = {"1", "true"}
class Mode(Enum):
    FAST = "fast"
    SLOW = "slow"
"""


@pytest.mark.parametrize(("code", "expected"), READS.values(), ids=READS.keys())
def test_python_read__each_way__is_found(facts, code, expected):
    assert facts("app.py", code) == {"X": expected}


@pytest.mark.parametrize(("code", "expected"), CASTS.values(), ids=CASTS.keys())
def test_python_cast__each_way__is_told(facts, code, expected):
    assert facts("app.py", f"{PREAMBLE}{code}\n") == {"X": expected}


@pytest.mark.parametrize(
    "code",
    [
        'os.environ["X"] = "3"',
        'del os.environ["X"]',
        'os.environ.update(X="3")',
        'os.putenv("X", "3")',
    ],
)
def test_python_write__any__is_no_read(scan, code):
    found = scan({"app.py": f"import os\n{code}\n"})
    assert found.references == ()
    assert found.unresolved == ()


@pytest.mark.parametrize(
    "code",
    [
        'config.get("X")',
        'environ = {}\nenviron["X"]',
        'class os:\n    pass\nmine.environ["X"]',
        'getenv("X")',
    ],
)
def test_python_namesake__not_the_environment__is_no_read(scan, code):
    assert scan({"app.py": f"# environ getenv\n{code}\n"}).references == ()


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ('os.environ[f"APP_{who}"]', "f'APP_{who}'"),
        ("os.getenv(row.name)", "row.name"),
        ("os.environ.get(sys.argv[1])", "sys.argv[1]"),
        ("[k for k in os.environ if k.startswith('A')]", "for ... in os.environ"),
        ("{k: v for k, v in os.environ.items()}", "for ... in os.environ.items()"),
    ],
)
def test_python_name__only_known_at_run_time__is_reported(scan, code, shown):
    found = scan({"app.py": f"import os, sys\n{code}\n"})
    assert found.references == ()
    assert [(place.path, place.line, place.text) for place in found.unresolved] == [
        ("app.py", 2, shown)
    ]


def test_python_name__looped_over_fixed_names__is_resolved(scan):
    code = """
import os
REQUIRED = ["A", "B"]
missing = [name for name in REQUIRED if name not in os.environ]
for name in ("C", "D"):
    os.environ[name]
"""
    found = scan({"app.py": code})
    assert [reference.key for reference in found.references] == ["A", "B", "C", "D"]
    assert found.unresolved == ()


def test_python_name__constant_of_another_module__is_resolved(scan):
    found = scan(
        {
            "app/keys.py": 'VOICE = "VOICE_ID"\nclass Keys:\n    MODEL = "MODEL_ID"\n',
            "app/use.py": "import os\nfrom app.keys import VOICE, Keys\n"
            "os.getenv(VOICE)\nos.environ[Keys.MODEL]\n",
        }
    )
    assert [reference.key for reference in found.references] == ["VOICE_ID", "MODEL_ID"]
    assert found.unresolved == ()


def test_python_reference__in_a_package__says_place_language_and_reader(scan):
    (reference,) = scan({"app/core/x.py": '\nimport os\nx = (\n    os.getenv("X")\n)\n'}).references
    assert (reference.path, reference.line) == ("app/core/x.py", 4)
    assert (reference.language, reference.reader) == ("python", "os.getenv")


def test_python_constants__made_of_each_other_without_end__are_given_up(scan):
    """Ten levels of a hundred each: more texts than any memory holds."""
    levels = "\n".join(f"A{n} = [{', '.join([f'A{n + 1}'] * 100)}]" for n in range(10))
    found = scan({"app.py": f'import os\n{levels}\nA10 = "x"\nos.getenv("X", A0)\n'})
    assert [reference.default for reference in found.references] == [None]
