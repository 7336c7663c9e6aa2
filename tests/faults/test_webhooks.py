"""Faults of webhooks: lost, repeated, and in another order."""

from tests.webhooks.conftest import receiver  # noqa: F401 · a fixture
from tests.webhooks.receiver import attempted


def test_lost_webhook_is_never_sent(mock, given, receiver):  # noqa: F811
    mock.webhooks.set(receiver.url)
    fault = mock.faults.add("webhook", lose=True, times=1)
    given.organization("Lost")
    given.organization("Found")
    assert receiver.next().payload["organization"]["organization_name"] == "Found"
    lost = attempted(mock, status="failed")
    assert [attempt.problem for attempt in lost.attempts] == [f"fault {fault.fault_id}: lost"]
    assert lost.next_attempt_at is None
    mock.clock.advance(days=2)
    assert len(attempted(mock, status="failed").attempts) == 1
    assert fault.hits == 1


def test_lost_webhook_can_be_replayed(mock, given, receiver):  # noqa: F811
    mock.webhooks.set(receiver.url)
    mock.faults.add("webhook", lose=True, times=1)
    given.organization()
    mock.webhooks.replay(attempted(mock, status="failed").event_id)
    assert receiver.next().payload["organization"]["organization_name"] == "Acme"


def test_repeated_webhook_has_the_same_id_and_payload(mock, given, receiver):  # noqa: F811
    [endpoint] = mock.webhooks.set(receiver.url)
    mock.faults.add("webhook", copies=3, times=1)
    given.organization()
    requests = [receiver.next() for _ in range(3)]
    assert len({request.headers["svix-id"] for request in requests}) == 1
    assert len({request.body for request in requests}) == 1
    assert requests[2].verified(endpoint.secret)
    delivery = attempted(mock, 3)
    assert [attempt.status_code for attempt in delivery.attempts] == [200, 200, 200]
    given.organization("Globex")
    assert receiver.next().payload["organization"]["organization_name"] == "Globex"


def test_only_webhooks_with_these_values_are_lost(mock, given, receiver):  # noqa: F811
    mock.webhooks.set(receiver.url)
    mock.faults.add("webhook", lose=True, where={"event_type": "direct.organization.create", "url": receiver.url})
    acme = given.organization()
    given.member(acme)
    assert receiver.next().payload["object_type"] == "member"


def test_shuffled_webhooks_arrive_in_random_order(mock, receiver):  # noqa: F811
    """One seed creates the members in one go, so that their events are due at the same time."""
    addresses = [f"member-{number:02}@acme.test" for number in range(20)]
    fault = mock.faults.add("webhook", shuffle=True)
    mock.webhooks.set({"url": receiver.url, "event_types": ["*.member.create"]})
    mock.clock.freeze()
    receiver.answers = [500]  # the first one is retried later, together with the others
    mock.seed(
        {
            "organizations": [
                {"organization_name": "Acme", "members": [{"email_address": address} for address in addresses]}
            ]
        }
    )
    received = [receiver.next().payload["member"]["email_address"] for _ in range(20)]
    assert sorted(received) == addresses
    assert received != addresses
    assert fault.hits > 0


def test_webhooks_of_other_projects_are_not_affected(mock, given, receiver):  # noqa: F811
    mock.project().faults.add("webhook", lose=True)
    mock.webhooks.set(receiver.url)
    given.organization()
    assert receiver.next()
