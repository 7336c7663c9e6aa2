"""A visitor of a website, whose browser runs no scripts."""

from types import TracebackType

import httpx

from tests.support.html_forms import Forms


class Visitor:
    """Opens pages, submits their forms, follows redirects, and keeps cookies.

    Args:
        url: the website's base URL.

    Attributes:
        page: the page that the visitor sees.
        cookies: what the website has set.
    """

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, follow_redirects=True, trust_env=False, timeout=60)
        self.cookies = self._http.cookies
        self.page = httpx.Response(204)

    def open(self, address: str) -> httpx.Response:
        """Open a page, and return it."""
        self.page = self._http.get(address)
        return self.page

    def submit(self, action: str, **typed: str) -> httpx.Response:
        """Fill in the form with an action, submit it, and return the next page.

        Args:
            typed: what to type, by the field's name.
        """
        forms = Forms(self.page.text).forms
        assert action in forms, f"{self.page.url} has the forms {sorted(forms)}: {self.page.text}"
        fields = dict(forms[action])
        assert typed.keys() <= fields.keys(), f"the form has the fields {sorted(fields)}"
        self.page = self._http.post(action, data=fields | typed, headers={"origin": str(self._http.base_url)})
        return self.page

    @property
    def actions(self) -> set[str]:
        """The actions of the page's forms."""
        return {*Forms(self.page.text).forms}

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()
