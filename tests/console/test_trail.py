"""Links between mails, requests, sessions, members and webhooks, in both directions."""

import re
from html import unescape

import pytest

CLOSED_PORT = "http://127.0.0.1:1/"


@pytest.fixture
def organization(given, mock):
    mock.webhooks.set(CLOSED_PORT)
    return given.organization("Acme")


@pytest.fixture
def member(given, organization):
    return given.member(organization, "ada@acme.example", name="Ada", mfa_phone_number="+12025550162")


@pytest.fixture
def facts(visitor):
    """Return the facts on a page: ``facts("/_mock/…")["Sent by"]`` is a list of texts."""

    def read(path):
        found = {}
        for name, text in re.findall(r"<dt>([^<]*)</dt><dd>(.*?)</dd>", visitor.get(path).text, re.DOTALL):
            found.setdefault(name, []).append(unescape(re.sub(r"<[^>]*>", "", text)).strip())
        return found

    return read


@pytest.fixture
def log_in(client, mock, organization, member):
    def log_in():
        client.magic_links.email.login_or_signup(organization.organization_id, member.email_address)
        message = mock.inbox.latest(to=member.email_address)
        return message, client.magic_links.authenticate(message.token)

    return log_in


def test_message_leads_to_the_requests_that_sent_and_used_it(facts, log_in):
    message, response = log_in()
    found = facts(f"/_mock/messages/{message.message_id}")
    assert found["Sent by"] == ["magic_links.email.login_or_signup"]
    assert found["Used by"] == ["magic_links.authenticate"]
    assert found["Session"] == [response.member_session.member_session_id]
    assert "direct.member.update" in found["Webhook"]


def test_unused_message_has_no_login(facts, client, mock, organization, member):
    client.magic_links.email.login_or_signup(organization.organization_id, member.email_address)
    found = facts(f"/_mock/messages/{mock.inbox.latest().message_id}")
    assert found["Sent by"] == ["magic_links.email.login_or_signup"]
    assert "Used by" not in found


def test_session_leads_back_to_request_and_mail(facts, visitor, log_in, organization, member):
    log_in()
    found = facts(f"/_mock/organizations/{organization.organization_id}/members/{member.member_id}")
    assert found["Begun by"] == ["magic_links.authenticate"]
    assert len(found["Mail before"]) == 1
    assert "direct.member.update" in found["Webhook"]


def test_session_of_a_discovery_leads_back_over_the_intermediate_session(facts, client, mock, organization, member):
    client.magic_links.email.discovery.send(member.email_address)
    token = mock.inbox.latest(to=member.email_address).token
    discovered = client.magic_links.discovery.authenticate(token)
    client.discovery.intermediate_sessions.exchange(discovered.intermediate_session_token, organization.organization_id)
    found = facts(f"/_mock/organizations/{organization.organization_id}/members/{member.member_id}")
    assert found["Begun by"] == ["discovery.intermediate_sessions.exchange"]
    assert len(found["Mail before"]) == 1


def test_session_without_a_request_in_the_log_has_no_links(visitor, mock, organization, member):
    mock.log_in(member.email_address, organization_id=organization.organization_id)
    path = f"/_mock/organizations/{organization.organization_id}/members/{member.member_id}"
    assert "What led to it" not in visitor.get(path).text


def test_request_leads_to_the_mail_before_and_to_its_session(facts, log_in):
    message, response = log_in()
    found = facts(f"/_mock/requests/{response.request_id}")
    assert found["Mail before"] == [message.subject]
    assert found["Session"] == [response.member_session.member_session_id]


def test_webhook_leads_to_request_and_member(facts, mock, log_in, member):
    log_in()
    event_id = mock.webhooks.deliveries("direct.member.create")[0].event_id
    found = facts(f"/_mock/webhooks/{event_id}")
    assert found["Caused by"] == ["organizations.members.create"]
    assert found["Member"] == [member.member_id]
    event_id = mock.webhooks.deliveries("direct.organization.create")[0].event_id
    assert len(facts(f"/_mock/webhooks/{event_id}")["Organization"]) == 1


def test_text_message_is_shown_on_a_phone_and_its_used_code_is_marked(visitor, client, mock, organization, member):
    client.otps.sms.send(organization_id=organization.organization_id, member_id=member.member_id)
    message = mock.inbox.latest(kind="sms_otp")
    path = f"/_mock/messages/{message.message_id}"
    text = visitor.get(path).text
    assert 'class="handset"' in text
    assert "unused</span>" in text
    session = mock.log_in(member.email_address, organization_id=organization.organization_id)
    client.otps.sms.authenticate(
        organization_id=organization.organization_id,
        member_id=member.member_id,
        code=message.code,
        session_token=session.session_token,
    )
    text = visitor.get(path).text
    assert "used at" in text
    assert "otps.sms.authenticate" in text


def test_email_and_sms_are_filtered(visitor, client, mock, organization, member):
    client.otps.sms.send(organization_id=organization.organization_id, member_id=member.member_id)
    client.otps.email.login_or_signup(organization.organization_id, member.email_address)
    for kind, shown in (("email", "ada@acme.example"), ("sms", "+12025550162")):
        text = visitor.get("/_mock/", params={"kind": kind}).text
        assert re.findall(r'class="to">([^<]*)<', text) == [shown]
        assert f'<option value="{kind}" selected>' in text


def test_used_email_code_is_marked(visitor, client, mock, organization, member):
    client.otps.email.login_or_signup(organization.organization_id, member.email_address)
    message = mock.inbox.latest(to=member.email_address)
    client.otps.email.authenticate(organization.organization_id, member.email_address, message.code)
    assert "used at" in visitor.get(f"/_mock/messages/{message.message_id}").text
