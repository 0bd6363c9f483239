"""Go, Ruby, Java, Kotlin, PHP, Rust, C# and shell: names, casts, defaults."""

import pytest

GO = {
    "Getenv": ('os.Getenv("X")', {}),
    "LookupEnv": ('v, ok := os.LookupEnv("X")\n_ = v', {}),
    "constant": ("os.Getenv(Key)", {}),
    "int": ('n, err := strconv.Atoi(os.Getenv("X"))', {"cast": "int"}),
    "int later": ('v := os.Getenv("X")\nn, err := strconv.ParseInt(v, 10, 64)', {"cast": "int"}),
    "float": ('f, _ := strconv.ParseFloat(os.Getenv("X"), 64)', {"cast": "float"}),
    "bool": ('b, _ := strconv.ParseBool(os.Getenv("X"))', {"cast": "bool"}),
    "equals true": ('on := os.Getenv("X") == "true"', {"cast": "bool"}),
    "duration": ('d, err := time.ParseDuration(os.Getenv("X"))', {"cast": "duration"}),
    "list": ('l := strings.Split(os.Getenv("X"), ",")', {"cast": "list"}),
    "default later": ('v := os.Getenv("X")\nif v == "" {\n v = "3"\n}', {"default": "3"}),
    "fails": ('v := os.Getenv("X")\nif v == "" {\n log.Fatal("no")\n}', {"required": True}),
    "wrapper": ('get("X", "d")', {"default": "d"}),
    "wrapper with cast": ('getInt("X", 3)', {"cast": "int", "default": "3"}),
    "viper": ('viper.BindEnv("x", "X")', {}),
}
GO_FILE = """package main
const Key = "X"
func get(key, fallback string) string {
	if v, ok := os.LookupEnv(key); ok {
		return v
	}
	return fallback
}
func getInt(key string, fallback int) int {
	n, err := strconv.Atoi(get(key, ""))
	if err != nil {
		return fallback
	}
	return n
}
func main() {
	%s
}
"""
RUBY = {
    "subscript": ('ENV["X"]', {}),
    "or": ('ENV["X"] || "d"', {"default": "d"}),
    "fetch": ('ENV.fetch("X")', {"required": True}),
    "fetch default": ('ENV.fetch("X", "d")', {"default": "d"}),
    "fetch nil": ('ENV.fetch("X", nil)', {}),
    "fetch block": ('ENV.fetch("X") { "d" }', {"default": "d"}),
    "assigned if empty": ('ENV["X"] ||= "d"', {"default": "d"}),
    "int": ('ENV.fetch("X", 3).to_i', {"cast": "int", "default": "3"}),
    "Integer": ('Integer(ENV.fetch("X", "3"))', {"cast": "int", "default": "3"}),
    "float": ('ENV["X"]&.to_f', {"cast": "float"}),
    "boolean": ('ActiveModel::Type::Boolean.new.cast(ENV["X"])', {"cast": "bool"}),
    "equals true": ('ENV["X"] == "true"', {"cast": "bool"}),
    "words": ('%w[1 true].include?(ENV["X"])', {"cast": "bool"}),
    "list": ('ENV["X"].split(",")', {"cast": "list"}),
    "json": ('JSON.parse(ENV["X"])', {"cast": "json"}),
    "raises": ('raise "no" unless ENV["X"]', {"required": True}),
    "asked": ('ENV.key?("X")', {}),
    "looped": ("%w[X].each { |name| ENV.fetch(name) }", {"required": True}),
    "wrapper": (
        'def get(name, default = nil) = ENV.fetch(name, default)\nget("X", "d")',
        {"default": "d"},
    ),
    "constant": ('KEY = "X"\nENV[KEY]', {}),
}
JAVA = {
    "getenv": ('String x = System.getenv("X");', {}),
    "constant": ('static final String KEY = "X"; String x = System.getenv(KEY);', {}),
    "map": ('String x = System.getenv().get("X");', {}),
    "map default": ('String x = System.getenv().getOrDefault("X", "d");', {"default": "d"}),
    "int": ('int x = Integer.parseInt(System.getenv("X"));', {"cast": "int"}),
    "bool": ('boolean x = Boolean.parseBoolean(System.getenv("X"));', {"cast": "bool"}),
    "equals": ('boolean x = "true".equals(System.getenv("X"));', {"cast": "bool"}),
    "optional": (
        'String x = Optional.ofNullable(System.getenv("X")).orElse("d");',
        {"default": "d"},
    ),
    "or else": (
        'String x = Objects.requireNonNullElse(System.getenv("X"), "d");',
        {"default": "d"},
    ),
    "not null": ('String x = Objects.requireNonNull(System.getenv("X"));', {"required": True}),
    "conditional": (
        'String x = System.getenv("X") != null ? System.getenv("X") : "d";',
        {"default": "d"},
    ),
    "value": ('@Value("${X}") String x;', {"cast": "str", "required": True}),
    "value default": ('@Value("${X:3}") private int x;', {"cast": "int", "default": "3"}),
    "value parameter": ('A(@Value("${X:true}") boolean x) {}', {"cast": "bool", "default": "true"}),
    "microprofile": (
        '@ConfigProperty(name = "X", defaultValue = "3") int x;',
        {"cast": "int", "default": "3"},
    ),
    "property": (
        'int x = env.getProperty("X", Integer.class, 3);',
        {"cast": "int", "default": "3"},
    ),
}
KOTLIN = {
    "getenv": ('val x = System.getenv("X")', {}),
    "elvis": ('val x = System.getenv("X") ?: "d"', {"default": "d"}),
    "subscript": ('val x = System.getenv()["X"]', {}),
    "int": ('val x = System.getenv("X")?.toInt() ?: 3', {"cast": "int", "default": "3"}),
    "boolean": ('val x = System.getenv("X").toBoolean()', {"cast": "bool"}),
    "throws": (
        'val x = System.getenv("X") ?: throw IllegalStateException("no")',
        {"required": True},
    ),
    "error": ('val x = System.getenv("X") ?: error("no")', {"required": True}),
    "value": ('class A(@Value("\\${X:3}") val x: Int)', {"cast": "int", "default": "3"}),
    "wrapper": (
        'fun get(name: String, d: String) = System.getenv(name) ?: d\nval x = get("X", "d")',
        {"default": "d"},
    ),
}
PHP = {
    "getenv": ("$x = getenv('X');", {}),
    "or": ("$x = getenv('X') ?: 'd';", {"default": "d"}),
    "global": ("$x = $_ENV['X'] ?? 'd';", {"default": "d"}),
    "server": ("$x = $_SERVER['APP_X'];", {}),
    "laravel": ("$x = env('X');", {}),
    "laravel default": ("$x = env('X', 3);", {"default": "3"}),
    "laravel null": ("$x = env('X', null);", {}),
    "laravel false": ("return ['x' => env('X', false)];", {"default": "false"}),
    "int": ("$x = (int) env('X', 3);", {"cast": "int", "default": "3"}),
    "intval": ("$x = intval(getenv('X'));", {"cast": "int"}),
    "float": ("$x = (float) getenv('X');", {"cast": "float"}),
    "filter": ("$x = filter_var(getenv('X'), FILTER_VALIDATE_BOOLEAN);", {"cast": "bool"}),
    "filter int": ("$x = filter_var(env('X'), FILTER_VALIDATE_INT);", {"cast": "int"}),
    "equals true": ("$x = env('X') === 'true';", {"cast": "bool"}),
    "list": ("$x = explode(',', env('X', 'a,b'));", {"cast": "list", "default": "a,b"}),
    "json": ("$x = json_decode(getenv('X'));", {"cast": "json"}),
    "throws": ("if (!getenv('X')) { throw new Exception(); }", {"required": True}),
    "class": ("$x = Env::get('X', 3);", {"default": "3"}),
    "wrapper": (
        "function get($n, $d) { return getenv($n) ?: $d; } $x = get('X', 'd');",
        {"default": "d"},
    ),
}
RUST = {
    "var": ('let x = env::var("X");', {}),
    "full path": ('let x = std::env::var("X").unwrap();', {"required": True}),
    "imported": ('use std::env::var as v; let x = v("X")?;', {"required": True}),
    "constant": ('const KEY: &str = "X"; let x = env::var(KEY);', {}),
    "unwrap or": ('let x = env::var("X").unwrap_or("d".to_string());', {"default": "d"}),
    "unwrap or else": ('let x = env::var("X").unwrap_or_else(|_| "d".into());', {"default": "d"}),
    "String::from": (
        'let x = env::var("X").unwrap_or_else(|_| String::from("d"));',
        {"default": "d"},
    ),
    "parse": (
        'let x = env::var("X").unwrap_or("3".into()).parse::<u16>().unwrap();',
        {"cast": "int", "default": "3"},
    ),
    "parse by the variable": (
        'let x: f64 = env::var("X").unwrap().parse().unwrap();',
        {"cast": "float", "required": True},
    ),
    "parse inside": (
        'let x: u16 = env::var("X").ok().and_then(|x| x.parse().ok()).unwrap_or(30);',
        {"cast": "int", "default": "30"},
    ),
    "equals": (
        'let x = env::var("X").unwrap_or_default() == "true";',
        {"cast": "bool", "default": ""},
    ),
    "match": (
        'let x = match env::var("X") { Ok(v) => v, Err(_) => "d".into() };',
        {"default": "d"},
    ),
    "compiled in": ('let x = env!("X");', {"required": True}),
    "compiled in if there": ('let x = option_env!("X");', {}),
    "wrapper": (
        'fn get(k: &str, d: &str) -> String { env::var(k).unwrap_or(d.into()) } get("X", "d");',
        {"default": "d"},
    ),
}
CSHARP = {
    "variable": ('var x = Environment.GetEnvironmentVariable("X");', {}),
    "nullish": ('var x = Environment.GetEnvironmentVariable("X") ?? "d";', {"default": "d"}),
    "throws": (
        'var x = Environment.GetEnvironmentVariable("X") ?? throw new Exception();',
        {"required": True},
    ),
    "int": ('var x = int.Parse(Environment.GetEnvironmentVariable("X")!);', {"cast": "int"}),
    "try": ('int.TryParse(Environment.GetEnvironmentVariable("X"), out var x);', {"cast": "int"}),
    "bool": (
        'var x = bool.Parse(Environment.GetEnvironmentVariable("X") ?? "false");',
        {"cast": "bool", "default": "false"},
    ),
    "list": ("var x = Environment.GetEnvironmentVariable(\"X\")?.Split(',');", {"cast": "list"}),
    "uri": ('var x = new Uri(Environment.GetEnvironmentVariable("X"));', {"cast": "url"}),
    "configuration": ('var x = configuration["X"];', {}),
    "builder": ('var x = builder.Configuration["X"] ?? "d";', {"default": "d"}),
    "or empty": ('var x = configuration["X"] ?? string.Empty;', {"default": ""}),
    "typed": ('var x = _config.GetValue<int>("X", 3);', {"cast": "int", "default": "3"}),
}
SHELL = {
    "plain": ('echo "$X"', {}),
    "braces": ('echo "${X}"', {}),
    "default": ('echo "${X:-d}"', {"default": "d"}),
    "default if unset": ('echo "${X-d}"', {"default": "d"}),
    "default given": (': "${X:=d}"', {"default": "d"}),
    "empty default": ('echo "${X:-}"', {"default": ""}),
    "quoted default": ("echo ${X:-'a b'}", {"default": "a b"}),
    "computed default": ('echo "${X:-$(date)}"', {"has_default": True}),
    "required": (': "${X:?is missing}"', {"required": True}),
    "kept in its own name": ('X="${X:-3}"\necho "$X"', {"default": "3"}),
    "boolean": ('[ "$X" = "true" ] && run', {"cast": "bool"}),
    "number": ('if [ "$X" -gt 3 ]; then run; fi', {"cast": "int"}),
    "printenv": ("printenv X", {}),
}


def _cases(path, frame, cases):
    return [
        pytest.param(path, frame.replace("%s", code), said, id=f"{path.partition('.')[2]} {name}")
        for name, (code, said) in cases.items()
    ]


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        *_cases("a.go", GO_FILE, GO),
        *_cases("a.rb", "%s\n", RUBY),
        *_cases("A.java", "class A { %s }\n", JAVA),
        *_cases("a.kt", "%s\n", KOTLIN),
        *_cases("a.php", "<?php\n%s\n", PHP),
        *_cases("a.rs", "fn main() { %s }\n", RUST),
        *_cases("A.cs", "class A { void M() { %s } }\n", CSHARP),
        *_cases("a.sh", "#!/bin/bash\n%s\n", SHELL),
    ],
)
def test_read__each_way_of_each_language__is_told(facts, path, code, expected):
    (said,) = facts(path, code).values()
    assert said == expected


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.go", 'package a\nfunc f() { os.Setenv("X", "3") }\n'),
        ("a.rb", 'ENV["X"] = "3"\n'),
        ("a.php", "<?php\n$_ENV['X'] = 3; putenv('X=3'); $y = $_SERVER['HTTP_HOST'];\n"),
        ("A.cs", 'class A { void M() { config["X"] = "3"; } }\n'),
        (
            "a.sh",
            (
                'X=3\necho "$X"\nfor Y in a b; do echo "$Y"; done\n'
                'echo "$HOME $lower"\nread -r Z\necho $Z\n'
            ),
        ),
    ],
)
def test_no_read__writes_and_own_names__are_none(scan, path, code):
    assert scan({path: code}).references == ()


@pytest.mark.parametrize(
    ("path", "code", "shown"),
    [
        ("a.go", "package a\nfunc f() { os.Getenv(row.Name) }\n", "row.Name"),
        ("a.rb", "ENV[row.name]\n", "row.name"),
        ("A.java", "class A { String x = System.getenv(row.name()); }", "row.name()"),
        ("a.kt", "val x = System.getenv(row.name)", "row.name"),
        ("a.php", '<?php $x = getenv("A_$n");', '"A_$n"'),
        ("a.rs", 'fn main() { env::var(format!("A_{}", n)); }', 'format!("A_{}", n)'),
        (
            "A.cs",
            'class A { void M() { Environment.GetEnvironmentVariable($"A_{n}"); } }',
            '$"A_{n}"',
        ),
        ("a.sh", "echo ${!NAME}\n", "${!NAME}"),
    ],
)
def test_name__only_known_at_run_time__is_reported(scan, path, code, shown):
    assert [place.text for place in scan({path: code}).unresolved] == [shown]


def test_go_tags__of_every_library__are_told(facts):
    code = """package config
type Config struct {
	Port    int           `env:"PORT" envDefault:"3000"`
	Hosts   []string      `env:"HOSTS,required"`
	Timeout time.Duration `env:"TIMEOUT, default=5s"`
	Rate    float64       `envconfig:"RATE" default:"0.5"`
	Name    string        `env:"NAME" env-required:"true"`
	Db      Db            `envPrefix:"DB_"`
	Plain   string        `json:"plain"`
}
type Db struct {
	Debug bool `env:"DEBUG"`
}
"""
    assert facts("config.go", code) == {
        "PORT": {"cast": "int", "default": "3000"},
        "HOSTS": {"cast": "list", "required": True},
        "TIMEOUT": {"cast": "duration", "default": "5s"},
        "RATE": {"cast": "float", "default": "0.5"},
        "NAME": {"cast": "str", "required": True},
        "DB_DEBUG": {"cast": "bool"},
    }


def test_go_envconfig__prefix_of_process__is_part_of_the_name(facts):
    code = """package a
type S struct {
	A int `envconfig:"A"`
}
func f() { envconfig.Process("app", &s) }
"""
    assert set(facts("a.go", code)) == {"APP_A"}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("cmd/main.go", 'package main\nfunc f() { config.Get("X", "d") }\n'),
        ("config/other.go", 'package config\nfunc f() { Get("X", "d") }\n'),
    ],
)
def test_go_wrapper__of_the_same_or_another_package__is_a_read(scan, path, code):
    wrapper = "package config\nfunc Get(key, def string) string {\n return os.Getenv(key)\n}\n"
    found = scan({"config/env.go": wrapper, path: code})
    (reference,) = found.references
    assert (reference.path, reference.key, reference.default) == (path, "X", "d")


def test_spring__names_of_properties__become_names_of_variables(facts):
    code = """class A {
  @Value("${app.voice.model-id:flash}") String model;
  @Value("http://${HOST}:${PORT:80}") String url;
}
"""
    assert facts("A.java", code) == {
        "APP_VOICE_MODELID": {"cast": "str", "default": "flash"},
        "HOST": {"required": True},
        "PORT": {"default": "80"},
    }


def test_csharp__paths_of_keys__become_names_of_variables(facts):
    read = 'var a = config["Voice:Id"]; var b = config.GetConnectionString("Main");'
    code = f"class A {{ void M() {{ {read} }} }}"
    assert set(facts("A.cs", code)) == {"Voice__Id", "ConnectionStrings__Main"}


def test_clap__options_with_env__are_told(facts):
    code = """
#[derive(Parser)]
struct Args {
    #[arg(long, env = "PORT", default_value = "3000")]
    port: u16,
    #[arg(long, env, default_value_t = 4)]
    workers: usize,
    #[arg(long, env = "TOKEN_FILE", help = "path of the env file")]
    token: Option<PathBuf>,
    #[arg(long, help = "the env")]
    other: String,
}
"""
    assert facts("main.rs", code) == {
        "PORT": {"cast": "int", "default": "3000"},
        "WORKERS": {"cast": "int", "default": "4"},
        "TOKEN_FILE": {"cast": "path"},
    }


@pytest.mark.parametrize(
    ("first_line", "code", "language"),
    [
        ("#!/usr/bin/env python3", "import os\nos.environ['X']\n", "python"),
        ("#!/bin/sh -e", "echo $X\n", "shell"),
        ("#!/usr/bin/env node", "process.env.X\n", "javascript"),
        ("#!/usr/bin/ruby", "ENV['X']\n", "ruby"),
    ],
)
def test_script__without_a_suffix__is_known_by_its_first_line(scan, first_line, code, language):
    (reference,) = scan({"bin/start": f"{first_line}\n{code}"}).references
    assert (reference.path, reference.line >= 2, reference.language) == (
        "bin/start",
        True,
        language,
    )
