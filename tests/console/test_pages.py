"""The console's pages over HTTP. They work without JavaScript."""

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import httpx
import pytest

from mockstytch import errors
from mockstytch.app import create_app, endpoints
from mockstytch.console import reference, render
from mockstytch.console.snippets import CODE, REMARKS
from mockstytch.management import routes as management
from mockstytch.runtime import Mock
from tests.console.page_content import rows, send_login_link


class TestClock:
    def test_real_time_is_not_shown(self, visitor, given):
        given.organization()
        assert "project's clock is" not in unescape(visitor.get("/_mock/").text)

    def test_shifted_clock_is_shown(self, visitor, given, mock):
        given.organization()
        mock.clock.advance(days=2, hours=3)
        text = unescape(visitor.get("/_mock/").text)
        assert "The project's clock is shifted" in text
        assert "+2 d 3 h" in text

    def test_frozen_clock_is_shown(self, visitor, given, mock):
        given.organization()
        now = mock.clock.freeze()
        text = unescape(visitor.get("/_mock/requests").text)
        assert "The project's clock is frozen" in text
        assert f"{now:%Y-%m-%d %H:%M:%S}" in text

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [(0, "+0 s"), (59.6, "+1 min"), (3660, "+1 h 1 min"), (-172800, "-2 d"), (90061, "+1 d 1 h")],
    )
    def test_duration_has_two_units_at_most(self, seconds, text):
        assert render.duration(seconds) == text


class TestRequests:
    def test_requests_are_listed_with_the_reason_of_each_error(self, visitor, given, refused):
        organization = given.organization()
        assert refused(given.client.organizations.get, "organization-nope") == "organization_not_found"
        log = given.mock.requests()
        text = unescape(visitor.get("/_mock/requests").text)
        assert rows(visitor.get("/_mock/requests")) == [entry.request_id for entry in reversed(log)]
        assert log[-1].because
        for shown in ("/v1/b2b/organizations", "organization_not_found", log[-1].because, ">404<", ">200<"):
            assert shown in text
        assert organization.organization_id

    def test_errors_can_be_filtered(self, visitor, given, refused):
        given.organization()
        refused(given.client.organizations.get, "organization-nope")
        response = visitor.get("/_mock/requests", params={"status": "errors"})
        assert rows(response) == [given.mock.requests()[-1].request_id]

    def test_rows_limits_the_list(self, visitor, given, mock):
        for _ in range(3):
            given.organization()
        assert "Show older requests" not in visitor.get("/_mock/requests").text
        response = visitor.get("/_mock/requests", params={"rows": 2})
        assert len(rows(response)) == 2
        assert "Show older requests" in response.text

    def test_empty_list_shows_a_command(self, visitor, given, mock):
        given.organization()
        assert "No requests with errors" in visitor.get("/_mock/requests", params={"status": "errors"}).text
        mock.reset()
        text = unescape(visitor.get("/_mock/requests").text)
        assert "No requests yet" in text
        assert f"curl --user {mock.project_id}:{mock.secret} \\\n  {mock.url}/v1/debug/whoami<" in text

    def test_surface_is_shown_unless_it_is_the_backend(self, visitor, given, http, mock):
        given.organization()
        http.get("/v1/b2b/public/oauth/google/start", params={"public_token": mock.public_token})
        http.get("/v1/nope")
        labels = re.findall(r'class="tag surface">(\w+)<', visitor.get("/_mock/requests").text)
        assert labels == ["unknown", "pages"]


class TestDocs:
    def test_page_shows_how_to_point_each_sdk_here(self, visitor, given, mock):
        given.organization()
        text = unescape(visitor.get("/_mock/docs").text)
        assert f"export STYTCH_ENV={mock.url}" in text
        for sdk, code in CODE.items():
            assert code in text, sdk
        for remarks in REMARKS.values():
            assert all(remark in text for remark in remarks)

    def test_page_lists_every_operation(self, visitor, given):
        given.organization()
        text = visitor.get("/_mock/docs").text
        assert f"API: {len(endpoints())} operations" in text
        for endpoint in [*endpoints(), *management.endpoints()]:
            assert f'{endpoint.method}</span> <span class="path">{endpoint.path}<' in text, endpoint.path

    def test_page_describes_every_control_api_call(self):
        mock = Mock()
        calls = reference.control(create_app(mock=mock).table.routes)
        mock.close()
        assert [call for call in calls if not call["does"]] == []
        assert [call["method"] for call in calls if call["path"] == "/_mock/api/clock"] == ["GET", "PUT", "DELETE"]


class TestTrustedOrigins:
    PAGES = ("/_mock/", "/_mock/requests", "/_mock/docs", "/_mock/messages/x", "/_mock/messages/x/html")

    @pytest.mark.parametrize("path", PAGES)
    def test_unknown_host_name_is_refused(self, visitor, given, mock, path):
        given.organization()
        response = visitor.get(path, headers={"host": "rebound.example"})
        assert response.status_code == 403
        assert "host_not_allowed" in response.text
        assert mock.secret not in response.text

    def test_form_of_another_site_is_refused(self, visitor, given, mock):
        send_login_link(given, "ada@example.com")
        for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
            response = visitor.post("/_mock/", content="form/do=DELETE+/messages", headers=headers)
            assert response.status_code == 403, headers
            assert "cross_site_request" in response.text
        assert len(mock.inbox.all()) == 1

    def test_form_of_another_site_is_refused_as_navigation_too(self, visitor, given, mock):
        send_login_link(given, "ada@example.com")
        headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        assert visitor.post("/_mock/", content="form/do=DELETE+/messages", headers=headers).status_code == 403
        assert len(mock.inbox.all()) == 1

    @pytest.mark.parametrize("site", ["same-site", "cross-site"])
    def test_link_on_another_site_is_allowed(self, visitor, given, site):
        given.organization()
        headers = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        assert visitor.get("/_mock/", headers=headers).status_code == 200
        assert visitor.get("/_mock/", headers=headers | {"sec-fetch-dest": "iframe"}).status_code == 403
        assert visitor.get("/_mock/", headers=headers | {"sec-fetch-mode": "no-cors"}).status_code == 403

    def test_get_request_does_not_empty_the_inbox(self, visitor, given, mock):
        send_login_link(given, "ada@example.com")
        assert visitor.get("/_mock/", params={"form/do": "DELETE /messages"}).status_code == 200
        assert len(mock.inbox.all()) == 1

    @pytest.mark.parametrize(
        ("project_id", "status"), [("nonsense", 400), ("project-test-99999999-0000-4000-8000-000000000000", 404)]
    )
    def test_invalid_project_returns_an_error_page(self, visitor, project_id, status):
        response = visitor.get("/_mock/", params={"project_id": project_id})
        assert response.status_code == status
        assert response.headers["content-type"].startswith("text/html")
        assert "Traceback" not in response.text

    def test_wrong_secret_is_refused(self, visitor, given, mock):
        given.organization()
        assert visitor.get("/_mock/", auth=(mock.project_id, "wrong")).status_code == 401
        assert visitor.get("/_mock/", auth=(mock.project_id, mock.secret)).status_code == 200


class TestEscaping:
    ADDRESS = "'onfocus='alert'x=&quot@example.com"

    def test_user_text_is_escaped_on_every_page(self, visitor, given):
        organization = given.organization("<script>alert(1)</script><img src=x onerror=alert(2)>")
        message = send_login_link(
            given, self.ADDRESS, organization, login_redirect_url='http://localhost/?"><script>alert(3)</script>'
        )
        pages = ("/_mock/", f"/_mock/messages/{message.message_id}", f"/_mock/messages/{message.message_id}/html")
        for path in pages:
            response = visitor.get(path, params={"q": "" if "html" in path else "'onfocus", "kind": ""})
            assert response.status_code == 200
            assert "<script>alert" not in response.text, path
            assert "<img" not in response.text, path
            assert "'onfocus" not in response.text, path
            assert "alert(1)" in response.text, path

    @pytest.mark.parametrize("name", ["q", "kind"])
    def test_filter_is_escaped(self, visitor, given, name):
        send_login_link(given, "ada@example.com")
        response = visitor.get("/_mock/", params={name: '"><script>alert(1)</script>'})
        assert "<script>alert" not in response.text
        assert "&lt;script&gt;alert" in response.text

    def test_path_and_reason_in_the_request_log_are_escaped(self, visitor, http, mock):
        http.get("/v1/b2b/organizations/%3Cscript%3Ealert(1)")
        assert mock.requests()[-1].path.endswith("<script>alert(1)")
        text = visitor.get("/_mock/requests").text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text

    @pytest.mark.parametrize("path", ["/_mock/", "/_mock/requests", "/_mock/docs", "/_mock/messages/nope"])
    def test_pages_load_only_the_consoles_own_files(self, visitor, given, path):
        given.organization()
        response = visitor.get(path)
        policy = response.headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "style-src 'self'", "script-src 'self'", "frame-src 'self'"} <= set(policy)
        assert "unsafe" not in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", response.text) == []
        assert [
            u for u in re.findall(r'(?:src|href|action)="([^"]*)"', response.text) if not re.match(r"/_mock/|#", u)
        ] == []


class TestStatic:
    @pytest.mark.parametrize(
        ("name", "media_type"),
        [("console.css", "text/css"), ("console.js", "text/javascript"), ("icon.svg", "image/svg+xml")],
    )
    def test_file_has_its_type_and_is_cached_by_etag(self, visitor, name, media_type):
        response = visitor.get(f"/_mock/static/{name}")
        assert response.status_code == 200
        assert response.headers["content-type"].startswith(media_type)
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-cache"
        again = visitor.get(f"/_mock/static/{name}", headers={"if-none-match": response.headers["etag"]})
        assert again.status_code == 304
        assert again.content == b""

    @pytest.mark.parametrize("name", ["nope.css", "..%2Fpages.py", "%2e%2e%2frender.py"])
    def test_other_files_are_not_found(self, visitor, name):
        assert visitor.get(f"/_mock/static/{name}").status_code == 404


def test_jinja_is_not_imported_at_start():
    code = "import sys, mockstytch.app; mockstytch.app.create_app(); print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


class TestRoot:
    def test_browser_is_led_to_the_console(self, mock):
        accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        response = httpx.get(f"{mock.url}/", headers={"accept": accept}, trust_env=False)
        assert (response.status_code, response.headers["location"]) == (302, "/_mock/")

    @pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
    def test_other_clients_get_the_error_of_an_unknown_path(self, mock, accept):
        response = httpx.get(f"{mock.url}/", headers={"accept": accept}, trust_env=False)
        assert (response.status_code, response.json()["error_type"]) == (404, "route_not_found")

    def test_icon_is_found(self, mock):
        icon = httpx.get(f"{mock.url}/favicon.ico", follow_redirects=True, trust_env=False)
        assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")

    def test_unknown_page_of_the_console_leads_to_the_others(self, visitor, mock):
        response = visitor.get("/_mock/organisations", headers={"accept": "text/html"})
        assert response.status_code == 404
        assert response.headers["content-type"].startswith("text/html")
        assert "no route GET /_mock/organisations" in response.text
        assert f'href="/_mock/organizations?project_id={mock.project_id}"' in response.text

    @pytest.mark.parametrize(("path", "accept"), [("/_mock/nothing", "*/*"), ("/_mock/api/nothing", "text/html")])
    def test_unknown_path_is_json_for_other_clients_and_in_the_control_api(self, visitor, path, accept):
        response = visitor.get(path, headers={"accept": accept})
        assert (response.status_code, response.json()["error_type"]) == (404, "route_not_found")

    def test_other_unknown_paths_are_errors_for_browsers_too(self, mock):
        response = httpx.get(f"{mock.url}/nothing", headers={"accept": "text/html"}, trust_env=False)
        assert response.json()["error_type"] == "route_not_found"


class TestOwnErrors:
    @pytest.mark.parametrize("kind", errors.own(), ids=lambda kind: f"{kind.status_code} {kind.error_type}")
    def test_page_describes_each_error_that_only_this_server_has(self, visitor, kind):
        page = visitor.get(f"/_mock/docs/errors/{kind.status_code}")
        assert page.status_code == 200
        assert f'<h2 id="{kind.error_type}">' in page.text
        assert kind.message in unescape(page.text)

    @pytest.mark.parametrize("status", ["400x", "418", "0", "%0a"])
    def test_other_status_is_refused(self, visitor, status):
        assert visitor.get(f"/_mock/docs/errors/{status}").status_code == 404

    def test_error_url_leads_to_the_page(self, mock, http):
        body = http.get("/_mock/api/messages/latest").json()
        assert body["error_url"] == f"{mock.url}/_mock/docs/errors/404#message_not_found"
        assert 'id="message_not_found"' in httpx.get(body["error_url"], trust_env=False).text
        too_large = http.post("/v1/b2b/organizations", content=b" " * 1_000_001).json()
        assert too_large["error_url"] == f"{mock.url}/_mock/docs/errors/413#bad_request"
        assert 'id="bad_request"' in httpx.get(too_large["error_url"], trust_env=False).text

    def test_error_of_the_real_api_leads_to_its_documentation(self, mock):
        unknown = {"project_id": "project-test-99999999-0000-4000-8000-000000000000"}
        body = httpx.get(f"{mock.url}/_mock/api/project", params=unknown, trust_env=False).json()
        assert body["error_url"] == "https://stytch.com/docs/api/errors/404#project_not_found"


def test_every_block_of_code_can_be_focused():
    """A block that scrolls must be reachable with the keyboard."""
    root = Path(render.__file__).parent.parent
    templates = [*root.glob("*/templates/*.html"), *root.parent.glob("demo_app/**/*.html")]
    blocks = [block for file in templates for block in re.findall(r"<pre[^>]*>", file.read_text(encoding="utf-8"))]
    assert len(templates) > 10
    assert blocks
    assert [block for block in blocks if 'tabindex="0"' not in block] == []
