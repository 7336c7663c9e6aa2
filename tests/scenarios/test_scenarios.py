"""Every story is told to the end, each in a project of its own."""

from importlib import import_module
from pathlib import Path

import pytest

import scenarios
from scenarios._cast import Cast
from scenarios._story import Story, StorySkipped

MARKED = {
    "demo_app_in_a_browser": [pytest.mark.browser, pytest.mark.slow],
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=MARKED.get(name, [])) for name in scenarios.STORIES])
def test_story(mockstytch_server, name):
    with Story(mockstytch_server.url) as story:
        try:
            import_module(f"scenarios.{name}").run(story)
        except StorySkipped as e:
            pytest.skip(str(e))
        assert story.at_step >= 4


def test_every_file_is_a_story_of_the_list():
    files = Path(scenarios.__file__).parent.glob("[!_]*.py")
    assert {file.stem for file in files} == set(scenarios.STORIES)


def test_every_story_has_a_title_of_its_own():
    titles = [scenarios.title(name) for name in scenarios.STORIES]
    assert len(set(titles)) == len(titles)
    assert all(10 < len(title) < 80 and "\n" not in title for title in titles)
    assert scenarios.title("link_used_twice") == "A link that was used twice"


def test_the_same_seed_calls_the_same_people():
    def called(seed: int) -> list[object]:
        cast = Cast(seed)
        company = cast.company()
        return [company, cast.person(works_at=company), cast.person(), cast.company()]

    assert called(1) == called(1)
    assert not set(called(1)) & set(called(2))


def test_people_and_companies_have_names_of_their_own_and_plain_addresses():
    cast = Cast(3)
    companies = [cast.company() for _ in range(50)]
    people = [cast.person(works_at=company) for company in companies]
    assert len({c.slug for c in companies}) == len({p.email_address for p in people}) == 50
    for company, person in zip(companies, people, strict=True):
        assert person.email_address.isascii()
        assert person.email_address.endswith(f"@{company.domain}")


def test_a_story_can_be_told_twice_at_the_same_time(mockstytch_server):
    with Story(mockstytch_server.url) as one, Story(mockstytch_server.url) as other:
        company, same = one.cast.company(), other.cast.company()
        assert company == same
        made, also = one.organization(company), other.organization(same)
        assert made.organization_slug == also.organization_slug
        one.later(days=3)
        assert one.client.organizations.search().organizations[0].organization_id == made.organization_id
        assert other.login(also, _member(other, also)).member_authenticated


def test_a_story_leaves_nothing_behind(mockstytch_server):
    with Story(mockstytch_server.url) as story:
        organization = story.organization(story.cast.company())
        client = mockstytch_server.project(story.project_id, story.secret).client()
        assert client.organizations.search().organizations[0].organization_id == organization.organization_id
    assert client.organizations.search().organizations == []


def _member(story, organization):
    person = story.cast.person()
    story.member(organization, person)
    return person
