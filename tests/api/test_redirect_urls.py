"""Which URL a link leads to: the one that was passed, or the project's default."""

import pytest

TYPES = ("LOGIN", "SIGNUP", "INVITE", "DISCOVERY")


@pytest.fixture
def register(mock):
    """``register(("http://a.test/in", "LOGIN", True), …)``: from now on only these will do."""

    def call(*urls):
        listed = [
            {"url": url, "types": [{"type": t, "is_default": d} for t in kinds.split()]} for url, kinds, d in urls
        ]
        mock.configure(redirect_urls="registered", registered_redirect_urls=listed)

    return call


@pytest.fixture
def lands(given, client, mock):
    """Where a mail of each type leads: ``lands("login")``, or with a URL that is asked for."""
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
def test_a_new_project_has_a_default_and_takes_any(lands, kind):
    assert lands(kind) == "http://localhost:3000/authenticate"
    assert lands(kind, "https://anywhere.test:8443/path") == "https://anywhere.test:8443/path"
    assert lands(kind, "slack://open") == "slack://open"


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
def test_what_is_no_url(lands, refused, kind, url, error):
    assert refused(lands, kind, url) == error


def test_registered_ones_only(lands, register, refused):
    register(("http://a.test/in", "LOGIN SIGNUP INVITE DISCOVERY", True), ("http://b.test/", "LOGIN", False))
    assert lands("login") == "http://a.test/in"
    assert lands("login", "http://b.test/") == "http://b.test/"
    for url in ("http://c.test/in", "https://a.test/in", "http://a.test:8000/in", "http://a.test/in/", "http://a.test"):
        assert refused(lands, "login", url) == "no_match_for_provided_magic_link_url"


def test_the_type_must_match_as_well(lands, register, refused):
    register(("http://a.test/", "LOGIN SIGNUP INVITE DISCOVERY", True), ("http://b.test/", "LOGIN SIGNUP", False))
    assert lands("signup", "http://b.test/") == "http://b.test/"
    assert refused(lands, "discovery", "http://b.test/") == "no_match_for_provided_magic_link_url"
    assert refused(lands, "invite", "http://b.test/") == "no_match_for_provided_magic_link_url"


def test_both_urls_of_a_login_are_checked(given, client, register, refused):
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
def test_no_default_to_take(lands, register, refused, kind, none, no_default):
    others = " ".join(t for t in TYPES if t != kind.upper())
    register(("http://a.test/", others, True))
    assert refused(lands, kind) == none
    register(("http://a.test/", others, True), ("http://b.test/", kind.upper(), False))
    assert refused(lands, kind) == no_default
    assert lands(kind, "http://b.test/") == "http://b.test/"
