"""JavaScript and TypeScript: how they reach the environment, and what is done with the text."""

import pytest

READS = {
    "member": ("process.env.X", {}),
    "subscript": ('process.env["X"]', {}),
    "optional": ("process?.env?.X", {}),
    "asserted": ("process.env!.X!", {}),
    "as any": ('(process.env as any)["X"]', {}),
    "global": ("globalThis.process.env.X", {}),
    "constant": ('const KEY = "X"; process.env[KEY]', {}),
    "nullish": ("process.env.X ?? 'd'", {"default": "d"}),
    "or": ("process.env.X || `d`", {"default": "d"}),
    "or a number": ("process.env.X || 60 * 1000", {"default": "60000"}),
    "filled": ("process.env.X ??= 'd'", {"default": "d"}),
    "or computed": ("process.env.X || find()", {"has_default": True}),
    "or a constant": ("const D = 'd'; process.env.X ?? D", {"default": "d"}),
    "or nothing": ("process.env.X ?? undefined", {}),
    "or throws": ("process.env.X ?? fail()", {"required": True}),
    "cast of the type": ("(process.env.X as string) ?? 'd'", {"default": "d"}),
    "destructured": ("const { X } = process.env", {}),
    "destructured with default": ("const { X = '3' } = process.env", {"default": "3"}),
    "destructured renamed": ("const { X: mine } = process.env", {}),
    "destructured renamed with default": (
        "const { X: mine = 'd' } = process.env",
        {"default": "d"},
    ),
    "alias": ("const env = process.env; env.X", {}),
    "alias with a type": ("const env = process.env as Record<string, string>; env.X", {}),
    "vite file": ("const env = loadEnv(mode, process.cwd()); env.X", {}),
    "alias destructured": ("const { env } = process; env.X", {}),
    "imported process": ('import { env } from "node:process"; env.X', {}),
    "parameter": ("function f(vars: NodeJS.ProcessEnv) { return vars.X }", {}),
    "vite": ("import.meta.env.X", {}),
    "deno": ('Deno.env.get("X")', {}),
    "bun": ("Bun.env.X", {}),
    "svelte dynamic": ('import { env } from "$env/dynamic/private"; env.X', {}),
    "svelte static": ('import { X } from "$env/static/private"', {"required": True}),
    "asked for": ('if ("X" in process.env) {}', {}),
    "throws if missing": ("if (!process.env.X) throw new Error()", {"required": True}),
    "throws later": (
        "const x = process.env.X; if (x === undefined) { throw 1 }",
        {"required": True},
    ),
    "nest": ("this.configService.get('X')", {}),
    "nest default": ("configService.get('X', 'd')", {"default": "d"}),
    "nest typed": ("configService.get<number>('X', 3)", {"cast": "float", "default": "3"}),
    "nest required": ("config.getOrThrow<string>('X')", {"cast": "str", "required": True}),
    "nest options": ("configService.get('X', { infer: true })", {}),
}
CASTS = {
    "parseInt": ("parseInt(process.env.X ?? '3', 10)", {"cast": "int", "default": "3"}),
    "Number.parseInt": ("Number.parseInt(process.env.X!)", {"cast": "int"}),
    "parseFloat": ("parseFloat(process.env.X || '0.5')", {"cast": "float", "default": "0.5"}),
    "Number": ("Number(process.env.X) || 3", {"cast": "float", "default": "3"}),
    "plus": ("const n = +process.env.X!", {"cast": "float"}),
    "Boolean": ("Boolean(process.env.X)", {"cast": "bool"}),
    "is it there": ("const on = !!process.env.X", {}),
    "equals true": ("process.env.X === 'true'", {"cast": "bool"}),
    "not false": ("process.env.X !== 'false'", {"cast": "bool"}),
    "lower": ("process.env.X?.toLowerCase() === 'yes'", {"cast": "bool"}),
    "equals a mode": ("process.env.X === 'production'", {}),
    "includes": ("['1', 'true'].includes(process.env.X ?? '')", {"cast": "bool", "default": ""}),
    "includes modes": ("['a', 'b'].includes(process.env.X)", {}),
    "JSON": ("JSON.parse(process.env.X || '{}')", {"cast": "json", "default": "{}"}),
    "split": ("process.env.X?.split(',') ?? []", {"cast": "list", "default": ""}),
    "split and mapped": (
        "(process.env.X || 'a,b').split(',').map(f)",
        {"cast": "list", "default": "a,b"},
    ),
    "URL": ("new URL(process.env.X!)", {"cast": "url"}),
    "path": ("path.resolve(process.env.X ?? './data')", {"cast": "path", "default": "./data"}),
    "duration": ("ms(process.env.X ?? '5m')", {"cast": "duration", "default": "5m"}),
    "ternary": (
        "const n = process.env.X ? Number(process.env.X) : 3",
        {"cast": "float", "default": "3"},
    ),
    "destructured and used": (
        "const { X = '3' } = process.env; Number(X)",
        {"cast": "float", "default": "3"},
    ),
    "renamed and used": ("const { X: x } = process.env; const on = x === 'true'", {"cast": "bool"}),
    "later": ("const x = process.env.X; const n = parseInt(x, 10)", {"cast": "int"}),
}
WRAPPERS = {
    "function": (
        "function get(n: string, d?: string) { return process.env[n] ?? d }\nget('X', 'd')",
        {"default": "d"},
    ),
    "arrow": (
        "const get = (name: string) => Number(process.env[name])\nget('X')",
        {"cast": "float"},
    ),
    "signature default": (
        "function get(name, fallback = 'd') { return process.env[name] || fallback }\nget('X')",
        {"default": "d"},
    ),
    "throws": (
        ("function get(n) { const v = process.env[n]; if (!v) { throw n } return v }\nget('X')"),
        {"required": True},
    ),
    "prefix": ("const get = (n) => process.env[`A_${n}`]\nget('X')", {}),
    "layers": (
        (
            "function get(n, d) { return process.env[n] ?? d }\n"
            "const num = (n, d) => parseInt(get(n, d), 10)\nnum('X', '3')"
        ),
        {"cast": "int", "default": "3"},
    ),
    "object": ("const config = { get: (n) => process.env[n] }; config.get('X')", {}),
    "method": ("class C { get(n) { return process.env[n] } run() { return this.get('X') } }", {}),
}


@pytest.mark.parametrize("path", ["a.ts", "a.tsx", "a.mts"])
@pytest.mark.parametrize(("code", "expected"), READS.values(), ids=READS.keys())
def test_javascript_read__each_way__is_found(facts, path, code, expected):
    assert facts(path, code) == {"X": expected}


@pytest.mark.parametrize(("code", "expected"), CASTS.values(), ids=CASTS.keys())
def test_javascript_cast__each_way__is_told(facts, code, expected):
    assert facts("a.ts", code) == {"X": expected}


@pytest.mark.parametrize(("code", "expected"), WRAPPERS.values(), ids=WRAPPERS.keys())
def test_javascript_wrapper__called_with_a_fixed_name__is_a_read(scan, facts, code, expected):
    key = "A_X" if "A_" in code else "X"
    assert facts("a.ts", code) == {key: expected}
    assert scan({"a.ts": code}).unresolved == ()


@pytest.mark.parametrize(
    "code",
    [
        "process.env.X = '3'",
        "delete process.env.X",
        "import.meta.env.DEV",
        "configService.get('database.host')",
        "other.env.X",
        "const copy = { ...process.env }",
        "configuration.forget('X')",
    ],
)
def test_javascript__no_read__is_none(scan, code):
    found = scan({"a.ts": code})
    assert found.references == ()
    assert found.unresolved == ()


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("process.env[name()]", "name()"),
        ("process.env[`A_${row.b}`]", "`A_${row.b}`"),
        ("Object.keys(process.env)", "Object.keys(process.env)"),
        ("configService.get(path)", "path"),
        ("export const get = (n) => process.env[n]", "n"),
    ],
)
def test_javascript_name__only_known_at_run_time__is_reported(scan, code, shown):
    found = scan({"a.ts": code})
    assert found.references == ()
    assert [place.text for place in found.unresolved] == [shown]


def test_javascript_name__looped_over_fixed_names__is_resolved(scan):
    code = """
for (const key of ["A", "B"]) { if (!process.env[key]) throw new Error(key) }
const REQUIRED = ["C", "D"] as const
REQUIRED.forEach((key) => { process.env[key] })
"""
    found = scan({"a.ts": code})
    assert [each.key for each in found.references] == ["A", "B", "C", "D"]
    assert [each.required for each in found.references] == [True, True, False, False]
    assert found.unresolved == ()


def test_javascript_wrapper__namesake_of_a_method__is_no_read(scan):
    code = (
        "function get(n) { return process.env[n] }\naxios.get('/users'); map.get('X'); get('A')\n"
    )
    assert [each.key for each in scan({"a.ts": code}).references] == ["A"]


@pytest.mark.parametrize(
    "importing",
    [
        "import { get } from './env'\nget('X', 3)",
        "import { get } from '@/lib/env'\nget('X', 3)",
        "import * as env from '../lib/env.js'\nenv.get('X', 3)",
        "const { get } = require('./env')\nget('X', 3)",
    ],
)
def test_javascript_wrapper__imported_from_another_file__is_a_read(scan, importing):
    found = scan(
        {
            "lib/env.ts": "export const get = (n, d) => parseInt(process.env[n] ?? d, 10)",
            "lib/use.ts": importing,
        }
    )
    (reference,) = found.references
    assert (reference.path, reference.key, reference.cast) == ("lib/use.ts", "X", "int")
    assert reference.default == "3"
    assert found.unresolved == ()


def test_javascript_page__vue_and_svelte__are_read_in_their_own_lines(scan):
    page = """<template>
<p>{{ x }}</p>
</template>
<script setup lang="ts">
const x = import.meta.env.VITE_X
</script>
"""
    found = scan(
        {"a.vue": page, "b.svelte": "<script>\nimport.meta.env.VITE_Y\n</script>\n<p>é</p>"}
    )
    assert [(each.path, each.line, each.key) for each in found.references] == [
        ("a.vue", 5, "VITE_X"),
        ("b.svelte", 2, "VITE_Y"),
    ]


def test_javascript__jsx_in_plain_files__is_understood(scan):
    found = scan({"a.js": "export const A = () => <p title='x'>{process.env.X}</p>\n"})
    assert [each.key for each in found.references] == ["X"]
    assert found.unparsed == ()
