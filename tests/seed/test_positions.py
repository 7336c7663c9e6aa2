"""Every kind of mistake in a seed file has its line and column, in each format."""

import json
import re
from contextlib import closing

import pytest
import yaml

from mockstytch import MockError
from mockstytch.runtime import Mock
from mockstytch.seed.entries import apply_seed
from mockstytch.seed_file import SeedError
from tests.cli import test_seed
from tests.seed import test_generated, test_ready_made

MISTAKES = [
    *(content for content, _ in test_seed.MISTAKES),
    *(content for content, _ in test_ready_made.MISTAKES),
    *({"generate": content} for content, _ in test_generated.MISTAKES),
]


def toml(value):
    """A value in TOML, on one line; a list of tables or a table at the top has its own lines."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def written(content, suffix):
    """The text of a file, or None if the format can't express the content."""
    if suffix == ".json":
        return json.dumps(content, indent=1)
    if suffix == ".yaml":
        return yaml.safe_dump(content, sort_keys=False)
    if not isinstance(content, dict) or "null" in json.dumps(content):
        return None
    return "".join(f"{name} = {toml(value)}\n" for name, value in content.items())


def refusal(path, text):
    path.write_text(text, encoding="utf-8")
    with closing(Mock()) as mock, pytest.raises(SeedError) as refused:
        apply_seed(mock, path)
    return refused.value


def pointed(error):
    """The text in the file at the position of a mistake."""
    line, column = error.position
    return error.file.read_text().splitlines()[line - 1][column - 1 :] if error.file.read_text() else ""


@pytest.mark.parametrize("content", MISTAKES, ids=range(len(MISTAKES)))
def test_mistake_has_its_position_in_every_format(tmp_path, content):
    found = []
    for suffix in (".json", ".yaml", ".toml"):
        if text := written(content, suffix):
            error = refusal(tmp_path / f"seed{suffix}", text)
            assert str(error).startswith(f"{error.file}:{error.position[0]}:{error.position[1]}: ")
            assert not error.place or error.position != (1, 1) or suffix != ".json", str(error)
            found.append(re.match(r'[\["]*(\w+)"?\s*[:=]', pointed(error)))
    names = {match[1] for match in found if match}
    assert len(names) < 2, "the formats agree on the field"


ORGANIZATION = {"organization_name": "A"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ({"organizations": [ORGANIZATION | {"email_jit_provisioning": "SOME"}]}, '"email_jit_provisioning": "SOME"'),
        (
            {"organizations": [ORGANIZATION | {"members": [{"email_address": "a@b.test", "roles": ["absent"]}]}]},
            '"roles": [',
        ),
        ({"settings": {"redirect_urls": "registred"}}, '"redirect_urls": "registred"'),
        ({"settings": {"password_policy": {"validation_policy": "X"}}}, '"validation_policy": "X"'),
        (
            {"organizations": [ORGANIZATION | {"connections": [{"type": "oidc", "issuer": "?"}]}]},
            '"issuer": "?"',
        ),
        (test_ready_made.seed(password="password"), '"password": "password"'),
        (test_ready_made.seed(sessions=[{"session_token": "a b"}]), '"session_token": "a b"'),
        (test_ready_made.seed(sessions=[{"session_duration_minutes": 1}]), '"session_duration_minutes": 1'),
        ({"m2m_clients": [{"client_id": "a"}]}, "{"),
        ({"organizations": [ORGANIZATION, "Acme"]}, '"Acme"'),
    ],
    ids=range(10),
)
def test_position_is_the_one_of_the_field(tmp_path, mock, content, line):
    error = refusal(tmp_path / "seed.json", json.dumps(content, indent=1))
    assert pointed(error) == line
    with pytest.raises(MockError) as refused:
        mock.seed(error.file)
    position = ":".join(map(str, error.position))
    assert str(refused.value).startswith(f"{error.file}:{position}: "), "a running server says the same"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("seed.toml", "", "1:1: the seed is empty"),
        ("seed.toml", "a = 'x", "1:7: this isn't valid TOML: Expected \"'\""),
        ("seed.toml", "a = [\n1,\n", "3:1: this isn't valid TOML: Invalid value"),
        ("seed.toml", "[settings]\n[settings]\n", "2:10: this isn't valid TOML: Cannot declare ('settings',) twice"),
        ("seed.toml", "x = " + "[" * 5000, "1:105: this isn't valid TOML: it is nested too deeply"),
        (
            "seed.toml",
            '[[organizations]]\norganization_name = "A"\ntrusted_metadata = {a = inf}\n',
            "3:21: organizations[0].trusted_metadata.a: inf isn't a number of JSON",
        ),
        ("seed.json", "", "1:1: this isn't valid JSON: Expecting value"),
        ("seed.json", "[1]", "1:1: the file must be a table"),
        ("seed.json", '{\n "a": 1,\n "a": 2}', "3:2: this isn't valid JSON: 'a' is repeated in one table"),
        ("seed.json", '{"a": NaN}', "1:7: this isn't valid JSON: NaN isn't a value of JSON"),
        ("seed.json", '{"a": 1} x', "1:10: this isn't valid JSON: Extra data"),
        ("seed.json", "[" * 100_000, "1:101: this isn't valid JSON: it is nested too deeply"),
        ("seed.yaml", "- x", "1:1: the file must be a table"),
        ("seed.yaml", "a: 1\nb: \x01", "2:4: this isn't valid YAML: special characters are not allowed"),
        ("seed.yaml", "a: " + "[" * 5000, "1:104: this isn't valid YAML: it is nested too deeply"),
    ],
    ids=range(15),
)
def test_mistake_in_the_syntax_has_its_position(tmp_path, uncollected, name, text, message):
    path = tmp_path / name
    assert str(refusal(path, text)).startswith(f"{path}:{message}")


def test_bytes_that_are_not_utf_8_have_their_position(tmp_path):
    path = tmp_path / "seed.toml"
    path.write_bytes(b"a = 1\nb = '\xff'")
    problem = r"seed\.toml:2:6: this isn't valid TOML: it isn't UTF-8 \(invalid start byte\)"
    with closing(Mock()) as mock, pytest.raises(SeedError, match=problem):
        apply_seed(mock, path)
