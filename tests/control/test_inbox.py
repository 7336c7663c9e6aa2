"""The control API: messages, and the links in them."""

import json
import threading
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import pytest

from mockstytch import MockError, MockStytch
from mockstytch.domain.shared import messages
from mockstytch.runtime import history
from mockstytch.store.records.messages import MESSAGE_KINDS


def test_messages_are_listed_filtered_and_paged(mock, given):
    acme = given.organization()
    for name in ("ann", "bob", "ann"):
        member = f"{name}@acme.test"
        if name == "bob" or not mock.inbox.all(to=member):
            given.member(acme, member)
        given.link_token(acme, member)
    everything = mock.inbox.all()
    assert [m.to for m in everything] == ["ann@acme.test", "bob@acme.test", "ann@acme.test"]
    assert [m.to for m in mock.inbox.all(to="Bob@acme.test")] == ["bob@acme.test"]
    assert mock.inbox.all(kind="magic_link.invite") == []
    assert len(mock.inbox.all(limit=2)) == 2
    page = mock.call("GET", "/messages", {"after": everything[0].message_id})
    assert [m["to"] for m in page["messages"]] == ["bob@acme.test", "ann@acme.test"]
    assert page["next_after"] == everything[-1].message_id
    assert mock.call("GET", "/messages", {"after": page["next_after"]})["next_after"] == page["next_after"]
    mock.inbox.clear()
    assert mock.inbox.all() == []


def test_message_has_all_attributes(mock, given):
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test")
    given.link_token(acme, "ada@acme.test", login_redirect_url="https://app.example/in?next=%2Fhome#top")
    message = mock.inbox.latest(to="ada@acme.test")
    assert (message.channel, message.kind, message.token_type) == (
        "email",
        "magic_link.login",
        "multi_tenant_magic_links",
    )
    assert (message.organization_id, message.member_id) == (acme.organization_id, ada.member_id)
    assert message.subject == "Your login link for Acme"
    assert message.link.startswith(f"{mock.url}/v1/magic_links/redirect?public_token={mock.public_token}&slug=acme&")
    assert message.link in message.text
    assert message.redirect_url == (
        f"https://app.example/in?next=%2Fhome&slug=acme&stytch_token_type=multi_tenant_magic_links"
        f"&token={message.token}#top"
    )
    assert message.code is None
    assert message.expires_at - message.created_at == timedelta(minutes=60)


def test_latest_waits_for_the_message(mock, given):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    received = []
    reader = threading.Thread(target=lambda: received.append(mock.inbox.latest(to="ada@acme.test", wait=20)))
    reader.start()
    given.client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
    reader.join(20)
    assert received[0].to == "ada@acme.test"


def not_found(call, *args, **options):
    with pytest.raises(MockError) as refusal:
        call(*args, **options)
    assert refusal.value.error_type in ("message_not_found", "delivery_not_found")
    return str(refusal.value)


def test_latest_says_what_it_searched_for_and_what_there_is(mock, client):
    assert not_found(mock.inbox.latest) == "No message matches. (the inbox is empty)"
    assert not_found(mock.inbox.latest, wait=0.05) == "No message matches. (waited 0.05 s; the inbox is empty)"
    client.magic_links.email.discovery.send("ada@acme.test")
    client.magic_links.email.discovery.send("ada@acme.test")
    client.otps.email.discovery.send("bob@acme.test")
    there = "the inbox has 1 email_otp.discovery to bob@acme.test, 2 magic_link.discovery to ada@acme.test"
    nothing = "No message matches. "
    assert not_found(mock.inbox.latest, to="Zoe@acme.test") == f"{nothing}(to=zoe@acme.test; {there})"
    assert not_found(mock.inbox.latest, to="bob@acme.test", kind="sms_otp", wait=0.05) == (
        f"{nothing}(to=bob@acme.test, kind=sms_otp; waited 0.05 s; {there})"
    )


def test_summary_of_a_full_inbox_is_short(mock, client):
    for number in range(8):
        client.magic_links.email.discovery.send(f"ada{number}@acme.test")
    message = not_found(mock.inbox.latest, to="zoe@acme.test")
    assert message.count("magic_link.discovery") == 5
    assert message.endswith("1 magic_link.discovery to ada3@acme.test, 3 more)")


def test_wait_of_a_fraction_of_a_second_waits(mock, http):
    started = perf_counter()
    assert http.get("/_mock/api/messages?wait=0.3").json()["messages"] == []
    assert perf_counter() - started >= 0.3


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/messages?kind=magic_link.logn", "magic_link.login"),
        ("/messages/latest?kind=otp.email.login", "email_otp.login"),
        ("/messages/latest?kind=MAGIC_LINK.LOGIN&wait=30", "magic_link.login"),
        ("/messages?channel=mail", "email"),
        ("/webhooks/deliveries?status=deliverd", "delivered"),
        ("/requests?surface=backend,scmi", "scim"),
    ],
)
def test_mistyped_value_is_refused_with_the_nearest_valid_one(http, path, nearest):
    response = http.get(f"/_mock/api{path}")
    assert (response.status_code, response.json()["error_type"]) == (400, "bad_request")
    assert f"Did you mean {nearest}?" in response.json()["error_message"]


def test_mistyped_kind_is_refused_by_the_handle(mock):
    for call in (mock.inbox.latest, mock.inbox.all):
        with pytest.raises(MockError, match=r"Did you mean magic_link\.login\?") as refusal:
            call(kind="magic_links.login", wait=30)
        assert refusal.value.error_type == "bad_request"


def test_every_kind_of_message_can_be_filtered():
    texts = json.loads(Path(messages.__file__).parent.joinpath("mails/texts.json").read_text(encoding="utf-8"))
    assert set(MESSAGE_KINDS) == texts["en"].keys() - {"units", "frame"}


def test_link_in_an_email_redirects_to_the_app_without_consuming_the_token(mock, given, client, http):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    given.link_token(acme, "ada@acme.test")
    message = mock.inbox.latest()
    for path in ("/v1/magic_links/redirect", "/v1/b2b/magic_links/redirect"):
        redirect = http.get(message.link.replace("/v1/magic_links/redirect", path))
        assert (redirect.status_code, redirect.headers["location"]) == (302, message.redirect_url)
    assert client.magic_links.authenticate(message.token).member_authenticated


@pytest.mark.parametrize("query", ["", "?token=x", "?public_token=nonsense&token=x"])
def test_unknown_link_redirects_to_the_error_page(http, query):
    redirect = http.get(f"/v1/magic_links/redirect{query}")
    assert (redirect.status_code, redirect.headers["location"]) == (302, "/redirect-error")
    page = http.get("/redirect-error")
    assert page.status_code == 400
    assert "error logging you in" in page.text


def test_unknown_link_is_in_the_request_log(mock, http):
    http.get("/v1/magic_links/redirect", params={"public_token": mock.public_token, "token": "x"})
    assert mock.requests()[-1].because == "no link with this token"


def test_old_messages_are_deleted_and_counted(monkeypatch):
    monkeypatch.setattr("mockstytch.runtime.mock.HISTORY_LIMIT", 5)
    monkeypatch.setattr("mockstytch.runtime.mock.TRIM_INTERVAL", history.TURNS + 1)
    with MockStytch() as mock:
        client = mock.client()
        for _ in range(2 * history.TURNS):
            client.magic_links.email.discovery.send("ada@acme.test")
        assert mock.call("GET", "/project")["dropped"]["messages_dropped"] >= 5
        assert len(mock.inbox.all()) <= 5 + history.TURNS + 1
