"""Redirect URLs of an environment: types, defaults, and which URLs are refused."""

import pytest
from stytch.core.response_base import StytchError

DEFAULT_URL = "http://localhost:3000/authenticate"


TYPES = ["LOGIN", "SIGNUP", "INVITE", "RESET_PASSWORD", "DISCOVERY"]


def login_type(*defaults):
    return [{"type": "LOGIN", "is_default": True in defaults}]


def types_of(listed, url):
    (found,) = [r for r in listed.redirect_urls if r.url == url]
    return {use.type.value: use.is_default for use in found.valid_types}


def test_new_environment_has_one_url_for_all_types(admin, create_environment):
    (url,) = admin.redirect_urls.get_all(*create_environment()).redirect_urls
    assert url.url == DEFAULT_URL
    assert [(use.type, use.is_default) for use in url.valid_types] == [(t, True) for t in TYPES]


def test_urls_are_listed_in_order(admin, slugs):
    for number in (2, 1, 3):
        types = [{"type": t, "is_default": False} for t in ("SIGNUP", "LOGIN")]
        created = admin.redirect_urls.create(*slugs, f"https://acme.example/{number}?a={{}}", types).redirect_url
        assert admin.redirect_urls.get(*slugs, created.url).redirect_url == created
        assert [use.type for use in created.valid_types] == ["SIGNUP", "LOGIN"]
    urls = [r.url for r in admin.redirect_urls.get_all(*slugs).redirect_urls]
    assert urls == [DEFAULT_URL, *(f"https://acme.example/{number}?a={{}}" for number in (2, 1, 3))]


def test_registered_url_gets_additional_types(admin, slugs):
    admin.redirect_urls.create(*slugs, "https://a.example", login_type())
    created = admin.redirect_urls.create(*slugs, "https://a.example", [{"type": "INVITE", "is_default": False}])
    assert [use.type for use in created.redirect_url.valid_types] == ["LOGIN", "INVITE"]


def test_new_default_replaces_the_previous_one(admin, slugs, mock, settings):
    admin.redirect_urls.create(*slugs, "https://a.example", login_type(True))
    listed = admin.redirect_urls.get_all(*slugs)
    assert types_of(listed, "https://a.example") == {"LOGIN": True}
    assert types_of(listed, DEFAULT_URL) == {t: t != "LOGIN" for t in TYPES}
    assert settings()["registered_redirect_urls"][1]["url"] == "https://a.example"


def test_first_url_of_a_type_becomes_its_default(admin, slugs):
    admin.redirect_urls.delete(*slugs, DEFAULT_URL)
    assert admin.redirect_urls.get_all(*slugs).redirect_urls == []
    for number, is_default in ((1, True), (2, False)):
        created = admin.redirect_urls.create(*slugs, f"https://{number}.example", login_type()).redirect_url
        assert created.valid_types[0].is_default is is_default
    created = admin.redirect_urls.update(*slugs, "https://1.example", [{"type": "INVITE", "is_default": False}])
    assert [(use.type, use.is_default) for use in created.redirect_url.valid_types] == [("INVITE", True)]


def test_first_url_is_not_promoted_if_turned_off(admin, slugs):
    admin.redirect_urls.delete(*slugs, DEFAULT_URL, do_not_promote_defaults=True)
    created = admin.redirect_urls.create(
        *slugs, "https://1.example", login_type(), do_not_promote_defaults=True
    ).redirect_url
    assert created.valid_types[0].is_default is False
    created = admin.redirect_urls.update(
        *slugs, "https://1.example", login_type(), do_not_promote_defaults=True
    ).redirect_url
    assert created.valid_types[0].is_default is False


def test_url_with_a_placeholder_is_never_promoted(admin, slugs):
    admin.redirect_urls.delete(*slugs, DEFAULT_URL)
    for url in ("https://1.example?next={}", "https://*.example"):
        assert admin.redirect_urls.create(*slugs, url, login_type()).redirect_url.valid_types[0].is_default is False


def test_next_url_replaces_a_deleted_default(admin, slugs, management_error):
    admin.redirect_urls.create(*slugs, "https://*.example", login_type())
    admin.redirect_urls.create(*slugs, "https://a.example", login_type())
    admin.redirect_urls.create(*slugs, "https://b.example", login_type())
    admin.redirect_urls.delete(*slugs, DEFAULT_URL)
    listed = admin.redirect_urls.get_all(*slugs)
    assert [types_of(listed, f"https://{name}.example") for name in "*ab"] == [
        {"LOGIN": False},
        {"LOGIN": True},
        {"LOGIN": False},
    ]
    admin.redirect_urls.delete(*slugs, "https://a.example", do_not_promote_defaults=True)
    assert types_of(admin.redirect_urls.get_all(*slugs), "https://b.example") == {"LOGIN": False}
    assert management_error(admin.redirect_urls.get, *slugs, DEFAULT_URL) == (404, "redirect_url_not_found")
    assert management_error(admin.redirect_urls.delete, *slugs, DEFAULT_URL) == (404, "redirect_url_not_found")
    assert management_error(admin.redirect_urls.update, *slugs, DEFAULT_URL, login_type()) == (
        404,
        "redirect_url_not_found",
    )


def test_created_environment_accepts_registered_urls_only(admin, create_environment, sdk_client):
    slugs = create_environment()
    send = sdk_client(slugs).magic_links.email.discovery.send
    admin.redirect_urls.create(*slugs, "https://a.example/in", [{"type": "DISCOVERY", "is_default": False}])
    assert send("ada@acme.test", discovery_redirect_url="https://a.example/in").status_code == 200
    with pytest.raises(StytchError, match="no_match_for_provided_magic_link_url"):
        send("ada@acme.test", discovery_redirect_url="https://b.example/in")


DEFAULT, OTHER = [{"type": "LOGIN", "is_default": True}], [{"type": "LOGIN", "is_default": False}]


@pytest.mark.parametrize(
    ("kind", "url", "types", "error_type"),
    [
        ("TEST", "", OTHER, "invalid_url"),
        ("TEST", "nope", OTHER, "invalid_url"),
        ("TEST", "javascript:alert(1)", OTHER, "redirect_url_cannot_use_protocol"),
        ("TEST", "https://a.example", [], "invalid_redirect_url_type"),
        ("TEST", "https://a.example", [{"type": "ELSEWHERE"}], "invalid_redirect_url_type"),
        ("TEST", "https://*.a.example", DEFAULT, "redirect_url_with_wildcard_cannot_be_default"),
        (
            "TEST",
            "https://a.example?n={}",
            DEFAULT,
            "redirect_url_with_query_param_placeholder_cannot_be_default",
        ),
        ("LIVE", "http://a.example", OTHER, "redirect_url_must_use_https"),
        ("LIVE", "https://*.a.example", OTHER, "no_wildcards_in_live_redirect_url"),
    ],
)
def test_invalid_url_is_refused(admin, slugs, create_environment, management_error, kind, url, types, error_type):
    other_slugs = create_environment(type="LIVE") if kind == "LIVE" else slugs
    assert management_error(admin.redirect_urls.create, *other_slugs, url, types) == (400, error_type)


@pytest.mark.parametrize(
    ("url", "error_type"),
    [
        ("https://*.a.example", "redirect_url_with_wildcard_cannot_be_default"),
        ("https://a.example?n={}", "redirect_url_with_query_param_placeholder_cannot_be_default"),
    ],
)
def test_pattern_cannot_become_the_default(admin, slugs, management_error, url, error_type):
    admin.redirect_urls.create(*slugs, url, OTHER)
    assert management_error(admin.redirect_urls.update, *slugs, url, DEFAULT) == (400, error_type)
