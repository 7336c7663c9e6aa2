"""The inbox's search, and what can be done with one message."""

from email import message_from_bytes, policy

import pytest

from mockstytch.console.pages import message_search
from tests.console.page_content import rows, send_login_link
from tests.support.html_forms import submit


@pytest.fixture
def ada(given):
    return send_login_link(given, "ada@acme.example")


@pytest.fixture
def grace(given, ada):
    given.mock.clock.advance(hours=1)
    given.client.magic_links.email.discovery.send("grace@globex.example")
    return given.mock.inbox.latest(to="grace@globex.example")


class TestSearch:
    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("to:ADA", "ada"),
            ("to:globex", "grace"),
            ("subject:acme", "ada"),
            ('subject:"link for"', "ada grace"),
            ("kind:magic_link", "ada grace"),
            ("kind:magic_link.discovery", "grace"),
            ("acme.example", "ada"),
            ("to:ada kind:magic_link.discovery", ""),
            ("login to:grace", "grace"),
            ("other:acme", ""),
            ("to:50%", ""),
            ('"', ""),
        ],
    )
    def test_parts_of_a_search(self, visitor, ada, grace, search, found):
        expected = [{"ada": ada, "grace": grace}[name].message_id for name in reversed(found.split())]
        assert rows(visitor.get("/_mock/", params={"q": search})) == expected

    def test_times_narrow_the_search(self, visitor, ada, grace):
        time = f"{grace.created_at:%Y-%m-%dT%H:%M:%S}"
        assert rows(visitor.get("/_mock/", params={"q": f"after:{time}"})) == [grace.message_id]
        assert rows(visitor.get("/_mock/", params={"q": f"before:{time}"})) == [ada.message_id]
        assert rows(visitor.get("/_mock/", params={"q": f"after:{time}+05:00"})) == [grace.message_id, ada.message_id]

    @pytest.mark.parametrize("time", ["yesterday", "2026-13-01", "0001-01-01T00:00+14:00", "9" * 5000])
    def test_invalid_time_is_explained(self, visitor, ada, time):
        response = visitor.get("/_mock/", params={"q": f"after:{time}"})
        assert response.status_code == 400
        assert "isn&#39;t a time. Example: 2026-01-31T12:00" in response.text
        assert rows(response) == [ada.message_id]

    def test_too_many_parts_are_refused(self, visitor, ada):
        assert visitor.get("/_mock/", params={"q": "a " * 21}).status_code == 400

    def test_page_names_every_part(self, visitor, ada):
        text = visitor.get("/_mock/").text
        assert all(f"{name}:" in text for name in message_search.NAMES)


class TestMessage:
    def test_links_lead_to_member_and_organization(self, visitor, ada):
        text = visitor.get(f"/_mock/messages/{ada.message_id}").text
        assert f"/_mock/organizations/{ada.organization_id}?" in text
        assert f"/_mock/organizations/{ada.organization_id}/members/{ada.member_id}" in text

    def test_form_deletes_one_message(self, visitor, mock, ada, grace):
        sent = submit(visitor, f"/_mock/messages/{ada.message_id}", "delete")
        assert sent.headers["location"].startswith("/_mock/?")
        assert [message.message_id for message in mock.inbox.all()] == [grace.message_id]

    def test_source_is_an_email(self, visitor, ada):
        path = f"/_mock/messages/{ada.message_id}/source"
        shown, file = visitor.get(path), visitor.get(path, params={"download": "1"})
        assert shown.headers["content-type"].startswith("text/plain")
        assert file.headers["content-disposition"] == f'attachment; filename="{ada.message_id}.eml"'
        email = message_from_bytes(file.content, policy=policy.default)
        assert (email["to"], email["subject"]) == (ada.to, ada.subject)
        assert ada.link in email.get_body(("plain",)).get_content().replace("\n", "")
        assert shown.content == file.content

    def test_text_message_has_no_source(self, visitor, client, given):
        organization = given.organization()
        member = given.member(organization, mfa_phone_number="+12025550162")
        client.otps.sms.send(organization.organization_id, member.member_id)
        message = given.mock.inbox.latest(kind="sms_otp")
        page = f"/_mock/messages/{message.message_id}"
        assert "/source" not in visitor.get(page).text
        assert visitor.get(f"{page}/source").status_code == 404


@pytest.mark.browser
class TestKeys:
    @pytest.fixture
    def page(self, browse, mock, ada, grace):
        page = browse()
        page.goto(f"{mock.url}/_mock/?project_id={mock.project_id}")
        return page

    def test_j_and_k_move_and_enter_opens(self, page, ada, grace):
        for key, focused in (("j", grace), ("j", ada), ("j", ada), ("k", grace)):
            page.keyboard.press(key)
            assert focused.message_id in page.evaluate("document.activeElement.href")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/messages/{grace.message_id}*")
        page.keyboard.press("j")
        assert ada.message_id in page.evaluate("document.activeElement.href")

    def test_slash_searches_and_typed_letters_are_not_keys(self, page):
        page.keyboard.press("/")
        page.keyboard.type("jk?")
        assert page.locator("main input[type=search]").input_value() == "jk?"

    def test_question_mark_shows_the_keys(self, page):
        page.keyboard.press("?")
        page.get_by_role("dialog", name="Keys").wait_for()
        page.keyboard.press("Escape")
        assert page.get_by_role("dialog").count() == 0

    def test_g_goes_to_a_page(self, page):
        page.keyboard.press("g")
        page.keyboard.press("o")
        page.wait_for_url("**/_mock/organizations*")
        assert "project_id" in page.url


class TestClockMenu:
    def test_buttons_advance_the_clock(self, visitor, mock, given):
        given.organization()
        before = mock.clock.freeze()
        for name, seconds in (("minutes", 300), ("hours", 3900), ("days", 90300)):
            assert (
                submit(visitor, "/_mock/requests", f"advance-{name}").headers["location"].startswith("/_mock/requests")
            )
            assert (mock.clock.now() - before).total_seconds() == seconds

    def test_clock_is_frozen_set_and_returned_to_real_time(self, visitor, mock, given):
        given.organization()
        submit(visitor, "/_mock/", "freeze")
        submit(visitor, "/_mock/", "set-clock", now="2031-02-03T04:05")
        assert f"{mock.clock.now():%Y-%m-%d %H:%M:%S}" == "2031-02-03 04:05:00"
        assert mock.call("GET", "/clock")["frozen"]
        submit(visitor, "/_mock/", "freeze")
        assert not mock.call("GET", "/clock")["frozen"]
        submit(visitor, "/_mock/", "real-time")
        assert mock.call("GET", "/clock")["offset_seconds"] == 0

    def test_invalid_time_is_explained(self, visitor, given):
        given.organization()
        response = submit(visitor, "/_mock/", "set-clock", now="soon")
        assert "now isn&#39;t valid time" in response.text
