"""Rate limits: the limits that Stytch documents, and limits that a test sets."""

import pytest
from stytch.core.response_base import StytchError

from mockstytch import MockError, MockStytch
from mockstytch.faults.rate_limits import PRODUCTION
from tests.contract.operations import operations
from tests.support.postgresql import only_in_memory


@pytest.fixture
def frozen(mock):
    """Freeze the clock at the beginning of a minute."""
    now = mock.clock.now().replace(second=0, microsecond=0)
    mock.clock.set(now)
    mock.clock.freeze()
    return mock.clock.set(now)


def statuses(http, count: int, path: str = "/v1/b2b/organizations/search", **options) -> list[int]:
    return [http.post(path, **{"json": {}, **options}).status_code for _ in range(count)]


def test_nothing_is_limited_by_default(mock, http, frozen):
    assert mock.configure()["rate_limits"] is None
    assert set(statuses(http, 105)) == {200}


def test_error_has_the_shape_of_the_api(mock, client, frozen):
    mock.configure(rate_limits={"debug.whoami": {"requests": 0, "seconds": 1}})
    with pytest.raises(StytchError) as refused:
        client.debug.whoami()
    details = refused.value.details
    assert (details.status_code, details.error_type) == (429, "too_many_requests")
    assert details.error_message == "Too many requests have been made."
    assert details.error_url == "https://stytch.com/docs/api/errors/429#too_many_requests"
    assert mock.requests()[-1].because == "more than 0 requests in 1 s; the setting rate_limits"


def test_intervals_follow_the_project_s_clock(mock, http, frozen):
    mock.configure(rate_limits={"organizations.search": {"requests": 2, "seconds": 60}})
    assert statuses(http, 4) == [200, 200, 429, 429]
    mock.clock.advance(seconds=59)
    assert statuses(http, 1) == [429]
    mock.clock.advance(seconds=1)
    assert statuses(http, 3) == [200, 200, 429]


def test_intervals_do_not_slide(mock, http, frozen):
    mock.configure(rate_limits={"organizations.search": {"requests": 1, "seconds": 60}})
    mock.clock.advance(seconds=59)
    assert statuses(http, 2) == [200, 429]
    mock.clock.advance(seconds=1)
    assert statuses(http, 2) == [200, 429]


def test_each_value_of_a_field_has_its_own_limit(mock, http, frozen):
    mock.configure(
        rate_limits={"magic_links.email.discovery.send": {"requests": 1, "seconds": 1, "per": "email_address"}}
    )
    path = "/v1/b2b/magic_links/email/discovery/send"
    assert statuses(http, 2, path, json={"email_address": "ada@acme.test"}) == [200, 429]
    assert statuses(http, 2, path, json={"email_address": "bob@acme.test"}) == [200, 429]
    assert statuses(http, 1, path, json={"email_address": "ADA@acme.test"}) == [429]
    assert (
        mock.requests()[-1].because
        == "more than 1 requests with the same email_address in 1 s; the setting rate_limits"
    )
    assert len(mock.inbox.all()) == 2


def test_limits_of_a_project_count_for_this_project_only(mock, http, frozen):
    mock.configure(rate_limits={"organizations.search": {"requests": 1, "seconds": 3600}})
    assert statuses(http, 2) == [200, 429]
    other = mock.project().client()
    assert [other.organizations.search().status_code for _ in range(3)] == [200, 200, 200]


def test_other_operations_are_not_limited(mock, http, client, frozen):
    mock.configure(rate_limits={"organizations.search": {"requests": 0, "seconds": 1}})
    assert client.debug.whoami().status_code == 200
    assert statuses(http, 1) == [429]


def test_backend_and_browser_are_counted_together(mock, http, frozen):
    mock.configure(rate_limits={"magic_links.email.discovery.send": {"requests": 1, "seconds": 1}})
    body = {"email_address": "ada@acme.test"}
    public = (mock.public_token, mock.public_token)
    assert statuses(http, 1, "/sdk/v1/b2b/magic_links/email/discovery/send", json=body, auth=public) == [200]
    assert statuses(http, 1, "/v1/b2b/magic_links/email/discovery/send", json=body) == [429]


def test_setting_is_turned_off_and_reset(mock, http, frozen):
    limits = {"organizations.search": {"requests": 1, "seconds": 3600}}
    mock.configure(rate_limits=limits)
    assert statuses(http, 2) == [200, 429]
    mock.configure(rate_limits=None)
    assert statuses(http, 2) == [200, 200]
    mock.reset()
    assert mock.configure()["rate_limits"] is None
    mock.configure(rate_limits=limits)
    assert statuses(http, 2) == [200, 429]


def test_operation_can_have_the_name_of_the_documentation_of_this_server(mock):
    limit = {"requests": 1, "seconds": 1, "per": "organization_id"}
    assert mock.configure(rate_limits={"members.create": limit})["rate_limits"] == {
        "organizations.members.create": limit
    }


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ("productoin", "Invalid enum value"),
        ({"organization.search": {"requests": 1, "seconds": 1}}, "Did you mean organizations.search?"),
        ({"organizations.*": {"requests": 1, "seconds": 1}}, "there is no operation 'organizations.*'"),
        ({"": {"requests": 1, "seconds": 1}}, "there is no operation ''"),
        (
            {"organizations.get": {"requests": 1, "seconds": 1, "per": "organisation_id"}},
            "Did you mean organization_id?",
        ),
        ({"debug.whoami": {"requests": 1, "seconds": 1, "per": "x"}}, "debug.whoami has no field 'x'"),
        ({"organizations.get": {"requests": -1, "seconds": 1}}, "`int` >= 0"),
        ({"organizations.get": {"requests": 1, "seconds": 0}}, "`int` >= 1"),
        ({"organizations.get": {"requests": 1, "seconds": 0.5}}, "Expected `int`"),
        ({"organizations.get": {"requests": 1}}, "missing required field `seconds`"),
        ({"organizations.get": {"requests": 1, "seconds": 1, "burst": 1}}, "unknown field `burst`"),
        ([], "got `array`"),
    ],
)
def test_invalid_limit_is_refused_and_changes_nothing(mock, limits, reason):
    with pytest.raises(MockError) as refused:
        mock.configure(rate_limits=limits)
    assert refused.value.error_type == "bad_request"
    assert reason in str(refused.value)
    assert mock.configure()["rate_limits"] is None


@only_in_memory
def test_counters_are_bounded(monkeypatch, mock, http, mockstytch_server, frozen):
    monkeypatch.setattr("mockstytch.faults.rate_limits.MAX_COUNTERS", 3)
    mock.configure(rate_limits={"organizations.search": {"requests": 5, "seconds": 60, "per": "cursor"}})
    for number in range(10):
        http.post("/v1/b2b/organizations/search", json={"cursor": str(number)})
    counters = mockstytch_server._server.mock.rate_limits._counters[mock.project_id]
    assert len(counters) == 3


def test_setting_survives_a_restart(tmp_path):
    database = str(tmp_path / "mock.sqlite")
    with MockStytch(database=database) as mock:
        mock.configure(rate_limits={"debug.whoami": {"requests": 0, "seconds": 1}})
    with MockStytch(database=database) as mock, pytest.raises(Exception, match="too_many_requests"):
        mock.client().debug.whoami()


# Production


@pytest.mark.parametrize(
    ("path", "body", "requests", "seconds"),
    [
        ("/v1/b2b/organizations/search", {}, 100, 60),
        ("/v1/b2b/organizations/members/search", {"organization_ids": ["acme"]}, 100, 60),
        ("/v1/b2b/passwords/migrate", {}, 100, 1),
        ("/v1/b2b/magic_links/email/discovery/send", {"email_address": "ada@acme.test"}, 1, 1),
    ],
)
def test_limit_of_production(mock, http, frozen, path, body, requests, seconds):
    mock.configure(rate_limits="production")
    answers = statuses(http, requests + 1, path, json=body)
    assert 429 not in answers[:-1]
    assert answers[-1] == 429
    mock.clock.advance(seconds=seconds)
    assert statuses(http, 1, path, json=body) != [429]


def test_operations_that_send_a_magic_link_share_a_limit(mock, given, http, frozen):
    acme = given.organization(email_invites="ALL_ALLOWED")
    given.member(acme, "ada@acme.test")
    mock.configure(rate_limits="production")
    body = {"email_address": "ada@acme.test", "organization_id": acme.organization_id}
    assert statuses(http, 1, "/v1/b2b/magic_links/email/login_or_signup", json=body) == [200]
    assert statuses(http, 1, "/v1/b2b/magic_links/email/invite", json=body) == [429]
    assert statuses(http, 1, "/v1/b2b/magic_links/email/discovery/send", json=body) == [429]
    other = body | {"email_address": "bob@acme.test"}
    assert statuses(http, 1, "/v1/b2b/magic_links/email/invite", json=other) == [200]


def test_limits_of_production_name_operations_and_fields_of_the_sdk():
    for limit in PRODUCTION:
        assert limit.source
        for name in limit.operations:
            assert limit.limit.per in ("", *operations()[name].fields)
