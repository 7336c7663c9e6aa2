"""Worlds with made-up names."""

import sys

import pytest

from mockstytch import MockError
from mockstytch.seed import generated
from mockstytch.seed.sections import Generate


@pytest.fixture(params=["faker", "own"])
def names(request, monkeypatch):
    if request.param == "own":
        monkeypatch.setitem(sys.modules, "faker", None)  # as if it weren't installed
    return request.param


def world(**options):
    return list(generated.organizations(Generate(**options)))


def test_same_number_gives_the_same_world(names):
    first = world(people=60, random_seed=7)
    assert world(people=60, random_seed=7) == first
    assert world(people=60, random_seed=8) != first


def test_world_has_the_people_and_organizations(names):
    found = world(people=101, organizations=7)
    assert len(found) == 7
    assert [len(o["members"]) for o in found] == [15, 15, 15, 14, 14, 14, 14]
    assert len({o["organization_slug"] for o in found}) == 7
    for organization in found:
        addresses = [member["email_address"] for member in organization["members"]]
        assert len(set(addresses)) == len(addresses)
        assert [("roles" in member) for member in organization["members"]] == [True, *[False] * (len(addresses) - 1)]


def test_number_of_organizations_depends_on_the_people(names):
    assert [len(world(people=n)) for n in (1, 20, 21, 1000)] == [1, 1, 2, 50]
    assert len(world(people=2, organizations=5)) == 2


def test_own_names_suffice_for_many_people(monkeypatch):
    monkeypatch.setitem(sys.modules, "faker", None)
    found = world(people=3000, organizations=300)
    assert sum(len(o["members"]) for o in found) == 3000


def test_generated_people_are_members(mock, client):
    mock.seed({"generate": {"people": 25, "random_seed": 1}})
    organizations = client.organizations.search().organizations
    assert len(organizations) == 2
    found = client.organizations.members.search([o.organization_id for o in organizations], limit=100)
    assert found.results_metadata.total == 25
    mock.seed({"generate": {"people": 25, "random_seed": 1}})  # what exists is left unchanged
    assert client.organizations.search().results_metadata.total == 2


MISTAKES = [
    ({}, "generate: Object missing required field `people`"),
    ({"people": 0}, "generate: people: Expected `int` >= 1"),
    ({"people": 10_001}, "generate: people: Expected `int` <= 10000"),
    ({"people": "x"}, "generate: people: Expected `int`, got `str`"),
    ({"peple": 1}, "generate: unknown field peple. Did you mean people?"),
    ([], "generate must be a table"),
]


@pytest.mark.parametrize(("generate", "message"), MISTAKES, ids=range(6))
def test_mistake_is_refused(mock, generate, message):
    with pytest.raises(MockError) as refused:
        mock.seed({"generate": generate})
    assert message in str(refused.value).replace("generate: : ", "generate: ")
