"""The demo app on a port of its own, and somebody who visits it without a real browser."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib import import_module
from types import TracebackType

import httpx
import uvicorn

from ._story import Story, StoryFailed


@contextmanager
def demo_app(story: Story) -> Iterator[str]:
    """The demo app, in a thread, logging people in through the story's project. Yields its URL."""
    opened = socket.create_server(("127.0.0.1", 0))
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # uvicorn does so only for sockets of its own
    url = f"http://127.0.0.1:{opened.getsockname()[1]}"
    parent = __package__.rpartition(".")[0]  # installed, both live inside one package
    module = import_module(f"{parent}.demo_app" if parent else "demo_app")
    settings = module.Settings.from_env(
        {
            "STYTCH_PROJECT_ID": story.project_id,
            "STYTCH_SECRET": story.secret,
            "STYTCH_PUBLIC_TOKEN": story.public_token,
            "STYTCH_ENV": f"{story.url}/",
            "DEMO_BASE_URL": url,
        }
    )
    server = uvicorn.Server(uvicorn.Config(module.create_app(settings), log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
    thread.start()
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(5)
        opened.close()


@dataclass
class Form:
    """A form of a page: where it goes, what it carries, and the words in it."""

    id: str
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    text: str = ""


class Visitor:
    """A browser with cookies, links and forms, and nothing more."""

    def __init__(self, app_url: str) -> None:
        self._http = httpx.Client(base_url=app_url, follow_redirects=True, trust_env=False)
        self._page = _Page("")
        self.path = ""

    def open(self, url: str) -> None:
        """A path of the app, or any link."""
        self._show(self._http.get(url))

    def submit(self, form: str, *, saying: str = "", **entered: str) -> None:
        """Send a form of this page, named by its id or action; among several by words in it.

        Raises:
            StoryFailed: there is no such form, or it has no such field.
        """
        found = [f for f in self._page.forms if form in (f.id, f.action) and saying in f.text]
        if not found:
            raise StoryFailed(f"{self.path}: expected a form {form} {saying}".rstrip())
        unknown = entered.keys() - found[0].fields.keys()
        if unknown:
            raise StoryFailed(f"{self.path}: the form {form} has no field {', '.join(unknown)}")
        given = {**found[0].fields, **entered}
        if found[0].method == "get":
            self._show(self._http.get(found[0].action, params=given))
        else:
            self._show(self._http.post(found[0].action, data=given))

    def text(self, id: str) -> str:
        """What an element of this page says.

        Raises:
            StoryFailed: there is no such element.
        """
        if id not in self._page.texts:
            raise StoryFailed(f"{self.path}: expected an element #{id}")
        return " ".join(self._page.texts[id].split())

    def _show(self, answer: httpx.Response) -> None:
        self.path, self._page = answer.url.path, _Page(answer.text)

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> None:
        self._http.close()


class _Page(HTMLParser):
    """A page's forms, and the text of each element that has an id."""

    _VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("id", ""), given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "input" and self._within("form"):
            self.forms[-1].fields[given.get("name", "")] = given.get("value", "")
        if tag not in self._VOID:
            self._open.append((tag, given.get("id", "")))
            self.texts.setdefault(given.get("id", ""), "")

    def handle_endtag(self, tag: str) -> None:
        while self._within(tag) and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, id in self._open:
            self.texts[id] += data
        if self._within("form"):
            self.forms[-1].text += data

    def _within(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._open)
