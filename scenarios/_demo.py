"""The demo app on a port of its own, and somebody who visits it without a real browser."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import TracebackType

import httpx
import uvicorn

from ._page import Page
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


class Visitor:
    """A browser with cookies, links and forms, and nothing more."""

    def __init__(self, app_url: str) -> None:
        self._http = httpx.Client(base_url=app_url, follow_redirects=True, trust_env=False)
        self._page = Page("")
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
        self.path, self._page = answer.url.path, Page(answer.text)

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> None:
        self._http.close()
