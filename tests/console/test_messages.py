"""The console's inbox and its messages over HTTP. They work without JavaScript."""

import re
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest

from mockstytch import Settings
from mockstytch.console.snippets import CODE
from mockstytch.server import Server
from mockstytch.store.records.messages import Message
from tests.console.page_content import rows, send_login_link
from tests.support.html_forms import submit


class TestInbox:
    def test_empty_inbox_shows_how_to_point_an_app_here(self, visitor, mock, client):
        client.organizations.create("Acme", organization_slug="acme")
        text = unescape(visitor.get("/_mock/").text)
        assert "No messages yet" in text
        assert f"export STYTCH_PROJECT_ID={mock.project_id}" in text
        assert f"export STYTCH_SECRET={mock.secret}" in text
        assert f"export STYTCH_ENV={mock.url}" in text
        assert CODE["python"] in text

    def test_messages_are_listed_newest_first(self, visitor, given):
        first, second = send_login_link(given, "ada@example.com"), send_login_link(given, "grace@example.com")
        response = visitor.get("/_mock/")
        assert rows(response) == [second.message_id, first.message_id]
        assert "No messages yet" not in response.text
        for shown in ("ada@example.com", first.subject, first.kind, f"{first.created_at:%H:%M:%S}"):
            assert shown in response.text

    def test_messages_of_another_project_are_hidden(self, visitor, given, mock):
        message = send_login_link(given, "ada@example.com")
        other = mock.project()
        other.client().organizations.create("Other", organization_slug="other")
        response = visitor.get("/_mock/", params={"project_id": other.project_id})
        assert rows(response) == []
        assert visitor.get(f"/_mock/messages/{message.message_id}").status_code == 200
        elsewhere = visitor.get(f"/_mock/messages/{message.message_id}", params={"project_id": other.project_id})
        assert elsewhere.status_code == 404

    def test_filter_matches_a_part_of_the_address(self, visitor, given):
        ada, _ = send_login_link(given, "ada@example.com"), send_login_link(given, "grace@example.com")
        response = visitor.get("/_mock/", params={"q": "to:ADA@"})
        assert rows(response) == [ada.message_id]
        assert "2 messages, 1 shown" in response.text

    def test_percent_sign_in_the_filter_is_literal(self, visitor, given):
        send_login_link(given, "ada@example.com")
        percent = send_login_link(given, "50%off@example.com")
        assert rows(visitor.get("/_mock/", params={"q": "to:%"})) == [percent.message_id]

    def test_filter_by_kind_offers_the_kinds_in_the_inbox(self, visitor, given):
        login = send_login_link(given, "ada@example.com")
        given.client.magic_links.email.discovery.send("ada@example.com")
        everything = visitor.get("/_mock/")
        assert re.findall(r"<option>([^<]+)", everything.text) == ["magic_link.discovery", login.kind]
        assert rows(visitor.get("/_mock/", params={"kind": login.kind})) == [login.message_id]

    def test_filter_without_a_match_shows_a_note(self, visitor, given):
        send_login_link(given, "ada@example.com")
        response = visitor.get("/_mock/", params={"q": "zoe"})
        assert "No message matches" in response.text
        assert "No messages yet" not in response.text

    def test_rows_limits_the_list_and_links_to_older_messages(self, visitor, given):
        messages = [send_login_link(given, f"person-{n}@example.com") for n in range(3)]
        response = visitor.get("/_mock/", params={"rows": 2})
        assert rows(response) == [messages[2].message_id, messages[1].message_id]
        assert "Show older messages" in response.text
        assert "Show older messages" not in visitor.get("/_mock/").text

    @pytest.mark.parametrize("number", ["-1", "0", "many", "1e9", "²", pytest.param("9" * 5000, id="many digits")])
    def test_invalid_number_of_rows_is_ignored(self, visitor, given, number):
        message = send_login_link(given, "ada@example.com")
        assert rows(visitor.get("/_mock/", params={"rows": number})) == [message.message_id]

    def test_form_empties_the_inbox(self, visitor, given, mock):
        send_login_link(given, "ada@example.com")
        response = submit(visitor, "/_mock/", "empty")
        assert response.status_code == 303
        assert mock.inbox.all() == []
        assert "No messages yet" in visitor.get(response.headers["location"]).text

    def test_links_keep_the_project(self, visitor, given, mock):
        send_login_link(given, "ada@example.com")
        page = visitor.get("/_mock/")
        assert "All projects</a>" in page.text
        for link in re.findall(r'href="(/_mock/[^"]*)"', page.text):
            assert "/static/" in link or mock.project_id in link


class TestMessage:
    def test_page_shows_everything_about_a_link(self, visitor, given):
        message = send_login_link(given, "ada@example.com", login_redirect_url="http://localhost:3999/hello?x=1")
        text = unescape(visitor.get(f"/_mock/messages/{message.message_id}").text)
        for fact in ("to", "subject", "kind", "link", "token", "token_type", "redirect_url", "organization_id"):
            assert getattr(message, fact) in text, fact
        assert f'href="{message.link}" target="_blank" rel="noopener noreferrer"' in text
        assert ">unused<" in text
        assert message.text in text

    def test_used_link_shows_the_time(self, visitor, given):
        message = send_login_link(given, "ada@example.com")
        given.client.magic_links.authenticate(message.token)
        assert "used at" in visitor.get(f"/_mock/messages/{message.message_id}").text

    def test_expired_link_is_marked_by_the_project_clock(self, visitor, given, mock):
        message = send_login_link(given, "ada@example.com")
        mock.clock.advance(days=8)
        assert ">expired<" in visitor.get(f"/_mock/messages/{message.message_id}").text

    def test_open_message_is_marked_in_the_filtered_list(self, visitor, given):
        ada, grace = send_login_link(given, "ada@example.com"), send_login_link(given, "grace@example.com")
        response = visitor.get(f"/_mock/messages/{ada.message_id}", params={"q": "ada"})
        assert rows(response) == [ada.message_id]
        assert re.search(rf'{ada.message_id}[^"]*q=ada" aria-current="true"', unescape(response.text))
        everything = visitor.get(f"/_mock/messages/{ada.message_id}")
        assert rows(everything) == [grace.message_id, ada.message_id]

    def test_unknown_message_returns_an_error_page(self, visitor, given):
        given.organization()
        response = visitor.get("/_mock/messages/message-test-nope")
        assert response.status_code == 404
        assert response.headers["content-type"].startswith("text/html")
        assert "message_not_found" in response.text

    def test_email_is_served_in_a_sandbox(self, visitor, given):
        message = send_login_link(given, "ada@example.com")
        page = visitor.get(f"/_mock/messages/{message.message_id}")
        frame = re.search(r'<iframe src="([^"]+)" sandbox="([^"]+)"', page.text)
        response = visitor.get(unescape(frame[1]))
        assert response.text.replace('<base target="_blank">', "") == message.html
        assert response.text.count('<base target="_blank">') == 1
        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox ")
        for sandbox in (policy, frame[2]):
            assert "allow-popups allow-popups-to-escape-sandbox" in sandbox
            assert "allow-scripts" not in sandbox
            assert "allow-same-origin" not in sandbox


class TestCodes:
    """E-mails and text messages with a code, inserted into a new server without the API."""

    @pytest.fixture
    def console(self):
        with Server(Settings(port=0)) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
            with server.mock.transaction() as ctx:
                for n, (channel, html) in enumerate((("email", "no head: <b>481516</b>"), ("sms", None))):
                    message = Message(
                        message_id=f"message-test-{channel}",
                        position=n,
                        channel=channel,
                        kind=f"{channel}_otp",
                        to="+15005550006" if channel == "sms" else "ada@example.com",
                        text="481516 is your code for Acme.",
                        html=html,
                        code="481516",
                        created_at=ctx.now,
                        expires_at=ctx.now,
                    )
                    ctx.send(message)
            yield client

    def test_code_is_in_the_row_and_has_a_copy_button(self, console):
        assert console.get("/_mock/").text.count("<code>481516</code>") == 2
        text = console.get("/_mock/messages/message-test-email").text
        assert 'id="secret-code">481516<' in text
        assert 'data-copy="secret-code" hidden' in text  # hidden, because it needs JavaScript

    def test_text_message_has_no_frame(self, console):
        text = console.get("/_mock/messages/message-test-sms").text
        assert "<iframe" not in text
        assert 'class="bubble">481516 is your code for Acme.<' in text
        assert console.get("/_mock/messages/message-test-sms/html").headers["content-type"].startswith("text/plain")

    def test_links_leave_the_frame_in_an_email_without_a_head(self, console):
        html = console.get("/_mock/messages/message-test-email/html").text
        assert html == '<base target="_blank">no head: <b>481516</b>'

    def test_links_to_the_default_project_have_no_query(self, console):
        assert "project_id=" not in re.sub(r'data-watch="[^"]+"', "", console.get("/_mock/").text)

    def test_address_without_a_slash_redirects_to_the_inbox(self, console):
        assert urlsplit(console.get("/_mock").headers["location"]).path == "/_mock/"
