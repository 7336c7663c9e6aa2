"""Webhook events: signature, payload, order, and which endpoint receives them."""

import re
from datetime import UTC, datetime

import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from tests.webhooks.receiver import Receiver


def test_payload_of_a_new_member_is_signed(mock, given, receiver):
    [endpoint] = mock.webhooks.set(receiver.url)
    ada = given.member(given.organization(), "ada@acme.test", name="Ada")
    assert receiver.next().payload["object_type"] == "organization"
    request = receiver.next()
    payload = request.verified(endpoint.secret)
    assert {name: value for name, value in payload.items() if name not in ("event_id", "timestamp", "member")} == {
        "project_id": mock.project_id,
        "action": "CREATE",
        "object_type": "member",
        "source": "DIRECT",
        "id": ada.member_id,
        "vertical": "B2B",
    }
    assert payload["event_id"].startswith("webhook-event-test-")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", payload["timestamp"])
    assert (payload["member"]["name"], payload["member"]["member_id"]) == ("Ada", ada.member_id)
    assert request.headers["content-type"] == "application/json"


def test_signature_has_both_header_names_and_detects_a_forged_body(mock, given, receiver):
    [endpoint] = mock.webhooks.set(receiver.url)
    given.organization()
    request = receiver.next()
    for name in ("id", "timestamp", "signature"):
        assert request.headers[f"svix-{name}"] == request.headers[f"webhook-{name}"]
    only_standard = {name: value for name, value in request.headers.items() if not name.startswith("svix")}
    Webhook(endpoint.secret).verify(request.body, only_standard)
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(request.body.replace(b"Acme", b"Evil"), request.headers)
    with pytest.raises(WebhookVerificationError):
        request.verified("whsec_" + "A" * 32)


def test_signature_uses_real_time_and_payload_the_projects_time(mock, given, receiver):
    """Receivers compare the timestamp with their own clock. The payload contains the project's time."""
    [endpoint] = mock.webhooks.set(receiver.url)
    mock.clock.set(datetime(2040, 1, 1, tzinfo=UTC))
    given.organization()
    assert receiver.next().verified(endpoint.secret)["timestamp"].startswith("2040-01-01T")


def test_events_are_delivered_in_order(mock, given, client, receiver):
    mock.webhooks.set(receiver.url)
    acme = given.organization()
    ada = given.member(acme)
    for number in range(5):
        client.organizations.members.update(acme.organization_id, ada.member_id, name=f"Ada {number}")
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    client.organizations.delete(acme.organization_id)
    payloads = [receiver.next().payload for _ in range(9)]
    assert [f"{p['object_type']}.{p['action']}" for p in payloads] == [
        "organization.CREATE",
        "member.CREATE",
        *["member.UPDATE"] * 5,
        "member.DELETE",
        "organization.DELETE",
    ]
    assert [p["member"]["name"] for p in payloads[2:7]] == [f"Ada {number}" for number in range(5)]
    assert "member" not in payloads[7]
    assert "organization" not in payloads[8]


def test_failed_request_sends_no_event(mock, given, client, refused, receiver):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    mock.webhooks.set(receiver.url)
    assert (
        refused(client.organizations.members.create, acme.organization_id, "ada@acme.test") == "duplicate_member_email"
    )
    given.organization("Globex")
    assert receiver.next().payload["organization"]["organization_name"] == "Globex"


@pytest.mark.parametrize(
    ("event_types", "expected"),
    [
        ([], ["organization.CREATE", "member.CREATE", "member.DELETE"]),
        (["*"], ["organization.CREATE", "member.CREATE", "member.DELETE"]),
        (["direct.member.create"], ["member.CREATE"]),
        (["*.member.*"], ["member.CREATE", "member.DELETE"]),
        (["direct.*.create"], ["organization.CREATE", "member.CREATE"]),
        (["scim.*.*", "dashboard.member.*", "*.*.delete"], ["member.DELETE"]),
    ],
)
def test_endpoint_receives_only_its_event_types(mock, given, client, receiver, event_types, expected):
    mock.webhooks.set({"url": receiver.url, "event_types": event_types})
    acme = given.organization()
    ada = given.member(acme)
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    assert [f"{p['object_type']}.{p['action']}" for p in (receiver.next().payload for _ in expected)] == expected
    assert len(mock.webhooks.deliveries()) == len(expected)


def test_each_endpoint_has_its_own_secret(mock, given):
    with Receiver() as one, Receiver() as other:
        first, second = mock.webhooks.set(
            one.url, {"url": other.url, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
        )
        given.organization()
        assert one.next().verified(first.secret) == other.next().verified(second.secret)
        assert first.secret != second.secret == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_project_sends_only_its_own_events(mock, given, receiver):
    other = mock.project()
    with Receiver() as other_receiver:
        mock.webhooks.set(receiver.url)
        other.webhooks.set(other_receiver.url)
        theirs = other.client().organizations.create("Theirs", organization_slug="theirs").organization
        ours = given.organization("Ours")
        assert (receiver.next().payload["id"], other_receiver.next().payload["id"]) == (
            ours.organization_id,
            theirs.organization_id,
        )
        assert receiver.requests.empty()
        assert other_receiver.requests.empty()
    assert [d.payload["project_id"] for d in mock.webhooks.deliveries()] == [mock.project_id]
