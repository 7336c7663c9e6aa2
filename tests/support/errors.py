"""Errors in the API's shape."""

import json
import re

import httpx

from mockstytch import errors

KEYS = ["status_code", "request_id", "error_type", "error_message", "error_url"]
FRAUD_KEYS = ["request_id", "status_code", "error_type", "error_message", "error_url"]
_CATALOGUE = {kind.error_type for kind in errors.catalogue()}
_SEARCH_ERROR = re.compile(r"(organization|member)_search_\w+")


def error_of(response: httpx.Response) -> tuple[int, str]:
    """Return the status and type of an error, after checking that the API has it and that its body is complete."""
    body = json.loads(response.content)
    assert response.headers["content-type"] == "application/json"
    is_fraud = body["request_id"].startswith("request-id-fraud-")
    assert list(body)[:5] == (FRAUD_KEYS if is_fraud else KEYS), body
    assert list(body)[5:] in ([], ["error_details"]), body
    assert 400 <= response.status_code < 500, body
    assert body["status_code"] == response.status_code
    assert is_fraud or body["request_id"].startswith("request-id-test-")
    assert body["error_message"]
    error_type = body["error_type"]
    assert body["error_url"].endswith(f"/errors/{response.status_code}#{error_type}")
    assert error_type in _CATALOGUE or _SEARCH_ERROR.fullmatch(error_type), error_type
    return response.status_code, error_type


class Failures(list[str]):
    """The failures of a test that sends many requests. They are reported together."""

    def expect_error(self, case: str, response: httpx.Response) -> str:
        """Return the type of an error. If the response isn't a proper error, add a failure and return ""."""
        try:
            return error_of(response)[1]
        except (AssertionError, ValueError, KeyError) as e:
            self.append(f"{case}: {response.status_code} {str(e).splitlines()[0] if str(e) else ''}")
            return ""
