"""A browser without JavaScript for the demo app, which calls the app in this process."""

import asyncio
import base64
import json
from html.parser import HTMLParser
from typing import Any

import httpx

APP_URL = "http://demo.test"


class Page(HTMLParser):
    """A parsed page: text by element id or tag, links by id, and the hidden fields of each form."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.status, self.path, self.source = response.status_code, response.url.path, response.text
        self.links: dict[str, str] = {}
        self.forms: list[dict[str, str]] = []
        self._open_tags: list[tuple[str, str]] = []  # tag and id
        self._texts: dict[str, str] = {}
        self.feed(response.text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append({"id": values.get("id", ""), "action": values["action"], "method": values["method"]})
        if tag == "input" and values.get("type") == "hidden":
            self.forms[-1][values["name"]] = values["value"]
        if tag == "a" and "id" in values:
            self.links[values["id"]] = values["href"]
        if tag not in ("input", "meta", "link"):
            self._open_tags.append((tag, values.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        while self._open_tags and self._open_tags.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for name in {name for _, name in self._open_tags if name} | {tag for tag, _ in self._open_tags}:
            self._texts[name] = self._texts.get(name, "") + data
        if self.forms and any(tag == "form" for tag, _ in self._open_tags):
            self.forms[-1]["text"] = self.forms[-1].get("text", "") + data

    def __getitem__(self, name: str) -> str:
        """Return the text of an element, by id or tag."""
        return " ".join(self._texts.get(name, "").split())

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def organization_form(self, organization: str) -> dict[str, str]:
        """Return the form to enter an organization. Its ``text`` is without the organization's name."""
        (found,) = [form for form in self.forms if organization in form.get("text", "")]
        return {**found, "text": " ".join(found["text"].replace(organization, "").split())}


class Browser:
    """Cookies and redirects, without scripts."""

    def __init__(self, app: Any, runner: asyncio.Runner) -> None:
        self._runner = runner
        self.http = httpx.AsyncClient(
            base_url=APP_URL,
            mounts={APP_URL: httpx.ASGITransport(app, raise_app_exceptions=False)},
            follow_redirects=True,
            trust_env=False,
            verify=False,  # all URLs are http, and building a TLS context is slow
        )

    def open(self, url: str) -> Page:
        return Page(self._runner.run(self.http.get(url)))

    def submit(self, action: str, **fields: str) -> Page:
        return Page(self._runner.run(self.http.post(action, data=fields)))

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send one request, without following redirects."""
        return self._runner.run(self.http.request(method, url, follow_redirects=False, **options))

    def enter(self, page: Page, organization: str) -> Page:
        """Submit the form to enter an organization."""
        form = page.organization_form(organization)
        return self.submit(form["action"], organization_id=form["organization_id"])

    @property
    def session_token(self) -> str:
        """The session token in the cookie, which is signed but not encrypted."""
        return str(json.loads(base64.b64decode(self.http.cookies["demo_session"].split(".")[0]))["session_token"])

    def close(self) -> None:
        self._runner.run(self.http.aclose())
