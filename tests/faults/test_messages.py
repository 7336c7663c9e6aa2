"""Faults of messages: lost, repeated and delayed."""

import pytest

from mockstytch import MockError


def send(client, address="ada@acme.test"):
    assert client.magic_links.email.discovery.send(address).status_code == 200


def send_sms(given):
    acme = given.organization(mfa_policy="REQUIRED_FOR_ALL")
    member = given.member(acme, "ada@acme.test", mfa_phone_number="+14155550123")
    given.client.otps.sms.send(acme.organization_id, member.member_id)


def test_lost_email_is_not_in_the_inbox(mock, client):
    fault = mock.faults.add("message.email", lose=True, times=1)
    send(client)
    assert mock.inbox.all() == []
    assert mock.requests()[-1].because == f"fault {fault.fault_id}: the message to ada@acme.test is lost"
    assert fault.hits == 1
    send(client)
    assert len(mock.inbox.all()) == 1


def test_repeated_email_arrives_several_times(mock, client):
    fault = mock.faults.add("message.email", copies=3, times=1)
    send(client)
    messages = mock.inbox.all()
    assert len(messages) == len({message.message_id for message in messages}) == 3
    assert len({message.token for message in messages}) == 1
    assert "3 messages to ada@acme.test instead of one" in mock.requests()[-1].because
    assert fault.hits == 1


def test_text_message_and_email_have_separate_faults(mock, given):
    mock.faults.add("message.sms", lose=True)
    send_sms(given)
    send(given.client)
    assert [message.channel for message in mock.inbox.all()] == ["email"]


def test_wildcard_is_about_all_messages(mock, given):
    mock.faults.add("message.*", lose=True)
    send_sms(given)
    send(given.client)
    assert mock.inbox.all() == []


def test_only_messages_with_these_values_are_lost(mock, client):
    mock.faults.add("message.email", lose=True, where={"to": "ada@acme.test", "kind": "magic_link.discovery"})
    for address in ("ada@acme.test", "bob@acme.test"):
        send(client, address)
        client.otps.email.discovery.send(address)
    arrived = [(message.to, message.kind) for message in mock.inbox.all()]
    assert arrived == [
        ("ada@acme.test", "email_otp.discovery"),
        ("bob@acme.test", "magic_link.discovery"),
        ("bob@acme.test", "email_otp.discovery"),
    ]


def test_delayed_message_arrives_when_the_clock_reaches_its_time(mock, client):
    mock.clock.freeze()
    fault = mock.faults.add("message.email", delay_seconds=60, times=1)
    send(client)
    assert f"fault {fault.fault_id}: the message to ada@acme.test arrives 60 s later" in mock.requests()[-1].because
    send(client, "bob@acme.test")
    mock.clock.advance(seconds=59)
    assert [message.to for message in mock.inbox.all()] == ["bob@acme.test"]
    mock.clock.advance(seconds=1)
    assert [message.to for message in mock.inbox.all()] == ["bob@acme.test", "ada@acme.test"]
    late = mock.inbox.latest(to="ada@acme.test")
    assert client.magic_links.discovery.authenticate(late.token).email_address == "ada@acme.test"


def test_delayed_message_arrives_by_itself_while_the_clock_runs(mock, client):
    mock.faults.add("message.email", delay_seconds=0.2)
    send(client)
    assert mock.inbox.latest(wait=20).to == "ada@acme.test"


def test_delayed_message_waits_until_the_clock_runs_again(mock, client):
    mock.clock.freeze()
    mock.faults.add("message.email", delay_seconds=0.01)
    send(client)
    with pytest.raises(MockError, match="the inbox is empty"):
        mock.inbox.latest()
    mock.clock.unfreeze()
    assert mock.inbox.latest(wait=20)


def test_delayed_message_can_be_repeated(mock, client):
    mock.clock.freeze()
    mock.faults.add("message.email", delay_seconds=5, copies=2)
    send(client)
    assert mock.inbox.all() == []
    mock.clock.advance(seconds=5)
    assert len(mock.inbox.all()) == 2


def test_messages_that_are_due_at_once_arrive_in_the_order_of_their_times(mock, client):
    mock.clock.freeze()
    mock.faults.add("message.email", delay_seconds=50, where={"to": "ada@acme.test"})
    mock.faults.add("message.email", delay_seconds=10)
    send(client)
    send(client, "bob@acme.test")
    mock.clock.advance(minutes=1)
    assert [message.to for message in mock.inbox.all()] == ["bob@acme.test", "ada@acme.test"]


def test_delayed_messages_are_dropped_by_a_reset(mock, client):
    mock.faults.add("message.email", delay_seconds=3600)
    send(client)
    mock.reset()
    mock.clock.advance(hours=2)
    assert mock.inbox.all() == []


def test_message_of_a_failed_request_is_not_delivered(mock, client, given, refused, monkeypatch):
    """The transaction rolls back, and the inbox doesn't get its message, not even later."""
    mock.clock.freeze()
    mock.faults.add("message.email", delay_seconds=10)

    def fail(*_args, **_options):
        raise RuntimeError("planted")

    acme = given.organization()
    given.member(acme, "ada@acme.test")
    monkeypatch.setattr("mockstytch.runtime.mock.Mock._trim", fail)
    with pytest.raises(Exception, match="internal_server_error"):
        client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
    monkeypatch.undo()
    mock.clock.advance(minutes=1)
    assert mock.inbox.all() == []


def test_delay_of_one_project_does_not_move_with_another_clock(mock, client):
    mock.clock.freeze()
    mock.faults.add("message.email", delay_seconds=60)
    send(client)
    other = mock.project()
    other.clock.advance(days=1)
    assert mock.inbox.all() == []


def test_relay_and_log_get_what_arrives(mock, client, mockstytch_server):
    """Subscribers, such as the relay to a mail server, get a message when it arrives."""
    seen = []

    def subscriber(project, messages, events):
        seen.extend(message.to for message in messages if project.project_id == mock.project_id)

    subscribers = mockstytch_server._server.mock.subscribers
    subscribers.append(subscriber)
    try:
        mock.clock.freeze()
        mock.faults.add("message.email", lose=True, times=1)
        mock.faults.add("message.email", delay_seconds=5, times=1)
        send(client, "lost@acme.test")
        send(client, "late@acme.test")
        assert seen == []
        mock.clock.advance(seconds=5)
        assert seen == ["late@acme.test"]
    finally:
        subscribers.remove(subscriber)
