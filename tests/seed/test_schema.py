"""The JSON Schema of a seed: valid seeds conform to it, and what ``checks`` refuses doesn't."""

import copy
import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from mockstytch.seed.schema import seed_schema
from tests.seed.test_ready_made import SEED

ROOT = Path(__file__).parent.parent.parent
VALIDATOR = jsonschema.Draft202012Validator(seed_schema())


def test_schema_is_valid():
    jsonschema.Draft202012Validator.check_schema(seed_schema())


def test_patterns_are_valid_in_javascript():
    """Python's own syntax isn't: ``\\A``, ``\\Z``, named groups, flags."""
    patterns = re.findall(r'"pattern": "(.*?)"[,}]', json.dumps(seed_schema()))
    assert patterns
    assert [p for p in patterns if re.search(r"\\\\[AZ]|\(\?[Pa-z]", p)] == []


def test_server_returns_the_schema(mock):
    mock.configure()
    assert mock.call("GET", "/seed-schema.json") == seed_schema()


def test_documentation_has_the_schema():
    assert json.loads((ROOT / "docs" / "seed-schema.json").read_text(encoding="utf-8")) == seed_schema()


def test_seed_conforms():
    VALIDATOR.validate(SEED)
    VALIDATOR.validate({"$schema": "http://localhost:4700/_mock/api/seed-schema.json", "generate": {"people": 5}})


def test_examples_of_the_page_conform():
    page = (ROOT / "docs" / "how-to" / "seed-file.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    seeds = [tomllib.loads(block) for block in blocks]
    assert len(seeds) >= 3
    for seed in seeds:
        VALIDATOR.validate(seed)


PATHS = [
    (),
    ("settings",),
    ("settings", "webhooks", 0),
    ("m2m_clients", 0),
    ("connected_apps", 0),
    ("organizations", 0),
    ("organizations", 0, "connections", 0),
    ("organizations", 0, "scim_connection"),
    ("organizations", 0, "members", 0),
    ("organizations", 0, "members", 0, "sessions", 0),
]


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_unknown_name_does_not_conform(path):
    broken = copy.deepcopy(SEED)
    inner = broken
    for key in path:
        inner = inner[key]
    inner["colour"] = "red"
    assert not VALIDATOR.is_valid(broken)


@pytest.mark.parametrize(
    "broken",
    [
        {"organizations": [{"organization_slug": "acme"}]},
        {"organizations": [{"organization_name": "Acme", "members": [{}]}]},
        {"organizations": [{"organization_name": "Acme", "organization_id": "acme"}]},
        {"organizations": [{"organization_name": "Acme", "connections": [{"display_name": "x"}]}]},
        {"settings": {"redirect_urls": "some"}},
        {"m2m_clients": [{"scopes": []}]},
        {"connected_apps": [{"client_name": "x"}]},
        {"projects": [{"secret": "x"}]},
        {"generate": {"people": 0}},
    ],
    ids=range(9),
)
def test_seed_that_is_not_valid_does_not_conform(broken):
    assert not VALIDATOR.is_valid(broken)
