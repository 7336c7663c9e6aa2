"""A browser without JavaScript: cookies, redirects, links and forms."""

from types import TracebackType

import httpx

from ._errors import ScenarioFailed
from ._http import http_client
from ._page import Page


def follow_until(url: str, destination: str) -> tuple[str, int]:
    """Open a URL in a new browser, and follow redirects and pages that consist of one form.

    Args:
        destination: a URL prefix to stop at. It isn't requested.

    Returns:
        The last URL and its status. The status is 0 at the destination.
    """
    with http_client() as browser:
        response = browser.get(url)
        for _ in range(20):
            forms = Page(response.text).forms
            if response.next_request is not None:
                location = str(response.next_request.url)
                if location.startswith(destination):
                    return location, 0
                response = browser.get(location)
            elif response.status_code == 200 and len(forms) == 1:
                response = browser.post(forms[0].action, data=forms[0].fields)
            else:
                break
        return str(response.url), response.status_code


class HttpBrowser:
    """A browser with one open page."""

    def __init__(self, app_url: str) -> None:
        self._http = http_client(base_url=app_url, follow_redirects=True)
        self._page = Page("")
        self.path = ""

    def open(self, url: str) -> None:
        """Open a path of the app, or any URL."""
        self._show(self._http.get(url))

    def submit(self, form: str, *, containing: str = "", **entered: str) -> None:
        """Submit a form of the open page.

        Args:
            form: the form's id or action.
            containing: text in the form, to choose between several forms.
            entered: values for its fields.

        Raises:
            ScenarioFailed: if the page has no such form, or the form has no such field.
        """
        found = [f for f in self._page.forms if form in (f.id, f.action) and containing in f.text]
        if not found:
            raise ScenarioFailed(f"{self.path}: expected a form {form} {containing}".rstrip())
        unknown = entered.keys() - found[0].fields.keys()
        if unknown:
            raise ScenarioFailed(f"{self.path}: the form {form} has no field {', '.join(unknown)}")
        values = {**found[0].fields, **entered}
        if found[0].method == "get":
            self._show(self._http.get(found[0].action, params=values))
        else:
            self._show(self._http.post(found[0].action, data=values))

    def text(self, id: str) -> str:
        """Return the text of an element of the open page.

        Raises:
            ScenarioFailed: if the page has no such element.
        """
        if id not in self._page.texts:
            raise ScenarioFailed(f"{self.path}: expected an element #{id}")
        return " ".join(self._page.texts[id].split())

    def _show(self, response: httpx.Response) -> None:
        self.path, self._page = response.url.path, Page(response.text)

    def __enter__(self) -> "HttpBrowser":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> None:
        self._http.close()
