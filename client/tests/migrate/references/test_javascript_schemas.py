"""Schemas of the environment: zod, t3-env, Joi, yup, envalid, class-validator."""

import pytest

ZOD = {
    "string": ("z.string()", {"cast": "str", "required": True}),
    "optional": ("z.string().optional()", {"cast": "str"}),
    "default": ("z.string().default('a')", {"cast": "str", "default": "a"}),
    "not empty": ("z.string().min(1)", {"cast": "str", "min_length": 1, "required": True}),
    "number": (
        "z.coerce.number().min(1).max(9).default(3)",
        {"cast": "float", "default": "3", "min": 1, "max": 9},
    ),
    "integer": (
        "z.coerce.number().int().positive()",
        {"cast": "int", "exclusive_min": 0, "required": True},
    ),
    "fraction": (
        "z.coerce.number().gte(0).lt(0.5)",
        {"cast": "float", "min": 0, "exclusive_max": 0.5, "required": True},
    ),
    "enum": (
        "z.enum(['a', 'b']).default('a')",
        {"cast": "enum", "default": "a", "enum": ("a", "b")},
    ),
    "words for a boolean": (
        "z.enum(['true', 'false']).default('false')",
        {"cast": "bool", "default": "false"},
    ),
    "boolean": ("z.coerce.boolean().default(false)", {"cast": "bool", "default": "false"}),
    "stringbool": ("z.stringbool()", {"cast": "bool", "required": True}),
    "url": ("z.string().url()", {"cast": "url", "required": True}),
    "url alone": ("z.url()", {"cast": "url", "required": True}),
    "email": ("z.string().email()", {"cast": "email", "required": True}),
    "pattern": ("z.string().regex(/^a+$/)", {"cast": "str", "pattern": "^a+$", "required": True}),
    "list": ("z.string().transform((v) => v.split(','))", {"cast": "list", "required": True}),
    "default by a function": ("z.string().default(() => 'a')", {"cast": "str", "default": "a"}),
}
JOI = {
    "number": (
        "Joi.number().integer().min(1).max(9).default(3)",
        {"cast": "int", "default": "3", "min": 1, "max": 9},
    ),
    "valid": (
        "Joi.string().valid('a', 'b').required()",
        {"cast": "enum", "enum": ("a", "b"), "required": True},
    ),
    "optional by itself": ("Joi.string()", {"cast": "str"}),
    "boolean": ("Joi.boolean().default(true)", {"cast": "bool", "default": "true"}),
    "uri": ("Joi.string().uri()", {"cast": "url"}),
    "port": (
        "Joi.number().port().default(3000)",
        {"cast": "int", "default": "3000", "min": 0, "max": 65535},
    ),
    "greater": ("Joi.number().greater(0)", {"cast": "float", "exclusive_min": 0}),
}
ENVALID = {
    "str": ("str()", {"cast": "str", "required": True}),
    "num": ("num({ default: 3 })", {"cast": "float", "default": "3"}),
    "port": ("port({ default: 3000 })", {"cast": "int", "default": "3000", "min": 1, "max": 65535}),
    "bool": ("bool({ default: false })", {"cast": "bool", "default": "false"}),
    "choices": (
        "str({ choices: ['a', 'b'], default: 'a' })",
        {"cast": "enum", "default": "a", "enum": ("a", "b")},
    ),
    "by module": ("envalid.url()", {"cast": "url", "required": True}),
}


@pytest.mark.parametrize(("schema", "expected"), ZOD.values(), ids=ZOD.keys())
def test_zod__each_schema__is_told(facts, schema, expected):
    code = f'import {{ z }} from "zod";\nconst env = z.object({{ X: {schema} }})\n'
    assert facts("env.ts", code) == {"X": expected}


@pytest.mark.parametrize(("schema", "expected"), JOI.values(), ids=JOI.keys())
def test_joi__each_schema__is_told(facts, schema, expected):
    code = f'import * as Joi from "joi";\nexport const schema = Joi.object({{ X: {schema} }})\n'
    assert facts("env.ts", code) == {"X": expected}


@pytest.mark.parametrize(("schema", "expected"), ENVALID.values(), ids=ENVALID.keys())
def test_envalid__each_validator__is_told(facts, schema, expected):
    code = (
        f'import * as envalid from "envalid";\nenvalid.cleanEnv(process.env, {{ X: {schema} }})\n'
    )
    assert facts("env.ts", code) == {"X": expected}


def test_t3_env__server_and_client__are_told_with_their_reads(scan):
    code = """
import { createEnv } from "@t3-oss/env-nextjs";
import { z } from "zod";
export const env = createEnv({
  server: { PORT: z.coerce.number().int().default(3000) },
  client: { NEXT_PUBLIC_URL: z.string().url() },
  runtimeEnv: { PORT: process.env.PORT, NEXT_PUBLIC_URL: process.env.NEXT_PUBLIC_URL },
});
"""
    found = scan({"env.mjs": code})
    assert [(each.key, each.line, each.reader) for each in found.references] == [
        ("PORT", 5, "zod schema"),
        ("NEXT_PUBLIC_URL", 6, "zod schema"),
        ("NEXT_PUBLIC_URL", 7, "process.env"),
        ("PORT", 7, "process.env"),
    ]


def test_class_validator__decorated_fields__are_told(facts):
    code = """
import { IsEnum, IsInt, IsOptional, IsString, IsUrl, Max, Min } from "class-validator";
enum Mode { Fast = "fast", Slow = "slow" }
class EnvironmentVariables {
  @IsInt() @Min(1) @Max(65535)
  PORT: number = 3000;
  @IsEnum(Mode)
  MODE: Mode;
  @IsOptional() @IsString()
  NAME?: string;
  @IsUrl()
  API_URL: string;
  notAVariable: string;
}
"""
    assert facts("env.ts", code) == {
        "PORT": {"cast": "int", "default": "3000", "min": 1, "max": 65535},
        "MODE": {"cast": "enum", "enum": ("fast", "slow"), "required": True},
        "NAME": {"cast": "str"},
        "API_URL": {"cast": "url", "required": True},
    }


def test_schema__entries_not_named_like_variables__are_none(scan):
    code = """
import { z } from "zod";
z.object({ name: z.string(), Age: z.number() });
const a = { KEY: find() };
"""
    assert scan({"form.ts": code}).references == ()
