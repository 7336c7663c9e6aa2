"""All scenarios run to the end, each in its own project."""

from importlib import import_module
from pathlib import Path

import pytest

import scenarios
from scenarios._errors import ScenarioSkipped
from scenarios._fake_data import FakeData
from scenarios._scenario import Scenario

MARKS = {
    "demo_app_in_a_browser": [pytest.mark.browser, pytest.mark.slow],
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=MARKS.get(name, [])) for name in scenarios.SCENARIOS])
def test_scenario_passes(mockstytch_server, name):
    with Scenario(mockstytch_server.url) as scenario:
        try:
            import_module(f"scenarios.{name}").run(scenario)
        except ScenarioSkipped as e:
            pytest.skip(str(e))
        assert scenario.step_number >= 4


def test_every_scenario_file_is_listed():
    files = Path(scenarios.__file__).parent.glob("[!_]*.py")
    assert {file.stem for file in files} == set(scenarios.SCENARIOS)


def test_every_scenario_has_a_unique_title():
    titles = [scenarios.title(name) for name in scenarios.SCENARIOS]
    assert len(set(titles)) == len(titles)
    assert all(10 < len(title) < 80 and "\n" not in title for title in titles)
    assert scenarios.title("link_used_twice") == "A link that was used twice"


def test_same_seed_gives_the_same_names():
    def names(seed: int) -> list[object]:
        fake = FakeData(seed)
        company = fake.company()
        return [company, fake.person(works_at=company), fake.person(), fake.company()]

    assert names(1) == names(1)
    assert not set(names(1)) & set(names(2))


def test_names_are_unique_and_addresses_are_ascii():
    fake = FakeData(3)
    companies = [fake.company() for _ in range(50)]
    people = [fake.person(works_at=company) for company in companies]
    assert len({c.slug for c in companies}) == len({p.email_address for p in people}) == 50
    for company, person in zip(companies, people, strict=True):
        assert person.email_address.isascii()
        assert person.email_address.endswith(f"@{company.domain}")


def test_one_scenario_can_run_twice_in_parallel(mockstytch_server):
    with Scenario(mockstytch_server.url) as first, Scenario(mockstytch_server.url) as second:
        first_company, second_company = first.fake.company(), second.fake.company()
        assert first_company == second_company
        first_organization = first.create_organization(first_company)
        second_organization = second.create_organization(second_company)
        assert first_organization.organization_slug == second_organization.organization_slug
        first.advance_clock(days=3)
        found = first.client.organizations.search().organizations[0]
        assert found.organization_id == first_organization.organization_id
        person = second.fake.person()
        second.create_member(second_organization, person)
        assert second.log_in(second_organization, person).member_authenticated


def test_project_is_empty_after_a_scenario(mockstytch_server):
    with Scenario(mockstytch_server.url) as scenario:
        organization = scenario.create_organization(scenario.fake.company())
        client = mockstytch_server.project(scenario.project_id, scenario.secret).client()
        assert client.organizations.search().organizations[0].organization_id == organization.organization_id
    assert client.organizations.search().organizations == []
