"""The report files: what is in them, and what must not be."""

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from mockstytch.parity.reports import files, publishing
from mockstytch.parity.running import Outcome
from mockstytch.parity.sending.side import Side
from tests.parity.conftest import Compare
from tests.parity.planted import Plain, Planted


class Traffic:
    """Every text that was sent to the target or received from it."""

    def __init__(self) -> None:
        self.texts = set[str]()

    def __call__(self, response: Plain) -> Plain:
        request = response.request
        self.texts |= set(re.split(r"[/?&=]", request.url.raw_path.decode()))
        self.texts |= {value for name, value in request.headers.items() if name.startswith(("auth", "x-stytch"))}
        if request.content:
            with contextlib.suppress(ValueError, RecursionError):
                self.texts |= set(_texts(json.loads(request.content)))
        self.texts |= set(_texts(response.body))
        return response

    def secrets(self) -> set[str]:
        """Return the texts that aren't words of the API."""
        return {
            text
            for text in self.texts
            if len(text) >= 6
            and text not in publishing.vocabulary()
            and not re.fullmatch(r"[A-Z_]+|[a-z _-]+", text)  # every name of a run has a digit in its prefix
            and not text.startswith("https://stytch.com/")
        }


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _everything_is_reported(response: Plain) -> Plain:
    """Add a copy of the body to the body, which this server doesn't have."""
    return response._replace(body={**response.body, "copy": response.body})


@pytest.mark.parametrize("area", ["sessions", "passwords", "m2m", "scim_directory"])
def test_a_report_has_nothing_that_was_sent_or_received(
    area: str, target: Side, compare: Compare, tmp_path: Path
) -> None:
    traffic = Traffic()
    target.client = httpx.Client(transport=Planted(lambda response: _everything_is_reported(traffic(response))))
    outcomes = compare(f"area:{area}")
    text = ""
    for file in (tmp_path / "report.json", tmp_path / "report.md"):
        files.write(file, outcomes, target.url)
        text += file.read_text(encoding="utf-8")
    messages = {outcome_error.message for outcome_error in files.report(outcomes, target.url).errors}
    names = " ".join(f"{each.probe.name} {call.request}" for each in outcomes for call in each.probe.calls)
    assert len(traffic.secrets()) > 50
    found = [each for each in traffic.secrets() if _is_in(each, text)]
    assert [each for each in found if each not in messages and each not in names] == []


def _is_in(secret: str, text: str) -> bool:
    """Return whether a text has this one in it. A part of a word isn't one: ``zxcvbn`` in ``zxcvbn_feedback``."""
    if re.fullmatch(r"[a-z_]+", secret):
        return bool(re.search(rf"(?<!\w){secret}(?!\w)", text))
    return secret in text


def _report(outcomes: list[Outcome], url: str, tmp_path: Path) -> files.Report:
    file = tmp_path / "report.json"
    files.write(file, outcomes, url)
    return msgspec.json.decode(file.read_bytes(), type=files.Report)


@pytest.fixture
def reported(target: Side, compare: Compare, tmp_path: Path) -> Callable[..., files.Report]:
    """Run probes against a target that differs, and return the report."""

    def run(pattern: str, change: Callable[[Plain], Plain], url: str = "") -> files.Report:
        target.client = httpx.Client(transport=Planted(change))
        return _report(compare(pattern), url or target.url, tmp_path)

    return run


def test_a_json_report_lists_the_differences_of_each_probe(reported: Callable[..., files.Report]) -> None:
    def change(response: Plain) -> Plain:
        return response._replace(status=410) if response.status == 404 else response

    (probe,) = [each for each in reported("organizations.get: unknown id", change).probes if each.differences]
    (difference,) = probe.differences
    assert (probe.name, probe.operation, probe.expects) == (
        "organizations.get: unknown id",
        "organizations.get",
        "organization_not_found",
    )
    assert (difference.path, difference.kind, difference.target, difference.local) == ("status", "status", 410, 404)


def test_a_json_report_lists_the_errors_of_the_target(reported: Callable[..., files.Report]) -> None:
    found = reported("organizations.get: unknown id", lambda response: response, "https://test.stytch.com")
    (error,) = found.errors
    assert found.target == "test.stytch.com"
    assert (error.error_type, error.status) == ("organization_not_found", 404)
    assert error.message == "Organization could not be found."
    assert error.url == "https://stytch.com/docs/api/errors/404#organization_not_found"
    assert error.probes == ("organizations.get: unknown id",)


def test_a_report_about_another_server_doesnt_name_it(reported: Callable[..., files.Report]) -> None:
    assert reported("organizations.get: by id", lambda response: response).target == "another server"


def test_quotations_and_urls_in_messages_are_replaced() -> None:
    message = "The URL 'https://acme.example.com/x' of \"Acme Corp\" isn't 'ALL_ALLOWED', see https://stytch.com/docs/a"
    assert publishing.published(message, "body.error_message") == (
        "The URL '<url>' of \"<text: 9 characters>\" isn't 'ALL_ALLOWED', see https://stytch.com/docs/a"
    )


def test_keys_and_values_of_the_project_are_replaced() -> None:
    value = {
        "https://acme.example.com/team": "Blue",
        "member_id": "<member-test-uuid4>",
        "roles": ["boss-7"],
    }
    assert publishing.published(value, 'body["jwt claims"]') == {
        "<text: 29 characters>": "<text: 4 characters>",
        "member_id": "<member-test-uuid4>",
        "roles": ["<text: 6 characters>"],
    }


def test_keys_of_the_project_are_replaced_in_paths() -> None:
    path = 'body.session_jwt["jwt claims"]["https://acme.example.com/team"].roles[0].zzcustom'
    assert publishing.published_path(path) == (
        'body.session_jwt["jwt claims"]["<text: 29 characters>"].roles[0].<text: 8 characters>'
    )
    assert publishing.published_path("header.cache-control") == "header.cache-control"
