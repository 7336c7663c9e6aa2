"""Webhooks in the control API: endpoints, deliveries, waiting and replay."""

import json
import threading
from types import SimpleNamespace

import pytest
from svix.webhooks import Webhook

from mockstytch import MockError
from tests.webhooks.receiver import CLOSED_PORT_URL, attempted


def test_delivery_shows_the_sent_payload(mock, given, receiver):
    mock.webhooks.set(receiver.url)
    given.organization()
    request = receiver.next()
    delivery = mock.webhooks.wait("direct.organization.create")
    assert (delivery.url, delivery.message_id, delivery.payload) == (
        receiver.url,
        request.headers["svix-id"],
        request.payload,
    )
    assert delivery.attempts[0].milliseconds > 0


def test_delivery_can_be_sent_to_an_app_again(mock, given, receiver):
    [endpoint] = mock.webhooks.set(receiver.url)
    given.organization()
    sent, delivery = receiver.next(), mock.webhooks.wait()
    assert delivery.body == sent.body.decode()
    assert delivery.headers.keys() <= sent.headers.keys()
    assert delivery.headers["svix-id"] == sent.headers["svix-id"]
    mock.clock.advance(days=1)  # signatures follow the machine's clock
    [again] = mock.webhooks.deliveries()
    Webhook(endpoint.secret).verify(again.body, again.headers)
    mock.webhooks.set()
    assert mock.webhooks.deliveries()[0].headers == {}


def test_deliveries_are_filtered_by_type_status_and_cursor(mock, given, receiver):
    mock.webhooks.set(receiver.url)
    given.member(given.organization())
    member = mock.webhooks.wait("*.member.*")
    assert [d.event_type for d in mock.webhooks.deliveries()] == ["direct.organization.create", "direct.member.create"]
    assert [d.event_type for d in mock.webhooks.deliveries("*.organization.create")] == ["direct.organization.create"]
    assert mock.webhooks.deliveries("direct.organi_ation.create") == []
    assert mock.webhooks.deliveries(status="failed") == []
    assert mock.webhooks.deliveries(after=member.event_id) == []
    assert [d.event_id for d in mock.webhooks.deliveries(limit=1)] == [member.event_id]
    later = given.organization("Globex")
    assert mock.webhooks.wait(after=member.event_id).payload["id"] == later.organization_id


def test_wait_returns_when_a_delivery_arrives(mock, given, receiver):
    mock.webhooks.set(receiver.url)
    deliveries = []
    waiter = threading.Thread(target=lambda: deliveries.append(mock.webhooks.wait("*.organization.*", seconds=10)))
    waiter.start()
    acme = given.organization()
    waiter.join(10)
    assert deliveries[0].payload["id"] == acme.organization_id


def test_wait_without_a_delivery_is_refused(mock):
    with pytest.raises(MockError) as refused:
        mock.webhooks.wait("*.member.*", seconds=0)
    assert refused.value.error_type == "delivery_not_found"
    assert str(refused.value) == (
        "No *.member.* was delivered: the project has no webhook endpoint. Set one with webhooks.set(url)."
    )


def test_wait_without_a_delivery_says_what_there_is(mock, given):
    mock.webhooks.set(CLOSED_PORT_URL)
    with pytest.raises(MockError, match=r"No webhook was delivered: there are no deliveries\."):
        mock.webhooks.wait(seconds=0)
    given.organization()
    mock.webhooks.deliveries(tries=1, wait=5)
    with pytest.raises(MockError, match=r"There are: 1 direct\.organization\.create pending \(.+\)\."):
        mock.webhooks.wait("*.member.*", seconds=0)


def test_replay_sends_an_event_again(mock, given, receiver):
    [endpoint] = mock.webhooks.set(receiver.url)
    given.organization()
    first, event_id = receiver.next(), mock.webhooks.wait().event_id
    assert [d.status for d in mock.webhooks.replay(event_id)] == ["pending"]
    again = receiver.next()
    assert (again.body, again.headers["svix-id"]) == (first.body, first.headers["svix-id"])
    assert again.verified(endpoint.secret)
    assert len(attempted(mock, 2).attempts) == 2


def test_replay_sends_an_event_to_a_new_endpoint(mock, given, receiver):
    mock.webhooks.set({"url": CLOSED_PORT_URL, "event_types": ["*.member.*"]})
    given.organization("Other")
    given.member(given.organization())
    attempted(mock)
    event_id = mock.webhooks.deliveries("*.member.create")[0].event_id
    mock.webhooks.set(receiver.url)
    mock.webhooks.replay(event_id)
    assert receiver.next().payload["event_id"] == event_id


def test_replay_without_event_or_endpoint_is_refused(mock, given, receiver):
    mock.webhooks.set(receiver.url)
    given.organization()
    event_id = mock.webhooks.wait().event_id
    mock.webhooks.set()
    for unknown in ("webhook-event-test-nope", event_id):
        with pytest.raises(MockError) as refused:
            mock.webhooks.replay(unknown)
        assert refused.value.error_type == "delivery_not_found"


def test_endpoints_are_project_settings(mock, receiver):
    [endpoint] = mock.webhooks.set(receiver.url)
    assert mock.configure()["webhooks"] == [{"url": receiver.url, "secret": endpoint.secret, "event_types": []}]
    changed = mock.configure(webhooks=[{"url": receiver.url, "event_types": ["*.member.*"]}])["webhooks"]
    assert changed == [{"url": receiver.url, "secret": endpoint.secret, "event_types": ["*.member.*"]}]
    assert mock.webhooks.endpoints()[0].event_types == ["*.member.*"]
    assert mock.webhooks.set() == []


@pytest.mark.parametrize(
    "endpoint",
    [
        {},
        {"url": ""},
        {"url": "acme.test/hook"},
        {"url": "ftp://acme.test/hook"},
        {"url": "http://"},
        {"url": "http://acme.test:port/"},
        {"url": "http://[acme.test/"},
        {"url": CLOSED_PORT_URL, "secret": "secret"},
        {"url": CLOSED_PORT_URL, "secret": "whsec_"},
        {"url": CLOSED_PORT_URL, "secret": "whsec_***"},
        {"url": CLOSED_PORT_URL, "secret": "whsec_é"},
        {"url": CLOSED_PORT_URL, "event_types": ["member.create"]},
        {"url": CLOSED_PORT_URL, "event_types": ["direct.member.created"]},
        {"url": CLOSED_PORT_URL, "event_types": [""]},
        {"url": CLOSED_PORT_URL, "event_type": "direct.member.create"},
        {"url": 5},
    ],
)
def test_invalid_endpoint_is_refused_and_changes_nothing(mock, endpoint):
    before = mock.webhooks.set("http://127.0.0.1:2/")
    for attempt in (lambda: mock.webhooks.set(endpoint), lambda: mock.configure(webhooks=[endpoint])):
        with pytest.raises(MockError) as refused:
            attempt()
        assert refused.value.error_type == "bad_request"
    assert mock.webhooks.endpoints() == before


def test_duplicate_urls_and_too_many_endpoints_are_refused(mock):
    for endpoints in ([CLOSED_PORT_URL, CLOSED_PORT_URL], [f"http://127.0.0.1:1/{number}" for number in range(51)]):
        with pytest.raises(MockError) as refused:
            mock.webhooks.set(*endpoints)
        assert refused.value.error_type == "bad_request"


def test_invalid_query_is_refused(http):
    for query in ({"status": "lost"}, {"limit": "0"}, {"wait": "61"}):
        assert http.get("/_mock/api/webhooks/deliveries", params=query).json()["error_type"] == "bad_request"


def test_replay_during_an_attempt_is_sent_afterwards(mock, given, receiver):
    mock.clock.freeze()
    mock.webhooks.set(receiver.url)

    def replay_while_it_is_being_sent(handler):
        mock.webhooks.replay(mock.webhooks.deliveries()[-1].event_id)
        handler.send_response(200)
        handler.send_header("content-length", "0")
        handler.end_headers()

    receiver.answers = [replay_while_it_is_being_sent]
    given.organization()
    first, again = receiver.next(), receiver.next()
    assert again.body == first.body
    assert len(attempted(mock, 2, "delivered").attempts) == 2


def test_replay_during_a_failing_attempt_begins_the_schedule_again(mock, given, receiver):
    mock.clock.freeze()
    mock.webhooks.set(receiver.url)

    def replay_and_fail(handler):
        mock.webhooks.replay(mock.webhooks.deliveries()[-1].event_id)
        handler.send_response(500)
        handler.send_header("content-length", "0")
        handler.end_headers()

    receiver.answers = [replay_and_fail, 500]
    given.organization()
    delivery = attempted(mock, 2)
    assert delivery.status == "pending"
    assert [a.status_code for a in delivery.attempts] == [500, 500]
    mock.clock.advance(seconds=6)
    assert attempted(mock, 3, "delivered")


@pytest.mark.parametrize("action", ["create", "update", "delete"])
def test_test_event_has_the_newest_member_as_it_is_now(mock, given, receiver, action):
    [endpoint] = mock.webhooks.set(receiver.url)
    member = given.member(given.organization())
    mock.webhooks.wait("*.member.create")
    while not receiver.requests.empty():
        receiver.next()
    [delivery] = mock.webhooks.send_test_event(f"dashboard.member.{action}")
    payload = receiver.next().verified(endpoint.secret)
    assert payload == delivery.payload
    assert (payload["source"], payload["action"], payload["id"]) == ("DASHBOARD", action.upper(), member.member_id)
    assert ("member" in payload) == (action != "delete")


def test_test_event_of_a_given_object(mock, given, receiver):
    mock.webhooks.set(receiver.url)
    organization = given.organization()
    member = given.member(organization)
    given.member(given.organization("Other"))
    [delivery] = mock.webhooks.send_test_event("direct.member.update", member_id=member.member_id)
    assert delivery.payload["id"] == member.member_id
    [delivery] = mock.webhooks.send_test_event("scim.organization.update", organization.organization_slug)
    assert delivery.payload["id"] == organization.organization_id
    [delivery] = mock.webhooks.send_test_event("direct.organization.update")
    assert delivery.payload["organization"]["organization_name"] == "Other"


def test_test_event_without_object_or_endpoint_is_refused(mock, given, receiver):
    mock.webhooks.set({"url": receiver.url, "event_types": ["*.organization.*"]})

    def refusal(event_type, *ids):
        with pytest.raises(MockError) as refused:
            mock.webhooks.send_test_event(event_type, *ids)
        return refused.value.error_type

    assert refusal("direct.organization.create") == "organization_not_found"
    organization = given.organization()
    assert refusal("direct.member.create") == "member_not_found"
    assert refusal("direct.member.create", "", "member-test-nope") == "member_not_found"
    assert refusal("direct.organization.create", "nope") == "organization_not_found"
    for wrong in ("", "member.create", "direct.*.create", "direct.member.read"):
        assert refusal(wrong) == "bad_request"
    given.member(organization)
    count = len(mock.webhooks.deliveries())
    assert refusal("direct.member.create") == "delivery_not_found"
    assert len(mock.webhooks.deliveries()) == count


def received_types(mock, **options):
    received = []
    mock.webhooks.deliver_to(lambda body, headers: received.append(json.loads(body)["object_type"]), **options)
    return received


def test_deliver_to_passes_signed_deliveries_once(mock, given):
    [endpoint] = mock.webhooks.set(CLOSED_PORT_URL)
    acme = given.organization()
    received = []

    def receive(body, headers):
        Webhook(endpoint.secret).verify(body, headers)
        received.append(json.loads(body)["id"])

    passed = mock.webhooks.deliver_to(receive)
    assert received == [acme.organization_id]
    assert [delivery.event_type for delivery in passed] == ["direct.organization.create"]
    assert received_types(mock) == []
    given.member(acme)
    assert received_types(mock) == ["member"]


def test_deliver_to_passes_a_refused_delivery_again(mock, given):
    mock.webhooks.set(CLOSED_PORT_URL)
    given.member(given.organization())
    statuses = iter([204, 503, 200])

    def receive(body, headers):
        return SimpleNamespace(status_code=next(statuses))

    with pytest.raises(MockError, match=r"^The app responded with status 503 to direct\.member\.create\.$") as refused:
        mock.webhooks.deliver_to(receive)
    assert refused.value.error_type == "delivery_refused"
    assert [delivery.event_type for delivery in mock.webhooks.deliver_to(receive)] == ["direct.member.create"]


def test_deliver_to_passes_what_one_endpoint_subscribes_to(mock, given):
    members = {"url": f"{CLOSED_PORT_URL}/members", "event_types": ["*.member.*"]}
    mock.webhooks.set(CLOSED_PORT_URL, members)
    given.member(given.organization())
    assert received_types(mock, url=members["url"]) == ["member"]


def test_deliver_to_skips_endpoints_that_are_removed(mock, given):
    mock.webhooks.set(CLOSED_PORT_URL)
    given.organization()
    mock.webhooks.set(f"{CLOSED_PORT_URL}/other")
    assert received_types(mock) == []


def test_deliver_to_without_an_endpoint_is_refused(mock):
    with pytest.raises(MockError, match=r"no webhook endpoint\. Set one") as refused:
        mock.webhooks.deliver_to(lambda body, headers: None)
    assert refused.value.error_type == "endpoint_not_found"
