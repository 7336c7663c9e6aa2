"""Call the SDK's client in a page, as the page's own script does."""

import json
from typing import Any

import pytest


class SdkError(Exception):
    """A promise of the SDK that was rejected.

    Attributes:
        name: the class of the JavaScript error, such as ``StytchSDKAPIError``.
        error_type, status_code: from the server's response; "" and 0 if the SDK itself refused the call.
        details: all properties of the JavaScript error.
    """

    def __init__(self, method: str, details: dict[str, Any]) -> None:
        super().__init__(f"{method}: {details.get('name')}: {details.get('message')}")
        self.details = details
        self.name = str(details.get("name", ""))
        self.error_type = str(details.get("error_type", ""))
        self.status_code = int(details.get("status_code", 0))


def call(page: Any, method: str, *args: Any) -> Any:
    """Call a method of the page's client, and return its result as JSON: ``call(page, "self.get")``.

    Raises:
        SdkError: if the method throws or its promise is rejected.
    """
    __tracebackhide__ = True
    outcome = page.evaluate("([method, args]) => window.call(method, args)", [method, list(args)])
    if "error" in outcome:
        raise SdkError(method, outcome["error"])
    return outcome["result"]


def rejected(page: Any, method: str, *args: Any) -> SdkError:
    """Call a method that must fail, in the SDK or at the server, and return the error."""
    __tracebackhide__ = True
    with pytest.raises(SdkError) as caught:
        call(page, method, *args)
    return caught.value


def refusal(page: Any, method: str, *args: Any) -> str:
    """Call a method that the server must refuse, and return the type of the error."""
    __tracebackhide__ = True
    error = rejected(page, method, *args)
    assert error.status_code >= 400, error.details
    assert error.details["error_url"].endswith(f"{error.status_code}#{error.error_type}")
    return error.error_type


def navigate(page: Any, method: str, *args: Any) -> None:
    """Call a method that leaves the page, such as ``sso.start``, and wait until the browser is back at the app."""
    app = page.url.partition("?")[0]
    page.evaluate("([method, args]) => { window.call(method, args) }", [method, list(args)])
    page.wait_for_url(lambda url: url.startswith(app) and "stytch_token_type=" in url)
    page.wait_for_function("() => window.stytch")


def refused_navigation(page: Any, method: str, *args: Any) -> str:
    """Call a method that leaves the page for the server, which must refuse it. Return the type of the error."""
    with page.expect_navigation(wait_until="load"):
        page.evaluate("([method, args]) => { window.call(method, args) }", [method, list(args)])
    return str(json.loads(page.locator("body").inner_text())["error_type"])


def subscribe(page: Any, method: str) -> None:
    """Pass a callback to a method such as ``session.onChange``. ``changes`` returns the calls of the callback."""
    page.evaluate("method => window.subscribe(method)", method)


def changes(page: Any, method: str) -> list[list[Any]]:
    """Return the arguments of each call of the callback that ``subscribe`` passed."""
    return list(page.evaluate("method => window.changes[method]", method))


def methods(page: Any) -> list[str]:
    """Return the methods of the page's client and of its parts, as they exist at run time.

    That includes methods that TypeScript's declarations hide, but none whose name begins with an underscore.
    """
    return list(page.evaluate("() => window.methods()"))
