"""The redirect URL of a link: the one in the request, or the project's default."""

import pytest

TYPES = ("LOGIN", "SIGNUP", "INVITE", "DISCOVERY")


@pytest.fixture
def register(mock):
    """``register(("http://a.test/in", "LOGIN", True), …)``: accept only these URLs. The flag is ``is_default``."""

    def call(*urls):
        listed = [
            {"url": url, "types": [{"type": t, "is_default": d} for t in kinds.split()]} for url, kinds, d in urls
        ]
        mock.configure(redirect_urls="registered", registered_redirect_urls=listed)

    return call


@pytest.fixture
def redirect_url(given, client, mock):
    """``redirect_url("login")``: the redirect URL in an e-mail of a type. Pass a URL to send one in the request."""
    acme = given.organization()
    given.member(acme, "login@acme.test")
    given.member(acme, "signup@acme.test", create_member_as_pending=True)

    def call(kind, url=None):
        to = f"{kind}@acme.test"
        if kind == "invite":
            client.magic_links.email.invite(acme.organization_id, to, invite_redirect_url=url)
        elif kind == "discovery":
            client.magic_links.email.discovery.send(to, discovery_redirect_url=url)
        else:
            client.magic_links.email.login_or_signup(acme.organization_id, to, **{f"{kind}_redirect_url": url})
        return mock.inbox.latest(to=to).redirect_url.partition("?")[0]

    return call


@pytest.mark.parametrize("kind", ["login", "signup", "invite", "discovery"])
def test_new_project_has_a_default_and_accepts_any_url(redirect_url, kind):
    assert redirect_url(kind) == "http://localhost:3000/authenticate"
    assert redirect_url(kind, "https://anywhere.test:8443/path") == "https://anywhere.test:8443/path"
    assert redirect_url(kind, "slack://open") == "slack://open"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("login", "invalid_login_redirect_url"),
        ("signup", "invalid_signup_redirect_url"),
        ("invite", "invalid_invite_redirect_url"),
        ("discovery", "invalid_discovery_redirect_url"),
    ],
)
@pytest.mark.parametrize("url", ["nowhere", "http://", "http://a b.test", "javascript:alert(1)", "http://a.test:99999"])
def test_invalid_url_is_refused(redirect_url, refused, kind, url, error):
    assert refused(redirect_url, kind, url) == error


def test_unregistered_url_is_refused(redirect_url, register, refused):
    register(("http://a.test/in", "LOGIN SIGNUP INVITE DISCOVERY", True), ("http://b.test/", "LOGIN", False))
    assert redirect_url("login") == "http://a.test/in"
    assert redirect_url("login", "http://b.test/") == "http://b.test/"
    for url in ("http://c.test/in", "https://a.test/in", "http://a.test:8000/in", "http://a.test/in/", "http://a.test"):
        assert refused(redirect_url, "login", url) == "no_match_for_provided_magic_link_url"


def test_url_registered_for_another_type_is_refused(redirect_url, register, refused):
    register(("http://a.test/", "LOGIN SIGNUP INVITE DISCOVERY", True), ("http://b.test/", "LOGIN SIGNUP", False))
    assert redirect_url("signup", "http://b.test/") == "http://b.test/"
    assert refused(redirect_url, "discovery", "http://b.test/") == "no_match_for_provided_magic_link_url"
    assert refused(redirect_url, "invite", "http://b.test/") == "no_match_for_provided_magic_link_url"


def test_unregistered_signup_url_of_a_login_is_refused(given, client, register, refused):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    register(("http://a.test/", "LOGIN SIGNUP", True))
    sent = refused(
        client.magic_links.email.login_or_signup,
        acme.organization_id,
        "ada@acme.test",
        signup_redirect_url="http://c.test/",
    )
    assert sent == "no_match_for_provided_magic_link_url"


@pytest.mark.parametrize(
    ("kind", "none", "no_default"),
    [
        ("login", "no_login_redirect_urls_set", "no_default_login_redirect_url_set"),
        ("signup", "no_signup_redirect_urls_set", "no_default_signup_redirect_url_set"),
        ("invite", "no_invite_redirect_urls_set", "no_default_invite_redirect_url_set"),
        ("discovery", "no_discovery_redirect_urls_set", "no_default_discovery_redirect_url_set"),
    ],
)
def test_missing_default_is_refused(redirect_url, register, refused, kind, none, no_default):
    others = " ".join(t for t in TYPES if t != kind.upper())
    register(("http://a.test/", others, True))
    assert refused(redirect_url, kind) == none
    register(("http://a.test/", others, True), ("http://b.test/", kind.upper(), False))
    assert refused(redirect_url, kind) == no_default
    assert redirect_url(kind, "http://b.test/") == "http://b.test/"
