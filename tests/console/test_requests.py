"""The request log in the console: its search, and the page of one request."""

import re
from html import unescape

import pytest

from mockstytch.console import sdk_calls
from tests.console.page_content import rows
from tests.support.html_forms import submit


@pytest.fixture
def logged(given, refused):
    """Three requests: an organization is created, a login link sent, and an unknown member asked for."""
    organization = given.organization("Acme")
    given.member(organization, "ada@acme.example")
    given.client.magic_links.email.login_or_signup(organization.organization_id, "ada@acme.example")
    refused(given.client.organizations.members.get, organization.organization_id, "member-test-nope")
    return [entry.request_id for entry in given.mock.requests()]


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "login_or_signup"}, [2]),
            ({"q": "MEMBER not_found"}, [3]),
            ({"status": "errors"}, [3]),
            ({"status": "4xx"}, [3]),
            ({"status": "404"}, [3]),
            ({"status": "2xx"}, [2, 1, 0]),
            ({"status": "5xx"}, []),
            ({"operation": "organizations.*"}, [3, 1, 0]),
            ({"operation": "organizations.create"}, [0]),
            ({"after": "2999"}, []),
            ({"after": "2000-01-01T00:00"}, [3, 2, 1, 0]),
            ({"q": "nothing has this text"}, []),
        ],
    )
    def test_parts_of_the_search(self, visitor, logged, query, found):
        assert rows(visitor.get("/_mock/requests", params=query)) == [logged[index] for index in found]

    def test_no_match_is_said(self, visitor, logged):
        assert "No request matches" in visitor.get("/_mock/requests", params={"q": "zzz"}).text


class TestRequest:
    def test_shows_reason_bodies_and_how_to_send_it(self, visitor, logged):
        text = unescape(visitor.get(f"/_mock/requests/{logged[0]}").text)
        assert '"organization_name": "Acme"' in text
        assert "client.organizations.create(" in text
        assert "organization_name='Acme'" in text
        assert "await client.organizations.create({" in text
        assert "curl --request POST" in text

    def test_refused_request_has_reason_and_hint(self, visitor, logged):
        text = unescape(visitor.get(f"/_mock/requests/{logged[3]}").text)
        assert "member_not_found" in text
        assert "no member has the id" in text

    def test_links_to_what_it_caused_and_is_about(self, visitor, given, logged):
        text = visitor.get(f"/_mock/requests/{logged[2]}").text
        message = given.mock.inbox.latest()
        assert f"/_mock/messages/{message.message_id}" in text
        assert f"/_mock/organizations/{message.organization_id}/members/{message.member_id}" in text

    def test_links_to_its_webhook(self, visitor, mock, given):
        mock.webhooks.set("http://127.0.0.1:9/")
        given.organization()
        request_id = mock.requests()[-1].request_id
        [delivery] = mock.webhooks.deliveries()
        assert f"/_mock/webhooks/{delivery.event_id}" in visitor.get(f"/_mock/requests/{request_id}").text

    def test_refused_request_caused_nothing(self, visitor, mock, given, client, refused):
        organization = given.organization()
        mock.webhooks.set("http://127.0.0.1:9/")
        refused(client.organizations.create, "Again", organization_slug=organization.organization_slug)
        assert "Webhook" not in visitor.get(f"/_mock/requests/{mock.requests()[-1].request_id}").text.split("<main")[1]

    def test_secrets_are_not_shown(self, visitor, client, given, mock, http):
        organization = given.organization()
        token = given.link_token(organization, given.member(organization).email_address)
        session = client.magic_links.authenticate(token)
        for entry in mock.requests():
            text = visitor.get(f"/_mock/requests/{entry.request_id}").text
            for secret in (token, session.session_token, session.session_jwt, mock.secret, "Basic "):
                assert secret not in text.replace("Basic …", "")

    def test_request_is_sent_again(self, visitor, mock, client, logged):
        client.organizations.search()
        search = mock.requests()[-1].request_id
        response = submit(visitor, f"/_mock/requests/{search}", "replay")
        assert "Sent again: status 200" in response.text
        again = re.search(r"/_mock/requests/(request-id-[\w-]+)", response.text.split('id="replayed"')[1])[1]
        assert again != search
        assert mock.requests()[-1].request_id == again

    def test_refusal_of_the_request_sent_again_is_shown(self, visitor, logged):
        assert "Sent again: status 400" in submit(visitor, f"/_mock/requests/{logged[0]}", "replay").text

    def test_unknown_request_is_not_found(self, visitor, logged):
        for request_id in ("nope", "<b>"):
            response = visitor.get(f"/_mock/requests/{request_id}")
            assert response.status_code == 404
            assert "request_not_found" in response.text


def test_call_of_an_operation_without_fields():
    assert sdk_calls.python("project.metrics", None) == "client.project.metrics()"
    assert sdk_calls.node("recovery_codes.rotate", {}) == "await client.recoveryCodes.rotate({})"
