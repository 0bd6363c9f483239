"""Functions of the program that read variables for others."""

import pytest

WRAPPERS = {
    "plain": (
        "def get(name, default=None):\n    return os.environ.get(name, default)\nget('X', 3)",
        {"default": "3"},
    ),
    "called before it is written": (
        "def f():\n    return get('X')\ndef get(name):\n    return os.environ[name]",
        {"required": True},
    ),
    "cast inside": (
        "def get(n, d):\n    return int(os.getenv(n, d))\nget('X', 3)",
        {"cast": "int", "default": "3"},
    ),
    "cast after": (
        "def get(n):\n    v = os.getenv(n)\n    return v.lower() in ('1', 'true')\nget('X')",
        {"cast": "bool"},
    ),
    "return type": (
        "def get(n) -> int:\n    return convert(os.getenv(n))\nget('X')",
        {"cast": "int"},
    ),
    "default of the signature": (
        "def get(n, default='a'):\n    return os.getenv(n, default)\nget('X')",
        {"default": "a"},
    ),
    "default under any name": (
        "def get(n, d):\n    v = os.getenv(n)\n    return float(v) if v else d\nget('X', 3)",
        {"cast": "float", "default": "3"},
    ),
    "other parameters": (
        "def get(n, group, required):\n    return load(os.getenv(n), group)\nget('X', 'a', True)",
        {},
    ),
    "cast in its name": (
        "def env_int(n):\n    return parse(os.getenv(n))\nenv_int('X')",
        {"cast": "int"},
    ),
    "cast as an argument": (
        (
            "def get(n, default=None, cast=str):\n    return cast(os.getenv(n, default))\n"
            "get('X', default='3', cast=int)"
        ),
        {"cast": "int", "default": "3"},
    ),
    "prefix": ("def get(n):\n    return os.environ[f'A_{n}']\nget('X')", {"required": True}),
    "capitals": ("def get(n):\n    return os.environ.get(('A_' + n).upper())\nget('x')", {}),
    "lambda": ("get = lambda n, d='q': os.environ.get(n, d)\nget('X', 'r')", {"default": "r"}),
    "raises": (
        (
            "def get(n, default=None):\n    value = os.getenv(n, default)\n    if value is None:\n"
            "        raise KeyError(n)\n    return value\nget('X')"
        ),
        {"required": True},
    ),
    "two layers": (
        (
            "def get(n, default=None):\n    return os.getenv(n, default)\n"
            "def get_int(n, default):\n    return int(get(n, default))\nget_int('X', 3)"
        ),
        {"cast": "int", "default": "3"},
    ),
    "method": (
        (
            "class Config:\n    def get(self, n, default=None):\n"
            "        return os.getenv(n, default)\n"
            "    def load(self):\n        return self.get('X', 'm')"
        ),
        {"default": "m"},
    ),
    "method of an object": (
        (
            "class Config:\n    def get(self, name):\n        return os.getenv(name)\n"
            "config = Config()\nconfig.get('X')"
        ),
        {},
    ),
    "static method": (
        "class A:\n    @staticmethod\n    def get(n):\n        return os.environ[n]\nA.get('X')",
        {"required": True},
    ),
    "cast outside": ("def get(n):\n    return os.getenv(n)\nfloat(get('X'))", {"cast": "float"}),
    "asked and read": (
        (
            "def get(n, default=None):\n    if n in os.environ:\n        return os.environ[n]\n"
            "    return default\nget('X', 'z')"
        ),
        {"default": "z"},
    ),
}


@pytest.mark.parametrize(("code", "expected"), WRAPPERS.values(), ids=WRAPPERS.keys())
def test_wrapper__called_with_a_fixed_name__is_a_read(scan, facts, code, expected):
    code = f"import os\n{code}\n"
    key = "A_X" if "A_" in code else "X"
    assert facts("app.py", code) == {key: expected}
    assert scan({"app.py": code}).unresolved == ()


def test_wrapper__never_called_with_a_name__stays_unresolved(scan):
    found = scan({"app.py": "import os\ndef get(name):\n    return os.environ[name]\n"})
    assert [(place.line, place.text) for place in found.unresolved] == [(3, "name")]


def test_wrapper__called_with_a_computed_name__is_unresolved_at_the_call(scan):
    found = scan(
        {"app.py": "import os\ndef get(n):\n    return os.getenv(n)\nget('A')\nget(row.b)\n"}
    )
    assert [reference.key for reference in found.references] == ["A"]
    assert [(place.line, place.text) for place in found.unresolved] == [(5, "row.b")]


@pytest.mark.parametrize(
    "importing",
    [
        "from app.env import read\nread('X', 3)",
        "from app.env import read as r\nr('X', 3)",
        "from .env import read\nread('X', 3)",
        "from . import env\nenv.read('X', 3)",
        "import app.env as e\ne.read('X', 3)",
        "from app import env\nenv.read('X', 3)",
    ],
)
def test_wrapper__imported_from_another_module__is_a_read(scan, importing):
    found = scan(
        {
            "app/env.py": "import os\ndef read(n, d):\n    return int(os.getenv(n, d))\n",
            "app/use.py": importing,
        }
    )
    (reference,) = found.references
    assert (reference.path, reference.key, reference.cast) == ("app/use.py", "X", "int")
    assert found.unresolved == ()


@pytest.mark.parametrize(
    "using",
    [
        "from app.files import read\nread('X')",
        "app = FastAPI()\napp.read('X')",
        "from app.main import app\napp.read('X')",
        "from other.app.env.more import read\nread('X')",
    ],
)
def test_wrapper__namesake_of_another_module__is_no_read(scan, using):
    found = scan(
        {
            "app/env.py": "import os\ndef read(name):\n    return os.getenv(name)\n",
            "app/use.py": f"{using}\n",
        }
    )
    assert found.references == ()
