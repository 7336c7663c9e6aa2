"""Limits of metadata and claims, common e-mail domains, slugs."""

import pytest

from mockstytch.domain.organizations.organization_settings import slug_of
from mockstytch.domain.shared.emails import is_common
from mockstytch.domain.shared.metadata import merge, merge_claims
from mockstytch.errors import StytchError


def test_size_is_counted_in_bytes():
    exactly = 4096 - len('{"k":""}')
    assert merge({}, {"k": "x" * exactly})
    for too_much in ("x" * (exactly + 1), "é" * (exactly // 2 + 1)):
        with pytest.raises(StytchError, match="metadata_too_large"):
            merge({}, {"k": too_much})
        with pytest.raises(StytchError, match="custom_claims_too_large"):
            merge_claims({}, {"k": too_much})


def test_keys_are_counted_after_the_merge():
    full = {str(n): n for n in range(20)}
    assert len(merge(full, {"0": None, "20": 20})) == 20
    with pytest.raises(StytchError, match="metadata_too_many_keys"):
        merge(full, {"20": 20})


def test_only_the_top_level_is_merged():
    assert merge({"a": {"b": 1}, "c": 2}, {"a": {"d": None}, "c": None}) == {"a": {"d": None}}


@pytest.mark.parametrize(
    "domain", ["gmail.com", "yahoo.co.uk", "hotmail.com.br", "icloud.com", "orange.fr", "yandex.ru"]
)
def test_domain_of_a_mail_provider_is_common(domain):
    assert is_common(domain)


@pytest.mark.parametrize("domain", ["acme.test", "gmail.acme.test", "notgmail.com", "mail.acme.com", "live.acme.co.uk"])
def test_other_domain_is_not_common(domain):
    assert not is_common(domain)


@pytest.mark.parametrize(
    ("name", "slug"), [("Acme, Inc.", "acme-inc."), ("a" * 200, "a" * 120), ("Ünï", "n"), ("~~", ""), ("", "")]
)
def test_slug_is_derived_from_name(name, slug):
    assert slug_of(name) == slug
