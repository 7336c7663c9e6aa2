"""The console's pages as they come over HTTP: all that is on them works without JavaScript."""

import re
import subprocess
import sys
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from mockstytch import Settings
from mockstytch.app import create_app, endpoints
from mockstytch.console import reference, render
from mockstytch.console.snippets import CODE, REMARKS
from mockstytch.management import routes as management
from mockstytch.runtime import Mock
from mockstytch.server import Server
from mockstytch.store.records.messages import Message
from tests.support.given import Given


def rows(answer: httpx.Response) -> list[str]:
    """The ids of the rows on a page, from top to bottom."""
    return re.findall(r'<(?:li|tr) id="([^"]+)"', answer.text)


def sent(given: Given, email_address: str, organization: Any = None, **options: Any) -> Any:
    organization = organization or given.organization()
    given.member(organization, email_address)
    given.client.magic_links.email.login_or_signup(organization.organization_id, email_address, **options)
    return given.mock.inbox.latest(to=email_address)


class TestInbox:
    def test_an_empty_one_says_how_to_point_an_app_here(self, visitor, mock, client):
        client.organizations.create(organization_name="Acme")
        text = unescape(visitor.get("/_mock/").text)
        assert "No messages yet" in text
        assert f"export STYTCH_PROJECT_ID={mock.project_id}" in text
        assert f"export STYTCH_SECRET={mock.secret}" in text
        assert f"export STYTCH_ENV={mock.url}" in text
        assert CODE["python"] in text

    def test_lists_what_was_sent_newest_on_top(self, visitor, given):
        first, second = sent(given, "ada@example.com"), sent(given, "grace@example.com")
        answer = visitor.get("/_mock/")
        assert rows(answer) == [second.message_id, first.message_id]
        assert "No messages yet" not in answer.text
        for shown in ("ada@example.com", first.subject, first.kind, f"{first.created_at:%H:%M:%S}"):
            assert shown in answer.text

    def test_one_project_does_not_see_anothers(self, visitor, given, mock):
        message = sent(given, "ada@example.com")
        other = mock.project()
        other.client().organizations.create(organization_name="Other")
        answer = visitor.get("/_mock/", params={"project_id": other.project_id})
        assert rows(answer) == []
        assert visitor.get(f"/_mock/messages/{message.message_id}").status_code == 200
        elsewhere = visitor.get(f"/_mock/messages/{message.message_id}", params={"project_id": other.project_id})
        assert elsewhere.status_code == 404

    def test_filters_by_a_part_of_the_address(self, visitor, given):
        ada, _ = sent(given, "ada@example.com"), sent(given, "grace@example.com")
        answer = visitor.get("/_mock/", params={"to": "ADA@"})
        assert rows(answer) == [ada.message_id]
        assert "2 messages, 1 shown" in answer.text

    def test_a_percent_sign_is_a_letter_like_others(self, visitor, given):
        sent(given, "ada@example.com")
        percent = sent(given, "50%off@example.com")
        assert rows(visitor.get("/_mock/", params={"to": "%"})) == [percent.message_id]

    def test_filters_by_kind_and_offers_the_kinds_that_there_are(self, visitor, given):
        login = sent(given, "ada@example.com")
        given.client.magic_links.email.discovery.send("ada@example.com")
        everything = visitor.get("/_mock/")
        assert re.findall(r"<option>([^<]+)", everything.text) == ["magic_link.discovery", login.kind]
        assert rows(visitor.get("/_mock/", params={"kind": login.kind})) == [login.message_id]

    def test_a_filter_that_nothing_matches_says_so(self, visitor, given):
        sent(given, "ada@example.com")
        answer = visitor.get("/_mock/", params={"to": "nobody"})
        assert "No message matches" in answer.text
        assert "No messages yet" not in answer.text

    def test_shows_as_many_as_are_asked_for_and_links_to_the_rest(self, visitor, given):
        messages = [sent(given, f"person-{n}@example.com") for n in range(3)]
        answer = visitor.get("/_mock/", params={"rows": 2})
        assert rows(answer) == [messages[2].message_id, messages[1].message_id]
        assert "Show older ones" in answer.text
        assert "Show older ones" not in visitor.get("/_mock/").text

    @pytest.mark.parametrize("nonsense", ["-1", "0", "many", "1e9", "²"])
    def test_a_senseless_number_of_rows_is_no_number(self, visitor, given, nonsense):
        message = sent(given, "ada@example.com")
        assert rows(visitor.get("/_mock/", params={"rows": nonsense})) == [message.message_id]

    def test_is_emptied_by_a_form(self, visitor, given, mock):
        sent(given, "ada@example.com")
        page = visitor.get("/_mock/")
        action = unescape(re.search(r'<form method="post" action="([^"]+)"', page.text)[1])
        answer = visitor.post(mock.url + action, headers={"origin": mock.url, "sec-fetch-site": "same-origin"})
        assert answer.status_code == 303
        assert mock.inbox.all() == []
        assert "No messages yet" in visitor.get(answer.headers["location"]).text

    def test_the_chooser_names_every_project_and_keeps_to_the_current_one(self, visitor, given, mock):
        page = visitor.get("/_mock/") if sent(given, "ada@example.com") else None
        options = re.findall(r'<option value="(project-test-[^"]+)"( selected)?', page.text)
        assert (mock.project_id, " selected") in options
        assert len(options) > 1
        for link in re.findall(r'href="(/_mock/[^"]*)"', page.text):
            assert "/static/" in link or mock.project_id in link


class TestClock:
    def test_is_not_mentioned_while_it_tells_real_time(self, visitor, given):
        given.organization()
        assert "project's clock is" not in unescape(visitor.get("/_mock/").text)

    def test_is_shown_when_it_was_moved(self, visitor, given, mock):
        given.organization()
        mock.clock.advance(days=2, hours=3)
        text = unescape(visitor.get("/_mock/").text)
        assert "The project's clock is moved" in text
        assert "+2 d 3 h" in text

    def test_is_shown_when_it_stands_still(self, visitor, given, mock):
        given.organization()
        now = mock.clock.freeze()
        text = unescape(visitor.get("/_mock/requests").text)
        assert "The project's clock is frozen" in text
        assert f"{now:%Y-%m-%d %H:%M:%S}" in text

    @pytest.mark.parametrize(
        ("seconds", "says"),
        [(0, "+0 s"), (59.6, "+1 min"), (3660, "+1 h 1 min"), (-172800, "-2 d"), (90061, "+1 d 1 h")],
    )
    def test_durations_are_told_in_two_units(self, seconds, says):
        assert render.duration(seconds) == says


class TestMessage:
    def test_tells_all_that_there_is_to_know_of_a_link(self, visitor, given):
        message = sent(given, "ada@example.com", login_redirect_url="http://localhost:3999/hello?x=1")
        text = unescape(visitor.get(f"/_mock/messages/{message.message_id}").text)
        for fact in ("to", "subject", "kind", "link", "token", "token_type", "redirect_url", "organization_id"):
            assert getattr(message, fact) in text, fact
        assert f'href="{message.link}" target="_blank" rel="noopener noreferrer"' in text
        assert "not used yet" in text
        assert message.text in text

    def test_says_when_the_link_was_used(self, visitor, given):
        message = sent(given, "ada@example.com")
        given.client.magic_links.authenticate(message.token)
        assert "used at" in visitor.get(f"/_mock/messages/{message.message_id}").text

    def test_says_when_it_has_expired_by_the_projects_clock(self, visitor, given, mock):
        message = sent(given, "ada@example.com")
        mock.clock.advance(days=8)
        assert ">expired<" in visitor.get(f"/_mock/messages/{message.message_id}").text

    def test_marks_the_opened_one_in_the_list_and_keeps_the_filter(self, visitor, given):
        ada, grace = sent(given, "ada@example.com"), sent(given, "grace@example.com")
        answer = visitor.get(f"/_mock/messages/{ada.message_id}", params={"to": "ada"})
        assert rows(answer) == [ada.message_id]
        assert re.search(rf'{ada.message_id}[^"]*to=ada" aria-current="true"', unescape(answer.text))
        everything = visitor.get(f"/_mock/messages/{ada.message_id}")
        assert rows(everything) == [grace.message_id, ada.message_id]

    def test_one_that_is_not_there_is_a_page_that_says_so(self, visitor, given):
        given.organization()
        answer = visitor.get("/_mock/messages/message-test-nope")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "message_not_found" in answer.text

    def test_the_mail_is_served_by_itself_and_sandboxed(self, visitor, given):
        message = sent(given, "ada@example.com")
        page = visitor.get(f"/_mock/messages/{message.message_id}")
        frame = re.search(r'<iframe src="([^"]+)" sandbox="([^"]+)"', page.text)
        answer = visitor.get(unescape(frame[1]))
        assert answer.text.replace('<base target="_blank">', "") == message.html
        assert answer.text.count('<base target="_blank">') == 1
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox ")
        for sandbox in (policy, frame[2]):
            assert "allow-popups allow-popups-to-escape-sandbox" in sandbox
            assert "allow-scripts" not in sandbox
            assert "allow-same-origin" not in sandbox


class TestCodes:
    """E-mails and text messages that carry a code, written straight into a server of their own."""

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

    def test_the_code_is_in_the_row_and_can_be_copied_from_the_message(self, console):
        assert console.get("/_mock/").text.count("<code>481516</code>") == 2
        text = console.get("/_mock/messages/message-test-email").text
        assert 'id="secret-code">481516<' in text
        assert 'data-copy="secret-code" hidden' in text  # without JavaScript there is nothing to press

    def test_a_text_message_has_no_frame(self, console):
        text = console.get("/_mock/messages/message-test-sms").text
        assert "<iframe" not in text
        assert 'class="bubble">481516 is your code for Acme.<' in text
        assert console.get("/_mock/messages/message-test-sms/html").headers["content-type"].startswith("text/plain")

    def test_links_of_a_mail_without_a_head_leave_the_frame_too(self, console):
        html = console.get("/_mock/messages/message-test-email/html").text
        assert html == '<base target="_blank">no head: <b>481516</b>'

    def test_the_default_project_needs_no_query(self, console):
        assert "project_id=" not in re.sub(r'data-watch="[^"]+"', "", console.get("/_mock/").text)

    def test_the_address_without_a_slash_leads_here(self, console):
        assert urlsplit(console.get("/_mock").headers["location"]).path == "/_mock/"


class TestRequests:
    def test_lists_the_latest_with_the_reason_of_each_refusal(self, visitor, given, refused):
        organization = given.organization()
        assert refused(given.client.organizations.get, "organization-nope") == "organization_not_found"
        log = given.mock.requests()
        text = unescape(visitor.get("/_mock/requests").text)
        assert rows(visitor.get("/_mock/requests")) == [line.request_id for line in reversed(log)]
        assert log[-1].because
        for shown in ("/v1/b2b/organizations", "organization_not_found", log[-1].because, ">404<", ">200<"):
            assert shown in text
        assert organization.organization_id

    def test_errors_only(self, visitor, given, refused):
        given.organization()
        refused(given.client.organizations.get, "organization-nope")
        answer = visitor.get("/_mock/requests", params={"errors": 1})
        assert rows(answer) == [given.mock.requests()[-1].request_id]

    def test_shows_as_many_as_are_asked_for(self, visitor, given, mock):
        for _ in range(3):
            given.organization()
        assert "Show older ones" not in visitor.get("/_mock/requests").text
        answer = visitor.get("/_mock/requests", params={"rows": 2})
        assert len(rows(answer)) == 2
        assert "Show older ones" in answer.text

    def test_says_when_there_are_none(self, visitor, given, mock):
        given.organization()
        assert "No request was refused" in visitor.get("/_mock/requests", params={"errors": 1}).text
        mock.reset()
        assert "No requests yet" in visitor.get("/_mock/requests").text


class TestDocs:
    def test_says_how_to_point_each_sdk_here(self, visitor, given, mock):
        given.organization()
        text = unescape(visitor.get("/_mock/docs").text)
        assert f"export STYTCH_ENV={mock.url}" in text
        for sdk, code in CODE.items():
            assert code in text, sdk
        for remark in REMARKS.values():
            assert remark in text

    def test_lists_every_operation_that_is_served(self, visitor, given):
        given.organization()
        text = visitor.get("/_mock/docs").text
        assert f"{len(endpoints())} operations are served" in text
        for endpoint in [*endpoints(), *management.endpoints()]:
            assert f'{endpoint.method}</span> <span class="path">{endpoint.path}<' in text, endpoint.path

    def test_every_call_of_the_control_api_is_described(self):
        world = Mock()
        calls = reference.control(create_app(mock=world).table.routes)
        world.close()
        assert [call for call in calls if not call["does"]] == []
        assert [call["method"] for call in calls if call["path"] == "/_mock/api/clock"] == ["GET", "PUT"]


class TestGuard:
    PAGES = ("/_mock/", "/_mock/requests", "/_mock/docs", "/_mock/messages/x", "/_mock/messages/x/html")

    @pytest.mark.parametrize("path", PAGES)
    def test_refuses_a_name_that_the_server_was_not_told_of(self, visitor, given, mock, path):
        given.organization()
        answer = visitor.get(path, headers={"host": "rebound.example"})
        assert answer.status_code == 403
        assert "host_not_allowed" in answer.text
        assert mock.secret not in answer.text

    def test_refuses_another_pages_form(self, visitor, given, mock):
        sent(given, "ada@example.com")
        for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
            answer = visitor.post("/_mock/empty", headers=headers)
            assert answer.status_code == 403, headers
            assert "cross_site_request" in answer.text
        assert len(mock.inbox.all()) == 1

    def test_a_form_is_refused_even_where_it_navigates(self, visitor, given, mock):
        sent(given, "ada@example.com")
        navigates = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        assert visitor.post("/_mock/empty", headers=navigates).status_code == 403
        assert len(mock.inbox.all()) == 1

    @pytest.mark.parametrize("site", ["same-site", "cross-site"])
    def test_a_person_may_follow_another_pages_link_here(self, visitor, given, site):
        given.organization()
        visit = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        assert visitor.get("/_mock/", headers=visit).status_code == 200
        assert visitor.get("/_mock/", headers=visit | {"sec-fetch-dest": "iframe"}).status_code == 403
        assert visitor.get("/_mock/", headers=visit | {"sec-fetch-mode": "no-cors"}).status_code == 403

    def test_nothing_is_changed_by_looking(self, visitor, given, mock):
        sent(given, "ada@example.com")
        assert visitor.get("/_mock/empty").status_code in (404, 405)
        assert len(mock.inbox.all()) == 1

    @pytest.mark.parametrize(
        ("project_id", "status"), [("nonsense", 400), ("project-test-99999999-0000-4000-8000-000000000000", 404)]
    )
    def test_a_project_that_is_none_gets_a_page_and_no_traceback(self, visitor, project_id, status):
        answer = visitor.get("/_mock/", params={"project_id": project_id})
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert "Traceback" not in answer.text

    def test_a_wrong_secret_is_refused(self, visitor, given, mock):
        given.organization()
        assert visitor.get("/_mock/", auth=(mock.project_id, "wrong")).status_code == 401
        assert visitor.get("/_mock/", auth=(mock.project_id, mock.secret)).status_code == 200


class TestForeignText:
    ADDRESS = "'onfocus='alert'x=&quot@example.com"

    def test_is_text_wherever_it_is_shown(self, visitor, given):
        organization = given.organization("<script>alert(1)</script><img src=x onerror=alert(2)>")
        message = sent(
            given, self.ADDRESS, organization, login_redirect_url='http://localhost/?"><script>alert(3)</script>'
        )
        pages = ("/_mock/", f"/_mock/messages/{message.message_id}", f"/_mock/messages/{message.message_id}/html")
        for path in pages:
            answer = visitor.get(path, params={"to": "" if "html" in path else "'onfocus", "kind": ""})
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text, path
            assert "<img" not in answer.text, path
            assert "'onfocus" not in answer.text, path
            assert "alert(1)" in answer.text, path

    @pytest.mark.parametrize("name", ["to", "kind"])
    def test_a_filter_is_text_too(self, visitor, given, name):
        sent(given, "ada@example.com")
        answer = visitor.get("/_mock/", params={name: '"><script>alert(1)</script>'})
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert" in answer.text

    def test_a_path_and_a_reason_in_the_request_log_are_text_too(self, visitor, http, mock):
        http.get("/v1/b2b/organizations/%3Cscript%3Ealert(1)")
        assert mock.requests()[-1].path.endswith("<script>alert(1)")
        text = visitor.get("/_mock/requests").text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text

    @pytest.mark.parametrize("path", ["/_mock/", "/_mock/requests", "/_mock/docs", "/_mock/messages/nope"])
    def test_pages_run_and_load_nothing_but_the_consoles_own(self, visitor, given, path):
        given.organization()
        answer = visitor.get(path)
        policy = answer.headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "style-src 'self'", "script-src 'self'", "frame-src 'self'"} <= set(policy)
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", answer.text) == []
        assert [
            u for u in re.findall(r'(?:src|href|action)="([^"]*)"', answer.text) if not re.match(r"/_mock/|#", u)
        ] == []


class TestStatic:
    @pytest.mark.parametrize(
        ("name", "media_type"),
        [("console.css", "text/css"), ("console.js", "text/javascript"), ("icon.svg", "image/svg+xml")],
    )
    def test_is_served_with_its_type_and_asked_for_again_only_when_it_changed(self, visitor, name, media_type):
        answer = visitor.get(f"/_mock/static/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media_type)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-cache"
        again = visitor.get(f"/_mock/static/{name}", headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
        assert again.content == b""

    @pytest.mark.parametrize("name", ["nope.css", "..%2Fpages.py", "%2e%2e%2frender.py"])
    def test_nothing_else_is_there(self, visitor, name):
        assert visitor.get(f"/_mock/static/{name}").status_code == 404


def test_jinja_is_loaded_when_a_page_is_first_asked_for():
    code = "import sys, mockstytch.app; mockstytch.app.create_app(); print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
