"""The console's webhook pages."""

import re
from typing import Any

import httpx
import pytest

from tests.support.html_forms import Forms, submit
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


def test_endpoints_are_added_changed_and_deleted(visitor, mock, given):
    given.organization()
    page = "/_mock/webhooks"
    assert submit(visitor, page, "add", url="http://127.0.0.1:1/a", event_types="*.member.*").status_code == 303
    assert submit(visitor, page, "add", url="http://127.0.0.1:1/b").status_code == 303
    first, second = mock.webhooks.endpoints()
    assert (first.event_types, second.event_types) == (["*.member.*"], [])
    submit(visitor, page, "edit-1", url="http://127.0.0.1:1/c", event_types="")
    submit(visitor, page, "secret-of-2")
    changed, with_new_secret = mock.webhooks.endpoints()
    assert (changed.url, changed.event_types, changed.secret) == ("http://127.0.0.1:1/c", [], first.secret)
    assert with_new_secret.url == second.url
    assert with_new_secret.secret.startswith("whsec_")
    assert with_new_secret.secret != second.secret
    submit(visitor, page, "delete-1")
    assert [e.url for e in mock.webhooks.endpoints()] == [second.url]


def test_refused_endpoint_shows_the_error_beside_its_field(visitor, mock, given):
    given.organization()
    sent = submit(visitor, "/_mock/webhooks", "add", url="ftp://example.com/<b>", event_types="member.create")
    assert sent.status_code == 400
    assert "ftp://example.com/&lt;b&gt;" in sent.text
    sent = submit(visitor, "/_mock/webhooks", "add", url="http://127.0.0.1:1/", secret="nope")
    assert "a webhook secret must be whsec_ followed by base64" in sent.text
    assert mock.webhooks.endpoints() == []


def test_endpoint_that_was_changed_meanwhile_is_not_overwritten(visitor, mock, given):
    given.organization()
    mock.webhooks.set("http://127.0.0.1:1/a")
    page = visitor.get("/_mock/webhooks").text
    mock.webhooks.set("http://127.0.0.1:1/b")
    pairs = [*Forms(page).forms["delete-1"]]
    sent = visitor.post("/_mock/webhooks", content=str(httpx.QueryParams(pairs)))
    assert sent.status_code == 400
    assert "It was changed meanwhile" in sent.text
    assert [e.url for e in mock.webhooks.endpoints()] == ["http://127.0.0.1:1/b"]


def test_test_event_is_sent_and_shown(visitor, mock, given, app):
    [endpoint] = mock.webhooks.set({"url": app.url, "event_types": ["*.member.update"]})
    member = given.member(given.organization("Acme <b>"))
    sent = submit(visitor, "/_mock/webhooks", "test-event", event_type="scim.member.update")
    payload = app.next().verified(endpoint.secret)
    assert (payload["source"], payload["id"]) == ("SCIM", member.member_id)
    assert sent.headers["location"].startswith(f"/_mock/webhooks/{payload['event_id']}")
    refused = submit(visitor, "/_mock/webhooks", "test-event", event_type="direct.organization.create")
    assert (refused.status_code, "no endpoint is subscribed" in refused.text) == (404, True)


@pytest.mark.browser
def test_test_event_is_sent_in_a_browser(browse, mock, given, app):
    given.member(given.organization())
    page = browse()
    page.goto(f"{mock.url}/_mock/webhooks?project_id={mock.project_id}")
    page.get_by_label("URL").fill(app.url)
    page.get_by_role("button", name="Add").click()
    page.get_by_text("Send a test event").click()
    page.get_by_label("Event type", exact=True).select_option("dashboard.member.update")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("heading", name="dashboard.member.update").wait_for()
    page.locator("#attempts").get_by_text("accepted").wait_for()
    assert app.next().payload["object_type"] == "member"
