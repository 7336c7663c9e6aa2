"""Redirect URLs: syntax, matching, parameters."""

import pytest

from mockstytch.domain.shared.redirects import is_url, landing, matches
from mockstytch.store.records.projects import RedirectUrl


@pytest.mark.parametrize(
    ("registered", "url", "expected"),
    [
        ("https://acme.test/in", "https://acme.test/in", True),
        ("https://acme.test/in", "https://www.acme.test/in", True),
        ("https://www.acme.test/in", "https://acme.test/in", True),
        ("https://acme.test", "https://acme.test/", True),
        ("https://ACME.test/in", "https://acme.test/in", True),
        ("https://acme.test/in", "https://acme.test/IN", False),
        ("https://acme.test/in", "http://acme.test/in", False),
        ("http://localhost/in", "http://localhost:8000/in", False),
        ("https://*.acme.test/in", "https://eu.acme.test/in", True),
        ("https://*.acme.test/in", "https://a.b.acme.test/in", False),
        ("https://*.acme.test/in", "https://acme.test/in", False),
        ("https://a-*-b-*.acme.test/in", "https://a-1-b-b-2.acme.test/in", True),
        ("https://a-*-b-*.acme.test/in", "https://a-1-c-2.acme.test/in", False),
        ("https://*.*.acme.test/in", "https://a.b.acme.test/in", True),
        ("https://**.acme.test/in", "https://a.acme.test/in", False),
        ("https://" + "*a" * 100 + ".test/in", "https://" + "a" * 1000 + "/in", False),  # exponential if tried naively
        ("https://acme.test/in", "https://acme.test.evil.test/in", False),
        ("https://acme.test/in", "https://acmeXtest/in", False),
        ("https://acme.test/in?next={}", "https://acme.test/in?next=/home", True),
        ("https://acme.test/in?next={}", "https://acme.test/in?next=", True),
        ("https://acme.test/in?next={}", "https://acme.test/in", False),
        ("https://acme.test/in?a={}&b=1", "https://acme.test/in?b=1&a=x", True),
        ("https://acme.test/in?a={}&b=1", "https://acme.test/in?b=2&a=x", False),
        ("https://acme.test/in", "https://acme.test/in?next=/home", False),
        ("https://acme.test/in?a=1", "https://acme.test/in?a=1&a=1", False),
        ("slack://open", "slack://open", True),
    ],
)
def test_url_matches_registered_url(registered, url, expected):
    assert matches(RedirectUrl(url=registered, types=[]), url) is expected


@pytest.mark.parametrize("url", ["http://localhost", "https://a.test:1/x?y#z", "slack://open", "com.acme.app:/cb"])
def test_valid_url_is_accepted(url):
    assert is_url(url)


@pytest.mark.parametrize(
    "url",
    ["", "a.test", "//a.test", "http:///x", "http://a.test/\n", "data:x,y", "file:///etc", "http://[", "x" * 2049],
)
def test_invalid_url_is_refused(url):
    assert not is_url(url)


def test_landing_url_keeps_its_own_parameters():
    assert (
        landing("https://a.test/x?z=1&a=%20#f", token="t=", slug="", a="2")
        == "https://a.test/x?a=+&a=2&token=t%3D&z=1#f"
    )
