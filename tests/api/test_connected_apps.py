"""Connected apps: their clients, who has them installed, and what an organization lets in."""

import pytest

from mockstytch.store.records.oauth_server import ConnectedApp
from tests.contract.oauth import CALLBACK, OPENID, authorized, installed, login, new_app, tokens

EACH_TYPE = pytest.mark.parametrize(
    "client_type", ["first_party", "first_party_public", "third_party", "third_party_public"]
)


# Clients


@EACH_TYPE
def test_only_those_that_can_keep_a_secret_get_one(client, refused, given, rows, client_type):
    app = new_app(given, client_type)
    public = client_type.endswith("_public")
    assert app.client_id.startswith("connected-app-test-")
    assert bool(app.client_secret) is not public
    assert app.client_secret_last_four == (None if public else app.client_secret[-4:])
    with rows() as ctx:
        assert (app.client_secret or "no secret") not in repr(ctx.store.all(ConnectedApp))
    secrets = client.connected_app.clients.secrets
    if public:
        for call in (secrets.rotate_start, secrets.rotate, secrets.rotate_cancel):
            assert refused(call, app.client_id) == "public_connected_apps_do_not_have_secrets"


def test_a_new_app(client, given):
    app = client.connected_app.clients.get(new_app(given).client_id).connected_app
    assert (app.status, app.access_token_expiry_minutes, app.redirect_urls) == ("active", 60, [CALLBACK])
    assert (app.full_access_allowed, app.bypass_consent_for_offline_access) == (False, False)


def test_an_update_changes_what_is_sent(client, refused, given):
    app = new_app(given)
    update = client.connected_app.clients.update
    changed = update(app.client_id, client_description="Of things", redirect_urls=["https://acme.test/cb"])
    assert (changed.connected_app.client_name, changed.connected_app.client_description) == ("Reports", "Of things")
    assert changed.connected_app.redirect_urls == ["https://acme.test/cb"]
    assert refused(update, app.client_id, full_access_allowed=True) == "third_party_clients_cannot_use_full_access"


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.test/cb?a=1",
        "http://localhost:3000/cb",
        "http://app.localhost/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:8080/cb",
    ],
)
def test_redirect_urls_that_are_taken(client, given, url):
    assert new_app(given, redirect_urls=[url]).redirect_urls == [url]


def test_a_scheme_of_its_own_is_for_public_apps(given, refused):
    assert new_app(given, "third_party_public", redirect_urls=["myapp://callback"])
    scheme = "connected_app_redirect_url_must_use_http_or_https_scheme"
    assert refused(new_app, given, redirect_urls=["myapp://callback"]) == scheme
    assert refused(new_app, given, "third_party_public", redirect_urls=["javascript:alert(1)"]) == scheme


def test_pages_of_apps(client, given):
    for name in ("a", "b", "c"):
        new_app(given, client_name=name)
    first = client.connected_app.clients.search(limit=2)
    assert [app.client_name for app in first.connected_apps] == ["c", "b"]
    rest = client.connected_app.clients.search(limit=2, cursor=first.results_metadata.next_cursor)
    assert ([app.client_name for app in rest.connected_apps], rest.results_metadata.total) == (["a"], 3)


def test_while_a_secret_is_rotated_both_work(client, refused, given):
    who, app = login(given), new_app(given)
    secrets = client.connected_app.clients.secrets

    def status(secret):
        code = authorized(given, app, OPENID, session_token=who.session_token).authorization_code
        return tokens(given, app, code, client_secret=secret)["status_code"]

    assert refused(secrets.rotate, app.client_id) == "connected_app_not_rotating_secret"
    following = secrets.rotate_start(app.client_id).connected_app.next_client_secret
    assert refused(secrets.rotate_start, app.client_id) == "connected_app_already_rotating_secret"
    assert (status(app.client_secret), status(following)) == (200, 200)
    secrets.rotate_cancel(app.client_id)
    assert (status(app.client_secret), status(following)) == (200, 401)
    following = secrets.rotate_start(app.client_id).connected_app.next_client_secret
    secrets.rotate(app.client_id)
    assert (status(app.client_secret), status(following)) == (401, 200)


# Installed


def test_what_members_have_installed(client, given):
    who, app = installed(given)
    (of_organization,) = client.organizations.connected_apps(who.organization_id).connected_apps
    assert (of_organization.connected_app_id, of_organization.name) == (app.client_id, "Reports")
    one = client.organizations.get_connected_app(who.organization_id, app.client_id)
    assert [(m.member_id, m.granted_scopes) for m in one.active_members] == [(who.member_id, OPENID)]
    (of_member,) = client.organizations.members.get_connected_apps(who.organization_id, who.member_id).connected_apps
    assert (of_member.connected_app_id, of_member.scopes_granted) == (app.client_id, " ".join(OPENID))


def test_the_scopes_are_those_of_the_latest_authorization(client, given):
    who, app = installed(given)
    authorized(given, app, ["openid"], session_token=who.session_token)
    one = client.organizations.get_connected_app(who.organization_id, app.client_id)
    assert [m.granted_scopes for m in one.active_members] == [["openid"]]


def test_what_nobody_has_installed(client, refused, given):
    who, app = login(given), new_app(given)
    assert client.organizations.connected_apps(who.organization_id).connected_apps == []
    get = client.organizations.get_connected_app
    assert refused(get, who.organization_id, app.client_id) == "connected_app_not_found"
    revoke = client.organizations.members.connected_apps.revoke
    assert refused(revoke, who.organization_id, who.member_id, app.client_id) == "connected_app_not_found"


def introspected(given, app, token):
    return given.client.idp.introspect_token_network(token, app.client_id, app.client_secret)


@pytest.fixture
def in_use(given):
    """A member, an app, and its tokens."""
    who, app = login(given), new_app(given)
    code = authorized(given, app, [*OPENID, "offline_access"], session_token=who.session_token).authorization_code
    return who, app, tokens(given, app, code)


def refreshed(given, app, got):
    fields = {"grant_type": "refresh_token", "refresh_token": got["refresh_token"]}
    return tokens(given, app, "", **fields).get("error", "none")


def test_revoking_ends_its_tokens_until_it_is_allowed_anew(client, given, in_use):
    who, app, got = in_use
    assert introspected(given, app, got["access_token"])
    client.organizations.members.connected_apps.revoke(who.organization_id, who.member_id, app.client_id)
    assert introspected(given, app, got["access_token"]) is None
    assert refreshed(given, app, got) == "invalid_grant"
    assert client.organizations.connected_apps(who.organization_id).connected_apps == []
    assert client.organizations.members.get_connected_apps(who.organization_id, who.member_id).connected_apps == []
    authorized(given, app, OPENID, session_token=who.session_token)
    assert len(client.organizations.connected_apps(who.organization_id).connected_apps) == 1
    assert introspected(given, app, got["access_token"]) is None  # the old ones stay dead


def test_deleting_the_member_or_the_app_ends_them_too(client, given, in_use):
    who, app, got = in_use
    client.organizations.members.delete(who.organization_id, who.member_id)
    assert introspected(given, app, got["access_token"]) is None
    assert refreshed(given, app, got) == "invalid_grant"
    assert client.organizations.connected_apps(who.organization_id).connected_apps == []
    client.connected_app.clients.delete(app.client_id)
    assert refreshed(given, app, got) == "invalid_client"


@pytest.mark.parametrize(
    ("party", "policy", "named", "allowed"),
    [
        ("first_party", "ALL_ALLOWED", False, True),
        ("first_party", "RESTRICTED", True, True),
        ("first_party", "RESTRICTED", False, False),
        ("first_party", "NOT_ALLOWED", True, False),
        ("third_party", "RESTRICTED", True, True),
        ("third_party", "RESTRICTED", False, False),
        ("third_party", "NOT_ALLOWED", False, False),
    ],
)
def test_what_an_organization_lets_in(client, refused, given, party, policy, named, allowed):
    app = new_app(given, party)
    settings = {
        f"{party}_connected_apps_allowed_type": policy,
        f"allowed_{party}_connected_apps": [app.client_id] if named else [],
    }
    who = login(given, **settings)
    start = (app.client_id, CALLBACK, "code", OPENID)
    if allowed:
        assert client.idp.oauth.authorize_start(*start, session_token=who.session_token)
        assert authorized(given, app, OPENID, session_token=who.session_token).authorization_code
    else:
        error_type = "connected_app_not_allowed_for_org"
        assert refused(client.idp.oauth.authorize_start, *start, session_token=who.session_token) == error_type
        assert refused(authorized, given, app, OPENID, session_token=who.session_token) == error_type


def test_a_stricter_policy_uninstalls(client, given, in_use):
    who, app, got = in_use
    update = client.organizations.update
    update(who.organization_id, first_party_connected_apps_allowed_type="NOT_ALLOWED")
    assert introspected(given, app, got["access_token"])  # it is a third party's
    update(who.organization_id, third_party_connected_apps_allowed_type="RESTRICTED")
    assert introspected(given, app, got["access_token"]) is None
    update(who.organization_id, third_party_connected_apps_allowed_type="ALL_ALLOWED")
    assert client.organizations.connected_apps(who.organization_id).connected_apps == []


def test_members_see_and_end_their_own(client, refused, given):
    who, app = installed(given)
    organization = client.organizations.get(who.organization_id).organization
    own, admin = given.acting(who), given.acting(given.admin(organization))
    other = given.acting(given.login(organization, given.member(organization)))
    stranger = given.acting(given.admin(given.organization("Globex")))
    ids = (who.organization_id, who.member_id)
    members = client.organizations.members
    for call, arguments in (
        (client.organizations.connected_apps, ids[:1]),
        (client.organizations.get_connected_app, (ids[0], app.client_id)),
        (members.get_connected_apps, ids),
        (members.connected_apps.revoke, (*ids, app.client_id)),
    ):
        assert refused(call, *arguments, method_options=other) == "session_authorization_error"
        assert refused(call, *arguments, method_options=stranger) == "session_authorization_tenancy_error"
    assert client.organizations.connected_apps(ids[0], method_options=admin).connected_apps
    assert members.get_connected_apps(*ids, method_options=admin).connected_apps
    assert members.get_connected_apps(*ids, method_options=own).connected_apps
    assert members.connected_apps.revoke(*ids, app.client_id, method_options=own)
