"""Seed files in three formats, and the position of each mistake."""

import json
import tomllib
from contextlib import closing

import pytest
import yaml

from mockstytch.runtime import Mock
from mockstytch.seed.entries import apply_seed
from mockstytch.seed_file import SeedError, position_of, read, toml_positions, yaml_file
from mockstytch.store.records.members import Member

TOML = """\
# People
[settings]
redirect_urls = "registered"
rbac_policy.roles = [
  { role_id = "reader", permissions = [{ resource_id = "stytch.member", actions = ["search"] }] }, # [1]
]

[[organizations]]
organization_name = \"\"\"
Acme [[organizations]]
\"\"\"
organization_slug = "acme"

  [[organizations.members]]
  email_address = 'ada@acme.test'

  [[organizations.members]]
  "email_address" = "bob@acme.test"
  nme = "Bob"

[[organizations]]
organization_name = "Globex"
[organizations.scim_connection]
display_name = "x"
"""
YAML = """\
# People
settings:
  redirect_urls: registered
organizations:
  - organization_name: Acme
    organization_slug: no
    members:
      - email_address: ada@acme.test
      - {email_address: bob@acme.test, nme: Bob}
"""
JSON = """\
{
\t"organizations": [
\t\t{"organization_name": "Acme\\/", "organization_slug": "acme", "members": [
\t\t\t{"email_address": "ada@acme.test"},
\t\t\t{"email_address": "bob@acme.test", "nme": "\\ud83d\\ude00"}
\t\t]}
\t]
}
"""


@pytest.fixture
def write(tmp_path):
    def call(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return call


@pytest.mark.parametrize(
    ("name", "text", "line", "column"),
    [("seed.toml", TOML, 19, 3), ("seed.yaml", YAML, 9, 40), ("seed.yml", YAML, 9, 40), ("seed.json", JSON, 5, 39)],
)
def test_mistake_has_its_line_and_column(write, name, text, line, column):
    path = write(name, text)
    with closing(Mock()) as mock, pytest.raises(SeedError) as refused:
        apply_seed(mock, path)
    assert str(refused.value) == (
        f"{path}:{line}:{column}: organizations[0].members[1]: unknown field nme. Did you mean name?"
    )


@pytest.mark.parametrize(("name", "text"), [("seed.toml", TOML), ("seed.yaml", YAML), ("seed.json", JSON)])
def test_every_format_is_read(write, name, text):
    path = write(name, text.replace("nme", "name"))
    with closing(Mock()) as mock:
        apply_seed(mock, path)
        with mock.transaction() as ctx:
            found = ctx.store.all(Member)
    assert sorted(m.email_address for m in found) == ["ada@acme.test", "bob@acme.test"]


def test_yaml_has_the_types_of_json(write):
    text = """
    text: no
    date: 2024-05-06
    time: 12:30
    number: 012
    octal: 0o17
    fraction: 1.5
    exponent: 1e3
    yes: true
    nothing: ~
    empty:
    list: &list [1, "2"]
    again: *list
    """
    assert read(write("seed.yaml", text)) == {
        "text": "no",
        "date": "2024-05-06",
        "time": "12:30",
        "number": 12,
        "octal": 15,
        "fraction": 1.5,
        "exponent": 1000.0,
        "yes": True,
        "nothing": None,
        "empty": None,
        "list": [1, "2"],
        "again": [1, "2"],
    }


BOMB = "a: &a [x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 20)}]\n" for n in range(8)
)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("a: [", ":1:5: ", "this isn't valid YAML"),
        ("- x\n", " ", "must be a table"),
        ("", " ", "must be a table"),
        ("a: 1\nb: 2\na: 3\n", ":3:1: ", "'a' is repeated in one table"),
        ("? [a]\n: 1\n", ":1:3: ", "a name must be a text"),
        ("a: &x [*x]\n", ":1:4: ", "an alias refers to the value that contains it"),
        ("a: !!python/object:os.system x\n", ":1:4: ", "isn't supported"),
        ("a: 1\n---\nb: 2\n", ":2:1: ", "another document"),
        ("a: \x01\n", ": ", "special characters are not allowed"),
        ("a: *nowhere\n", ":1:4: ", "undefined alias"),
        (BOMB, ":", "the file has more than 1,000,000 values"),
        ("a: " + "[" * 5000, " ", "isn't valid YAML"),
    ],
    ids=range(12),
)
def test_yaml_that_cannot_be_read_is_refused_in_one_sentence(write, uncollected, monkeypatch, text, position, message):
    path = write("seed.yaml", text)
    with pytest.raises(SeedError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}{position}".rstrip())
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "position"),
    [("seed.json", '{\n  "a": }', (2, 8)), ("seed.toml", "a = 1\nb = \n", (2, 5)), ("seed.toml", '[a\n"""', (1, 3))],
)
def test_syntax_error_has_its_position(write, name, text, position):
    with pytest.raises(SeedError) as refused:
        read(write(name, text))
    assert refused.value.position == position


def paths_of(value, path=()):
    """Every path in a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths_of(inner, (*path, key))


TOML_CASES = [
    TOML,
    "a = 1",
    'a.b."c.d".e = [[1, [2]], {x = {y = "}"}, "z]" = [ ]}]\n[t."u v"]\nw = """a\\"""b"""\n[[t.l]]\n[[t.l]]\nx.y = 1',
    "x = '''\n[a]\n'''\ny = ''\nz = \"\\\"[b]\"\n"
    "[[p]]\n  [p.q]\n  r = 1\n  [[p.s]]\n  t = 1\n[[p]]\n  [[p.s]]\n  [p.s.u]\n  v=2",
    "t = 1979-05-27T07:32:00Z # c\n\r\nf = -1_000.5e3\ninf = inf\nlist = [\n  # nothing\n\n]\n",
    "points = [ { x = 1, y = 2 },\n { x = 7, y = 8 } ]\n"
    "[fruit]\napple.color = 1\napple.taste.sweet = true\n[fruit.apple.texture]\nsmooth = true",
]


@pytest.mark.parametrize("text", TOML_CASES, ids=range(len(TOML_CASES)))
def test_toml_scanner_finds_every_value_that_tomllib_finds(text):
    found = toml_positions.find(text)
    assert set(found) == set(paths_of(tomllib.loads(text)))
    lines = text.split("\n")
    for path, (line, column) in found.items():
        assert lines[line - 1][column - 1 :].strip(), path


def test_yaml_reader_finds_every_value():
    assert set(yaml_file.positions(YAML)) == {(), *paths_of(yaml.safe_load(YAML))}
    data = json.loads(JSON)
    assert set(yaml_file.positions(JSON.replace("\t", " "))) - {()} == set(paths_of(data))


def test_place_that_is_not_in_the_file_has_the_position_of_its_parent(write):
    path = write("seed.toml", TOML)
    assert position_of(path, "organizations[0].members[1]", "email_address") == (18, 3)
    assert position_of(path, "organizations[0].members[1].sessions[3]") == (17, 3)
    assert position_of(path, "organizations[1]", "scim_connection") == (23, 1)
    assert position_of(path, "settings.rbac_policy.roles[0].permissions[0]") == (5, 40)
    assert position_of(path, "nowhere") is None
    assert position_of(path.with_name("absent.toml"), "a") is None
