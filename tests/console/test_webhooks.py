"""The console's webhook pages."""

import re
from typing import Any

import pytest

from tests.support.html_forms import submit
from tests.webhooks.receiver import Receiver


@pytest.fixture
def app():
    with Receiver() as receiver:
        yield receiver


def test_empty_page_shows_how_to_add_an_endpoint(visitor, mock, given):
    given.organization()
    assert f"--request PUT {mock.url}/_mock/api/webhooks" in visitor.get("/_mock/webhooks").text


def test_page_without_deliveries_lists_the_endpoints(visitor, mock):
    mock.webhooks.set("http://127.0.0.1:1/hooks?a=<b>")
    text = visitor.get("/_mock/webhooks").text
    assert "http://127.0.0.1:1/hooks?a=&lt;b&gt;" in text
    assert "No failed deliveries." in visitor.get("/_mock/webhooks", params={"status": "failed"}).text


def test_deliveries_are_listed_newest_first_with_their_status(visitor, mock, given, app):
    mock.clock.freeze()
    mock.webhooks.set(app.url)
    app.answers = [500]
    given.member(given.organization())
    mock.webhooks.wait("*.member.*")
    text = visitor.get("/_mock/webhooks").text
    assert re.findall(r">(direct\.\w+\.\w+)</a>", text) == ["direct.member.create", "direct.organization.create"]
    assert "delivered" in text
    assert "retry at" in text
    pending = visitor.get("/_mock/webhooks", params={"status": "pending"}).text
    assert re.findall(r">(direct\.\w+\.\w+)</a>", pending) == ["direct.organization.create"]
    assert "Show older deliveries" in visitor.get("/_mock/webhooks", params={"rows": "1"}).text


def test_event_page_shows_payload_and_attempts_and_resends(visitor, mock, given, app):
    mock.webhooks.set(app.url)
    given.organization("Acme <b>")
    first, delivery = app.next(), mock.webhooks.wait()
    path = f"/_mock/webhooks/{delivery.event_id}"
    text = visitor.get(path).text
    for shown in (delivery.message_id, app.url, "Acme &lt;b&gt;", "done", "accepted"):
        assert shown in text
    assert submit(visitor, path, "replay").headers["location"].startswith(path)
    assert app.next().body == first.body


def test_unknown_event_is_not_found(visitor, mock, given):
    given.organization()
    for path in ("/_mock/webhooks/nope", "/_mock/webhooks/<b>"):
        assert visitor.get(path).status_code == 404
    replay = "form/do=POST+/webhooks/deliveries/{event_id}/replay&event_id=nope"
    assert visitor.post("/_mock/webhooks/nope", content=replay).status_code == 404


@pytest.mark.browser
def test_delivery_and_its_status_update_without_a_reload(browse, mock, given, app):
    mock.clock.freeze()
    mock.webhooks.set(app.url)
    page: Any = browse()
    page.goto(f"{mock.url}/_mock/webhooks?project_id={mock.project_id}")
    app.answers = [503]
    given.organization()
    page.get_by_text("retry at").wait_for()
    assert page.locator("#rows tr").count() == 1
    mock.clock.advance(seconds=6)
    page.get_by_text("delivered").wait_for()
    assert page.locator("#rows tr").count() == 1
    page.get_by_role("link", name="direct.organization.create").click()
    page.get_by_role("button", name="Resend").click()
    page.wait_for_function("() => document.querySelectorAll('#attempts tbody tr').length === 3")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone(browse, mock, given, app, scheme):
    mock.webhooks.set(app.url + "a-rather-long-path-of-an-endpoint" * 4)
    given.organization()
    event_id = mock.webhooks.wait().event_id
    page = browse(viewport={"width": 360, "height": 700}, color_scheme=scheme)
    for path in ("/webhooks", f"/webhooks/{event_id}"):
        page.goto(f"{mock.url}/_mock{path}?project_id={mock.project_id}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
