"""The limit for nested JSON."""

import msgspec
import pytest

from mockstytch.protocols import json_depth


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[" * 200 + b"]" * 200,
        b'{"a":' * 200 + b"1" + b"}" * 200,
        b"[" + b"[]," * 1000 + b"[]]",
        b'["' + b"[" * 1000 + b'"]',
        b'["\\"' + b"[{" * 1000 + b'\\\\"]',
    ],
)
def test_shallow_text_is_returned(text):
    assert json_depth.checked(text) is text


@pytest.mark.parametrize("text", [b"[" * 201, b'{"a":' * 201, b'["\\\\"' + b",[" * 200, b'"[{' + b'"' + b"[{" * 101])
def test_deep_text_is_refused(text):
    with pytest.raises(msgspec.DecodeError, match="200 levels"):
        json_depth.checked(text)


def test_refused_in_a_request(http, mock):
    response = http.post("/v1/b2b/organizations/search", content=b'{"query":' + b"[" * 300 + b"]" * 300 + b"}")
    assert (response.status_code, response.json()["error_type"]) == (400, "bad_request")
