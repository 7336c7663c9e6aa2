"""The console in a real browser: messages appear while one looks, links arrive where the app is."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def app_url() -> Iterator[str]:
    """A customer's app, as far as a link cares: something that answers."""

    class App(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>the app</title>")

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), App) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(5)


@pytest.fixture
def organization(given):
    return given.organization("Acme")


@pytest.fixture
def send(given, organization):
    """Mail a login link; answers the message."""

    def mail(email_address: str, **options: Any) -> Any:
        if not given.mock.inbox.all(to=email_address):
            given.member(organization, email_address)
        given.client.magic_links.email.login_or_signup(organization.organization_id, email_address, **options)
        return given.mock.inbox.latest(to=email_address)

    return mail


@pytest.fixture
def at(mock):
    """``at("/requests")``: the address of a console page, for this test's project."""
    return lambda path: f"{mock.url}/_mock{path}?project_id={mock.project_id}"


def addresses(page: Any) -> list[str]:
    return page.locator("#rows .to").all_inner_texts()


def wait_for_rows(page: Any, count: int) -> None:
    page.wait_for_function("count => document.querySelectorAll('#rows > *').length === count", arg=count)


def test_a_message_appears_on_top_without_a_reload(browse, at, send):
    send("ada@example.com")
    page = browse()
    page.goto(at("/"))
    page.locator("#rows a").focus()
    page.evaluate("document.querySelector('#rows li').dataset.untouched = 'yes'")
    send("grace@example.com")
    wait_for_rows(page, 2)
    assert addresses(page) == ["grace@example.com", "ada@example.com"]
    assert page.locator("#rows li").nth(1).get_attribute("data-untouched") == "yes"
    assert page.evaluate("document.activeElement === document.querySelectorAll('#rows a')[1]")
    assert page.locator("#count").inner_text() == "2 messages"


def test_the_first_message_takes_the_place_of_the_advice(browse, at, send):
    page = browse()
    page.goto(at("/"))
    page.get_by_text("No messages yet").wait_for()
    send("ada@example.com")
    wait_for_rows(page, 1)
    assert page.get_by_text("No messages yet").count() == 0


def test_a_message_that_comes_between_the_page_and_its_first_question_is_not_lost(browse, at, send):
    page = browse()

    def late(route: Any) -> None:
        send("ada@example.com")
        route.continue_()

    page.route("**/_mock/api/messages?*", late, times=1)
    page.goto(at("/"))
    wait_for_rows(page, 1)


def test_the_page_asks_only_for_what_it_has_not_seen(browse, at, send):
    page = browse()
    with page.expect_request("**/_mock/api/messages?*") as asked:
        message = send("ada@example.com")
        page.goto(at("/"))
    assert parse_qs(urlsplit(asked.value.url).query)["after"] == [message.message_id]
    with page.expect_request("**/_mock/api/messages?*") as asked:
        message = send("grace@example.com")
    assert parse_qs(urlsplit(asked.value.url).query)["after"] == [message.message_id]


def test_a_burst_arrives_whole_and_in_order(browse, at, send):
    page = browse()
    page.goto(at("/"))
    for n in range(12):
        send(f"person-{n}@example.com")
    wait_for_rows(page, 12)
    assert addresses(page) == [f"person-{n}@example.com" for n in reversed(range(12))]


def test_a_filtered_list_stays_filtered(browse, at, send):
    page = browse()
    page.goto(at("/") + "&to=ada")
    send("grace@example.com")
    page.get_by_text("1 message, 0 shown").wait_for()
    assert addresses(page) == []
    send("ada@example.com")
    wait_for_rows(page, 1)
    assert addresses(page) == ["ada@example.com"]


def test_an_inbox_that_was_emptied_elsewhere_goes_on_with_what_comes_next(browse, at, send, mock):
    send("ada@example.com")
    page = browse()
    page.goto(at("/"))
    mock.inbox.clear()
    send("grace@example.com")
    page.get_by_text("grace@example.com").wait_for()
    assert addresses(page) == ["grace@example.com"]


def test_after_a_break_of_the_connection_the_page_catches_up(browse, at, send):
    page = browse()
    page.clock.install()
    page.route("**/_mock/api/messages?*", lambda route: route.abort())
    page.goto(at("/") if send("ada@example.com") else "")
    page.get_by_text("Reconnecting").wait_for()
    send("grace@example.com")
    page.unroute("**/_mock/api/messages?*")
    page.clock.run_for(2000)
    wait_for_rows(page, 2)
    page.locator("#state").get_by_text("Live").wait_for()


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("where", ["in the mail", "beside it"])
def test_its_link_arrives_at_the_app(browse, at, send, app_url, java_script_enabled, where):
    message = send("ada@example.com", login_redirect_url=f"{app_url}/landed?x=1")
    page = browse(java_script_enabled=java_script_enabled)
    page.goto(at("/"))
    page.get_by_role("link", name="ada@example.com").click()
    mail = page.frame_locator("iframe").get_by_role("link", name="Log in", exact=True)
    mail.wait_for()
    page.wait_for_load_state("load")  # the frame included: a click on a page that is still coming leads nowhere
    with page.expect_popup() as opened:
        (mail if where == "in the mail" else page.get_by_role("link", name="Open the link")).click()
    app = opened.value
    app.wait_for_url(f"{app_url}/landed?**")
    assert app.title() == "the app"
    query = parse_qs(urlsplit(app.url).query)
    assert query["token"] == [message.token]
    assert query["stytch_token_type"] == ["multi_tenant_magic_links"]
    assert query["x"] == ["1"]
    assert app.evaluate("window.opener") is None
    assert app.evaluate("self.origin") == app_url  # the frame's sandbox ends where the app begins


def test_an_opened_message_learns_that_its_link_was_used(browse, at, send, client):
    message = send("ada@example.com")
    page = browse()
    page.goto(at(f"/messages/{message.message_id}"))
    assert "not used yet" in page.locator("#facts").inner_text()
    client.magic_links.authenticate(message.token)
    send("grace@example.com")
    page.locator("#facts").get_by_text("used at").wait_for()


def test_who_looks_at_a_message_that_is_gone_is_shown_the_inbox(browse, at, send, mock):
    message = send("ada@example.com")
    page = browse()
    page.goto(at(f"/messages/{message.message_id}"))
    mock.inbox.clear()
    send("grace@example.com")
    page.wait_for_url(at("/"))
    assert addresses(page) == ["grace@example.com"]


def test_the_link_is_copied(browse, at, send):
    message = send("ada@example.com")
    page = browse(permissions=["clipboard-read", "clipboard-write"])
    page.goto(at(f"/messages/{message.message_id}"))
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == message.link


def test_what_is_copied_from_the_advice_can_be_pasted(browse, at, organization, mock):
    page = browse(permissions=["clipboard-read", "clipboard-write"])
    page.goto(at("/"))
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert f"export STYTCH_PROJECT_ID={mock.project_id}" in lines
    assert len(lines) == 4


def test_choosing_a_project_shows_its_inbox(browse, at, send, mock):
    send("ada@example.com")
    other = mock.project()
    other.client().organizations.create(organization_name="Other")
    page = browse()
    page.goto(at("/"))
    page.get_by_label("Project").select_option(other.project_id)
    page.get_by_text("No messages yet").wait_for()
    assert other.project_id in page.url


def test_the_form_empties_the_inbox_without_a_script(browse, at, send, mock):
    send("ada@example.com")
    page = browse(java_script_enabled=False)
    page.goto(at("/"))
    page.get_by_role("button", name="Empty inbox").click()
    page.get_by_text("No messages yet").wait_for()
    assert mock.inbox.all() == []


def test_the_filter_works_without_a_script(browse, at, send):
    send("ada@example.com")
    send("grace@example.com")
    page = browse(java_script_enabled=False)
    page.goto(at("/"))
    page.get_by_label("Address contains").fill("grace")
    page.get_by_role("button", name="Filter").click()
    page.get_by_text("2 messages, 1 shown").wait_for()
    assert addresses(page) == ["grace@example.com"]


def test_another_pages_link_leads_here(browse, at, send, app_url):
    send("ada@example.com")
    page = browse()
    page.goto(app_url)
    page.evaluate("url => { location.href = url }", at("/").replace("127.0.0.1", "localhost"))
    page.get_by_text("ada@example.com").wait_for()


def test_requests_appear_while_one_looks(browse, at, given, refused, organization):
    page = browse()
    page.goto(at("/requests"))
    wait_for_rows(page, 1)
    refused(given.client.organizations.get, "organization-nope")
    wait_for_rows(page, 2)
    newest = page.locator("#rows tr").first.inner_text()
    assert "organization_not_found" in newest
    assert "404" in newest
    page.get_by_role("link", name="Errors only").click()
    page.wait_for_url("**errors=1")
    wait_for_rows(page, 1)


def test_foreign_text_runs_nowhere(browse, at, given):
    organization = given.organization("<script>alert(1)</script><img src=x onerror=alert(2)>")
    given.member(organization, "'onfocus='alert'autofocus'@example.com")
    given.link_token(organization, "'onfocus='alert'autofocus'@example.com")
    page = browse()
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(at("/"))
    page.get_by_role("link", name="alert").click()
    heading = page.frame_locator("iframe").get_by_role("heading").inner_text()
    assert heading == "Log in to <script>alert(1)</script><img src=x onerror=alert(2)>"
    assert page.locator("#subject").inner_text().endswith(organization.organization_name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_a_phone(browse, at, send, refused, client, scheme):
    message = send("somebody.with-a-long-name@department.of.a-long-domain.example.com")
    refused(client.organizations.get, "organization-" + "x" * 100)
    page = browse(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    for path in ("/", f"/messages/{message.message_id}", "/requests", "/docs", "/messages/nope"):
        page.goto(at(path))
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
