"""Connected apps: clients, installed apps, and the policy of an organization."""

import pytest

from mockstytch.store.records.oauth_server import ConnectedApp
from tests.contract.oauth import CALLBACK, OPENID, authorized, installed, login, new_app, tokens

EACH_TYPE = pytest.mark.parametrize(
    "client_type", ["first_party", "first_party_public", "third_party", "third_party_public"]
)


# Clients


@EACH_TYPE
def test_only_confidential_app_has_a_secret(client, refused, given, rows, client_type):
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


def test_new_app_has_default_settings(client, given):
    app = client.connected_app.clients.get(new_app(given).client_id).connected_app
    assert (app.status, app.access_token_expiry_minutes, app.redirect_urls) == ("active", 60, [CALLBACK])
    assert (app.full_access_allowed, app.bypass_consent_for_offline_access) == (False, False)


def test_update_changes_only_sent_fields(client, refused, given):
    app = new_app(given)
    update = client.connected_app.clients.update
    changed = update(app.client_id, client_description="Monthly reports", redirect_urls=["https://acme.test/cb"])
    assert (changed.connected_app.client_name, changed.connected_app.client_description) == (
        "Reports",
        "Monthly reports",
    )
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
def test_valid_redirect_url_is_accepted(client, given, url):
    assert new_app(given, redirect_urls=[url]).redirect_urls == [url]


def test_custom_scheme_is_accepted_for_public_app_only(given, refused):
    assert new_app(given, "third_party_public", redirect_urls=["myapp://callback"])
    scheme = "connected_app_redirect_url_must_use_http_or_https_scheme"
    assert refused(new_app, given, redirect_urls=["myapp://callback"]) == scheme
    assert refused(new_app, given, "third_party_public", redirect_urls=["javascript:alert(1)"]) == scheme


def test_search_returns_pages_newest_first(client, given):
    for name in ("a", "b", "c"):
        new_app(given, client_name=name)
    first = client.connected_app.clients.search(limit=2)
    assert [app.client_name for app in first.connected_apps] == ["c", "b"]
    rest = client.connected_app.clients.search(limit=2, cursor=first.results_metadata.next_cursor)
    assert ([app.client_name for app in rest.connected_apps], rest.results_metadata.total) == (["a"], 3)


def test_both_secrets_work_during_a_rotation(client, refused, given):
    ada, app = login(given), new_app(given)
    secrets = client.connected_app.clients.secrets

    def status(secret):
        code = authorized(given, app, OPENID, session_token=ada.session_token).authorization_code
        return tokens(given, app, code, client_secret=secret)["status_code"]

    assert refused(secrets.rotate, app.client_id) == "connected_app_not_rotating_secret"
    next_secret = secrets.rotate_start(app.client_id).connected_app.next_client_secret
    assert refused(secrets.rotate_start, app.client_id) == "connected_app_already_rotating_secret"
    assert (status(app.client_secret), status(next_secret)) == (200, 200)
    secrets.rotate_cancel(app.client_id)
    assert (status(app.client_secret), status(next_secret)) == (200, 400)
    next_secret = secrets.rotate_start(app.client_id).connected_app.next_client_secret
    secrets.rotate(app.client_id)
    assert (status(app.client_secret), status(next_secret)) == (400, 200)


# Installed apps


def test_installed_app_is_listed_for_organization_and_member(client, given):
    ada, app = installed(given)
    (of_organization,) = client.organizations.connected_apps(ada.organization_id).connected_apps
    assert (of_organization.connected_app_id, of_organization.name) == (app.client_id, "Reports")
    one = client.organizations.get_connected_app(ada.organization_id, app.client_id)
    assert [(m.member_id, m.granted_scopes) for m in one.active_members] == [(ada.member_id, OPENID)]
    (of_member,) = client.organizations.members.get_connected_apps(ada.organization_id, ada.member_id).connected_apps
    assert (of_member.connected_app_id, of_member.scopes_granted) == (app.client_id, " ".join(OPENID))


def test_granted_scopes_come_from_the_latest_authorization(client, given):
    ada, app = installed(given)
    authorized(given, app, ["openid"], session_token=ada.session_token)
    one = client.organizations.get_connected_app(ada.organization_id, app.client_id)
    assert [m.granted_scopes for m in one.active_members] == [["openid"]]


def test_app_that_is_not_installed_is_not_found(client, refused, given):
    ada, app = login(given), new_app(given)
    assert client.organizations.connected_apps(ada.organization_id).connected_apps == []
    get = client.organizations.get_connected_app
    assert refused(get, ada.organization_id, app.client_id) == "connected_app_not_found"
    revoke = client.organizations.members.connected_apps.revoke
    assert refused(revoke, ada.organization_id, ada.member_id, app.client_id) == "connected_app_not_found"


def introspect(given, app, token):
    return given.client.idp.introspect_token_network(token, app.client_id, app.client_secret)


@pytest.fixture
def authorized_app(given):
    """A member, an app that they authorized, and its tokens."""
    ada, app = login(given), new_app(given)
    code = authorized(given, app, [*OPENID, "offline_access"], session_token=ada.session_token).authorization_code
    return ada, app, tokens(given, app, code)


def refresh_error(given, app, issued):
    """Return the error of a refresh, or "none"."""
    fields = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    return tokens(given, app, "", **fields).get("error", "none")


def test_revoked_app_has_no_valid_tokens_and_can_be_installed_again(client, given, authorized_app):
    ada, app, issued = authorized_app
    assert introspect(given, app, issued["access_token"])
    client.organizations.members.connected_apps.revoke(ada.organization_id, ada.member_id, app.client_id)
    assert introspect(given, app, issued["access_token"]) is None
    assert refresh_error(given, app, issued) == "invalid_grant"
    assert client.organizations.connected_apps(ada.organization_id).connected_apps == []
    assert client.organizations.members.get_connected_apps(ada.organization_id, ada.member_id).connected_apps == []
    authorized(given, app, OPENID, session_token=ada.session_token)
    assert len(client.organizations.connected_apps(ada.organization_id).connected_apps) == 1
    assert introspect(given, app, issued["access_token"]) is None  # older tokens stay invalid


def test_deleted_member_or_app_ends_tokens(client, given, authorized_app):
    ada, app, issued = authorized_app
    client.organizations.members.delete(ada.organization_id, ada.member_id)
    assert introspect(given, app, issued["access_token"]) is None
    assert refresh_error(given, app, issued) == "invalid_grant"
    assert client.organizations.connected_apps(ada.organization_id).connected_apps == []
    client.connected_app.clients.delete(app.client_id)
    assert refresh_error(given, app, issued) == "invalid_client"


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
def test_organization_policy_decides_which_apps_are_allowed(client, refused, given, party, policy, named, allowed):
    app = new_app(given, party)
    settings = {
        f"{party}_connected_apps_allowed_type": policy,
        f"allowed_{party}_connected_apps": [app.client_id] if named else [],
    }
    ada = login(given, **settings)
    start = (app.client_id, CALLBACK, "code", OPENID)
    if allowed:
        assert client.idp.oauth.authorize_start(*start, session_token=ada.session_token)
        assert authorized(given, app, OPENID, session_token=ada.session_token).authorization_code
    else:
        error_type = "connected_app_not_allowed_for_org"
        assert refused(client.idp.oauth.authorize_start, *start, session_token=ada.session_token) == error_type
        assert refused(authorized, given, app, OPENID, session_token=ada.session_token) == error_type


def test_stricter_policy_uninstalls_apps(client, given, authorized_app):
    ada, app, issued = authorized_app
    update = client.organizations.update
    update(ada.organization_id, first_party_connected_apps_allowed_type="NOT_ALLOWED")
    assert introspect(given, app, issued["access_token"])  # it is a third-party app
    update(ada.organization_id, third_party_connected_apps_allowed_type="RESTRICTED")
    assert introspect(given, app, issued["access_token"]) is None
    update(ada.organization_id, third_party_connected_apps_allowed_type="ALL_ALLOWED")
    assert client.organizations.connected_apps(ada.organization_id).connected_apps == []


def test_member_lists_and_revokes_only_own_apps(client, refused, given):
    ada, app = installed(given)
    organization = client.organizations.get(ada.organization_id).organization
    own, admin = given.as_member(ada), given.as_member(given.admin(organization))
    other = given.as_member(given.login(organization, given.member(organization)))
    other_admin = given.as_member(given.admin(given.organization("Globex")))
    ids = (ada.organization_id, ada.member_id)
    members = client.organizations.members
    for call, arguments in (
        (client.organizations.connected_apps, ids[:1]),
        (client.organizations.get_connected_app, (ids[0], app.client_id)),
        (members.get_connected_apps, ids),
        (members.connected_apps.revoke, (*ids, app.client_id)),
    ):
        assert refused(call, *arguments, method_options=other) == "session_authorization_error"
        assert refused(call, *arguments, method_options=other_admin) == "session_authorization_tenancy_error"
    assert client.organizations.connected_apps(ids[0], method_options=admin).connected_apps
    assert members.get_connected_apps(*ids, method_options=admin).connected_apps
    assert members.get_connected_apps(*ids, method_options=own).connected_apps
    assert members.connected_apps.revoke(*ids, app.client_id, method_options=own)
