"""The console in a real browser: live updates, links, copy buttons, phone width."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.app_server import app_server

pytestmark = pytest.mark.browser


@pytest.fixture
def app_url() -> Iterator[str]:
    """The URL of an app."""
    with app_server() as url:
        yield url


@pytest.fixture
def organization(given):
    return given.organization("Acme")


@pytest.fixture
def send(given, organization):
    """Send a login link to a member, and return the message."""

    def send_login_link(email_address: str, **options: Any) -> Any:
        if not given.mock.inbox.all(to=email_address):
            given.member(organization, email_address)
        given.client.magic_links.email.login_or_signup(organization.organization_id, email_address, **options)
        return given.mock.inbox.latest(to=email_address)

    return send_login_link


@pytest.fixture
def page_url(mock):
    """Return the URL of a console page for this test's project: ``page_url("/requests")``."""
    return lambda path: f"{mock.url}/_mock{path}?project_id={mock.project_id}"


def addresses(page: Any) -> list[str]:
    return page.locator("#rows .to").all_inner_texts()


def wait_for_rows(page: Any, count: int) -> None:
    page.wait_for_function("count => document.querySelectorAll('#rows > *').length === count", arg=count)


def test_new_message_appears_on_top_without_a_reload(browse, page_url, send):
    send("ada@example.com")
    page = browse()
    page.goto(page_url("/"))
    page.locator("#rows a").focus()
    page.evaluate("document.querySelector('#rows li').dataset.untouched = 'yes'")
    send("grace@example.com")
    wait_for_rows(page, 2)
    assert addresses(page) == ["grace@example.com", "ada@example.com"]
    assert page.locator("#rows li").nth(1).get_attribute("data-untouched") == "yes"
    assert page.evaluate("document.activeElement === document.querySelectorAll('#rows a')[1]")
    assert page.locator("#count").inner_text() == "2 messages"


def test_first_message_replaces_the_instructions(browse, page_url, send):
    page = browse()
    page.goto(page_url("/"))
    page.get_by_text("No messages yet").wait_for()
    send("ada@example.com")
    wait_for_rows(page, 1)
    assert page.get_by_text("No messages yet").count() == 0


def test_message_sent_before_the_first_poll_appears(browse, page_url, send):
    page = browse()

    def send_before_the_poll(route: Any) -> None:
        send("ada@example.com")
        route.continue_()

    page.route("**/_mock/api/messages?*", send_before_the_poll, times=1)
    page.goto(page_url("/"))
    wait_for_rows(page, 1)


def test_page_polls_only_for_newer_messages(browse, page_url, send):
    page = browse()
    with page.expect_request("**/_mock/api/messages?*") as request:
        message = send("ada@example.com")
        page.goto(page_url("/"))
    assert parse_qs(urlsplit(request.value.url).query)["after"] == [message.message_id]
    with page.expect_request("**/_mock/api/messages?*") as request:
        message = send("grace@example.com")
    assert parse_qs(urlsplit(request.value.url).query)["after"] == [message.message_id]


def test_burst_of_messages_appears_complete_and_in_order(browse, page_url, send):
    page = browse()
    page.goto(page_url("/"))
    for n in range(12):
        send(f"person-{n}@example.com")
    wait_for_rows(page, 12)
    assert addresses(page) == [f"person-{n}@example.com" for n in reversed(range(12))]


def test_filtered_list_stays_filtered(browse, page_url, send):
    page = browse()
    page.goto(page_url("/") + "&q=to:ada")
    send("grace@example.com")
    page.get_by_text("1 message, 0 shown").wait_for()
    assert addresses(page) == []
    send("ada@example.com")
    wait_for_rows(page, 1)
    assert addresses(page) == ["ada@example.com"]


def test_new_message_appears_after_the_inbox_was_emptied_elsewhere(browse, page_url, send, mock):
    send("ada@example.com")
    page = browse()
    page.goto(page_url("/"))
    mock.inbox.clear()
    send("grace@example.com")
    page.get_by_text("grace@example.com").wait_for()
    assert addresses(page) == ["grace@example.com"]


def test_page_catches_up_after_a_lost_connection(browse, page_url, send):
    page = browse()
    page.clock.install()
    page.route("**/_mock/api/messages?*", lambda route: route.abort())
    send("ada@example.com")
    page.goto(page_url("/"))
    page.get_by_text("Reconnecting").wait_for()
    send("grace@example.com")
    page.unroute("**/_mock/api/messages?*")
    page.clock.run_for(2000)
    wait_for_rows(page, 2)
    page.locator("#state").get_by_text("Live").wait_for()


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["JavaScript", "no JavaScript"])
@pytest.mark.parametrize("where", ["in the e-mail", "above the e-mail"])
def test_link_opens_the_app(browse, page_url, send, app_url, java_script_enabled, where):
    message = send("ada@example.com", login_redirect_url=f"{app_url}/landed?x=1")
    page = browse(java_script_enabled=java_script_enabled)
    page.goto(page_url("/"))
    page.get_by_role("link", name="ada@example.com").click()
    link_in_email = page.frame_locator("iframe").get_by_role("link", name="Log in", exact=True)
    link_in_email.wait_for()
    page.wait_for_load_state("load")  # including the frame: a click on a page that is still loading does nothing
    with page.expect_popup() as opened:
        (link_in_email if where == "in the e-mail" else page.get_by_role("link", name="Open link")).click()
    app = opened.value
    app.wait_for_url(f"{app_url}/landed?**")
    assert app.title() == "the app"
    query = parse_qs(urlsplit(app.url).query)
    assert query["token"] == [message.token]
    assert query["stytch_token_type"] == ["multi_tenant_magic_links"]
    assert query["x"] == ["1"]
    assert app.evaluate("window.opener") is None
    assert app.evaluate("self.origin") == app_url  # the app isn't in the frame's sandbox


def test_open_message_shows_when_its_link_is_used(browse, page_url, send, client):
    message = send("ada@example.com")
    page = browse()
    page.goto(page_url(f"/messages/{message.message_id}"))
    assert "unused" in page.locator("#facts").inner_text()
    client.magic_links.authenticate(message.token)
    send("grace@example.com")
    page.locator("#facts").get_by_text("used at").wait_for()


def test_deleted_message_is_replaced_by_the_inbox(browse, page_url, send, mock):
    message = send("ada@example.com")
    page = browse()
    page.goto(page_url(f"/messages/{message.message_id}"))
    mock.inbox.clear()
    send("grace@example.com")
    page.wait_for_url(page_url("/"))
    assert addresses(page) == ["grace@example.com"]


def test_copy_button_copies_the_link(browse, page_url, send):
    message = send("ada@example.com")
    page = browse(permissions=["clipboard-read", "clipboard-write"])
    page.goto(page_url(f"/messages/{message.message_id}"))
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == message.link


def test_copied_environment_can_be_pasted(browse, page_url, organization, mock):
    page = browse(permissions=["clipboard-read", "clipboard-write"])
    page.goto(page_url("/"))
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert f"export STYTCH_PROJECT_ID={mock.project_id}" in lines
    assert len(lines) == 5


def test_selected_project_shows_its_inbox(browse, page_url, send, mock):
    send("ada@example.com")
    other = mock.project()
    other.client().organizations.create("Other", organization_slug="other")
    page = browse()
    page.goto(page_url("/"))
    page.locator("#switcher > summary").click()
    page.locator("#switcher").get_by_role("searchbox").fill(other.project_id)
    page.locator(f"#found-projects a[href*='{other.project_id}']").click()
    page.get_by_text("No messages yet").wait_for()
    assert other.project_id in page.url


def test_form_empties_the_inbox_without_javascript(browse, page_url, send, mock):
    send("ada@example.com")
    page = browse(java_script_enabled=False)
    page.goto(page_url("/"))
    page.get_by_role("button", name="Empty inbox").click()
    page.get_by_text("No messages yet").wait_for()
    assert mock.inbox.all() == []


def test_filter_works_without_javascript(browse, page_url, send):
    send("ada@example.com")
    send("grace@example.com")
    page = browse(java_script_enabled=False)
    page.goto(page_url("/"))
    page.get_by_label("Search messages").fill("grace")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("2 messages, 1 shown").wait_for()
    assert addresses(page) == ["grace@example.com"]


def test_link_on_another_site_opens_the_inbox(browse, page_url, send, app_url):
    send("ada@example.com")
    page = browse()
    page.goto(app_url)
    page.evaluate("url => { location.href = url }", page_url("/").replace("127.0.0.1", "localhost"))
    page.get_by_text("ada@example.com").wait_for()


def test_requests_appear_without_a_reload(browse, page_url, given, refused, organization):
    page = browse()
    page.goto(page_url("/requests"))
    wait_for_rows(page, 1)
    refused(given.client.organizations.get, "organization-nope")
    wait_for_rows(page, 2)
    newest = page.locator("#rows tr").first.inner_text()
    assert "organization_not_found" in newest
    assert "404" in newest
    page.get_by_role("link", name="Errors only").click()
    page.wait_for_url("**status=errors*")
    wait_for_rows(page, 1)


def test_script_in_user_text_does_not_run(browse, page_url, given):
    organization = given.organization("<script>alert(1)</script><img src=x onerror=alert(2)>")
    given.member(organization, "'onfocus='alert'autofocus'@example.com")
    given.link_token(organization, "'onfocus='alert'autofocus'@example.com")
    page = browse()
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(page_url("/"))
    page.get_by_role("link", name="alert").click()
    heading = page.frame_locator("iframe").get_by_role("heading").inner_text()
    assert heading == "Log in to <script>alert(1)</script><img src=x onerror=alert(2)>"
    assert page.locator("#subject").inner_text().endswith(organization.organization_name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_a_phone(browse, page_url, send, refused, client, scheme):
    message = send("a-member.with-a-long-name@department.of.a-long-domain.example.com")
    refused(client.organizations.get, "organization-" + "x" * 100)
    page = browse(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    for path in ("/", f"/messages/{message.message_id}", "/requests", "/docs", "/messages/nope"):
        page.goto(page_url(path))
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


@pytest.mark.parametrize("width", [900, 1280])
def test_open_message_fits_below_a_menu_of_two_lines(browse, page_url, send, mock, width):
    mock.clock.advance(minutes=5)
    page = browse(viewport={"width": width, "height": 700})
    page.goto(page_url(f"/messages/{send('ada@acme.test').message_id}"))
    page.locator("#subject").wait_for()
    assert page.locator(".top").bounding_box()["height"] > 50
    assert page.evaluate("document.documentElement.scrollHeight") == 700
    footer = page.locator("footer").bounding_box()
    assert footer["y"] + footer["height"] <= 700


def test_long_names_fit_on_a_phone(browse, page_url, given):
    name = "Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrik" * 2
    organization = given.organization(name)
    member = given.member(organization, f"{'a' * 60}@acme.example", name=name)
    given.client.magic_links.email.login_or_signup(organization.organization_id, member.email_address)
    page = browse(viewport={"width": 360, "height": 740})
    path = f"/organizations/{organization.organization_id}"
    for shown in ("/organizations", path, f"{path}/connections", f"{path}/members/{member.member_id}"):
        page.goto(page_url(shown))
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, shown


def test_all_sections_are_visible_on_a_phone(browse, page_url, organization):
    page = browse(viewport={"width": 390, "height": 844})
    page.goto(page_url("/organizations"))
    links = page.get_by_role("navigation", name="Console").get_by_role("link")
    assert links.count() == 9
    for link in links.all():
        box = link.bounding_box()
        assert box["x"] >= 0, link.inner_text()
        assert box["x"] + box["width"] <= 390, link.inner_text()


def test_copy_button_is_beside_the_code(browse, page_url, given, refused, mock):
    refused(given.client.organizations.get, "organization-" + "x" * 100)
    page = browse()
    page.goto(page_url(f"/requests/{mock.requests()[-1].request_id}"))
    snippets = page.locator(".snippet:has(button:visible)")
    snippets.first.wait_for()
    for snippet in snippets.all():
        code, button = snippet.locator("pre").bounding_box(), snippet.locator("button").bounding_box()
        assert code["x"] + code["width"] <= button["x"]
