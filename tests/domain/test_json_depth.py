"""The limit for nested JSON."""

from random import Random

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


def expected_depth(text):
    depth, deepest, in_string, is_escaped = 0, 0, False, False
    for character in text:
        if is_escaped:
            is_escaped = False
        elif in_string:
            is_escaped, in_string = character == "\\", character != '"'
        elif character == '"':
            in_string = True
        else:
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(character, 0)
            deepest = max(deepest, depth)
    return deepest


@pytest.mark.parametrize("part", [1, 2, 7, 1000])
def test_depth_of_random_text_read_in_parts(monkeypatch, part):
    monkeypatch.setattr(json_depth, "_PART", part)
    random = Random(part)
    for _ in range(300):
        strings = (
            "".join(random.choices(["\\\\", '\\"', "[", "{", "]", "x"], k=random.randrange(6))) for _ in range(20)
        )
        text = "".join(random.choice("[[{]},") + f'"{string}"' for string in strings)
        assert json_depth._depth(text.encode()) == expected_depth(text), text


def test_refused_in_a_request(http, mock):
    response = http.post("/v1/b2b/organizations/search", content=b'{"query":' + b"[" * 300 + b"]" * 300 + b"}")
    assert (response.status_code, response.json()["error_type"]) == (400, "bad_request")
