"""SSO logins through the built-in provider: provisioning, matching, roles and tokens."""

import base64
import hashlib

import httpx
import pytest

from tests.api.sso_visits import app_query_of, error_type, form

KINDS = ("saml", "oidc")
both = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def provider(mock, acme, kind):
    return mock.identity_provider(acme.organization_id, kind)


@both
def test_first_login_creates_a_member(client, acme, visit, provider, kind, mock, events):
    mock.next_identity(kind, "Ada@Acme.test", name="Ada Lovelace", subject="u-1", connection_id=provider.connection_id)
    landing = visit.app_query(provider.connection_id)
    assert landing == {"slug": "acme", "stytch_token_type": "sso", "token": landing["token"]}
    events()
    login = client.sso.authenticate(landing["token"], session_duration_minutes=30)
    assert login.member_authenticated
    assert not login.reset_session
    assert login.organization_id == acme.organization_id
    member = login.member
    assert (member.email_address, member.name, member.status) == ("ada@acme.test", "Ada Lovelace", "active")
    assert member.email_address_verified
    (registration,) = member.sso_registrations
    assert registration.registration_id.startswith(f"{kind}-member-registration-test-")
    assert (registration.connection_id, registration.external_id) == (provider.connection_id, "u-1")
    assert registration.sso_attributes["email"] == "ada@acme.test"
    (factor,) = login.member_session.authentication_factors
    assert (factor.type.value, factor.delivery_method.value) == ("sso", f"sso_{kind}")
    details = getattr(factor, f"{kind}_sso_factor")
    assert (details.id, details.provider_id, details.external_id) == (
        registration.registration_id,
        provider.connection_id,
        "u-1",
    )
    created, updated = events.take()
    assert [(e.object_type, e.action) for e in (created, updated)] == [("member", "create"), ("member", "update")]
    before = created.entity
    assert (before["email_address"], before["email_address_verified"]) == ("ada@acme.test", True)
    assert (before["name"], before["status"], before["sso_registrations"]) == ("Ada Lovelace", "active", [])
    assert updated.entity["sso_registrations"][0]["registration_id"] == registration.registration_id


@both
def test_token_is_valid_once_and_for_ten_minutes(client, acme, visit, provider, kind, mock, refused):
    token = visit.token(provider.connection_id, "ada@acme.test")
    client.sso.authenticate(token)
    assert refused(client.sso.authenticate, token) == "sso_token_not_found"
    token = visit.token(provider.connection_id, "ada@acme.test")
    mock.clock.advance(minutes=11)
    assert refused(client.sso.authenticate, token) == "sso_token_not_found"
    assert refused(client.magic_links.authenticate, token) == "magic_link_not_found"


def test_magic_link_token_is_not_an_sso_token(client, acme, given, refused):
    token = given.link_token(acme, given.member(acme).email_address)
    assert refused(client.sso.authenticate, token) == "sso_token_not_found"


@both
def test_member_with_the_address_is_logged_in(client, acme, visit, provider, kind, given):
    ada = given.member(acme, "ada@acme.test", create_member_as_pending=True)
    login = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test", name="Ada"))
    assert login.member_id == ada.member_id
    assert (login.member.status, login.member.name) == ("active", "Ada")


@both
def test_address_and_name_follow_the_identity_provider(client, acme, visit, provider, kind):
    ada = client.sso.authenticate(
        visit.token(provider.connection_id, "ada@acme.test", name="Ada", subject="u-1")
    ).member
    second_token = visit.token(provider.connection_id, "king@acme.test", name="Ada King", subject="u-1")
    member = client.sso.authenticate(second_token).member
    assert member.member_id == ada.member_id
    assert (member.email_address, member.name) == ("king@acme.test", "Ada King")
    assert [e.email_address for e in member.retired_email_addresses] == ["ada@acme.test"]
    assert len(member.sso_registrations) == 1
    nameless = client.sso.authenticate(visit.token(provider.connection_id, "king@acme.test", subject="u-1")).member
    assert nameless.name == "Ada King"


@both
def test_address_of_another_member_is_not_adopted(client, acme, visit, provider, kind, given):
    ada = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test", subject="u-1")).member
    given.member(acme, "bob@acme.test")
    login = client.sso.authenticate(visit.token(provider.connection_id, "bob@acme.test", subject="u-1"))
    assert (login.member_id, login.member.email_address) == (ada.member_id, "ada@acme.test")


@both
def test_new_external_id_replaces_the_registration(client, acme, visit, provider, kind):
    client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test", subject="u-1"))
    member = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test", subject="u-2")).member
    assert [r.external_id for r in member.sso_registrations] == ["u-2"]


@both
def test_deleted_member_logs_in_as_a_new_member(client, acme, visit, provider, kind):
    ada = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test", subject="u-1")).member
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    rejoined = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test", subject="u-1")).member
    assert rejoined.member_id != ada.member_id
    assert [r.external_id for r in rejoined.sso_registrations] == ["u-1"]


@both
def test_mapped_attributes_are_copied_to_trusted_metadata(client, acme, visit, provider, kind):
    update = {"saml": client.sso.saml, "oidc": client.sso.oidc}[kind].update_connection
    mapping = {"email": "mail", "full_name": "display", "dept": "department", "teams": "teams"}
    update(acme.organization_id, provider.connection_id, attribute_mapping=mapping)
    attributes = {"mail": "ada@acme.test", "display": "Ada", "department": "R&D", "teams": ["a", "b"]}
    member = client.sso.authenticate(
        visit.token(provider.connection_id, "x@acme.test", attributes=attributes, subject="1")
    ).member
    assert (member.email_address, member.name) == ("ada@acme.test", "Ada")
    assert member.trusted_metadata == {"dept": "R&D", "teams": ["a", "b"]}
    fewer = {"mail": "ada@acme.test", "department": "Ops"}
    member = client.sso.authenticate(
        visit.token(provider.connection_id, "x@acme.test", attributes=fewer, subject="1")
    ).member
    assert member.trusted_metadata == {"dept": "Ops", "teams": ["a", "b"]}
    huge = fewer | {"department": "x" * 5000}
    member = client.sso.authenticate(
        visit.token(provider.connection_id, "x@acme.test", attributes=huge, subject="1")
    ).member
    assert member.trusted_metadata == {"dept": "Ops", "teams": ["a", "b"]}


def test_idp_user_id_mapping_sets_the_external_id(client, acme, visit, mock):
    for kind, connections in (("saml", client.sso.saml), ("oidc", client.sso.oidc)):
        provider = mock.identity_provider(acme.organization_id, kind)
        mapping = {"email": "email", "full_name": "name", "idp_user_id": "employee"}
        connections.update_connection(acme.organization_id, provider.connection_id, attribute_mapping=mapping)
        token = visit.token(provider.connection_id, f"{kind}@acme.test", attributes={"employee": "E7"})
        assert client.sso.authenticate(token).member.sso_registrations[0].external_id == "E7"


@both
def test_members_are_provisioned_as_the_jit_setting_allows(client, acme, visit, provider, kind, mock, refused, given):
    update = client.organizations.update
    other = mock.identity_provider(acme.organization_id, kind).connection_id
    listed = {"sso_jit_provisioning_allowed_connections": [provider.connection_id]}
    update(acme.organization_id, sso_jit_provisioning="RESTRICTED", **listed)
    assert client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test")).member_authenticated
    token = visit.token(other, "bob@acme.test")
    assert refused(client.sso.authenticate, token) == "invalid_connection_for_jit_provisioning"
    assert client.sso.authenticate(visit.token(other, "ada@acme.test")).member_authenticated
    update(acme.organization_id, sso_jit_provisioning="NOT_ALLOWED")
    token = visit.token(provider.connection_id, "grace@acme.test")
    assert refused(client.sso.authenticate, token) == "invalid_connection_for_jit_provisioning"
    update(acme.organization_id, sso_jit_provisioning="ALL_ALLOWED")
    given.organization("Globex", claimed_email_domains=["globex.test"])
    token = visit.token(provider.connection_id, "eve@globex.test")
    assert refused(client.sso.authenticate, token) == "action_not_allowed_email_domain_is_claimed"


@both
def test_organization_without_sso_method_refuses_the_login(client, acme, visit, provider, kind, refused, given):
    given.member(acme, "ada@acme.test")
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["password"])
    token = visit.token(provider.connection_id, "ada@acme.test")
    assert refused(client.sso.authenticate, token) == "operation_restricted_by_organization_auth_methods"


@both
def test_mfa_policy_requires_a_second_factor(client, acme, visit, provider, kind):
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    login = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test"))
    assert (login.member_authenticated, login.session_token) == (False, "")
    assert login.intermediate_session_token
    assert login.mfa_required is not None
    assert login.member.sso_registrations != []


@both
def test_login_extends_a_session_and_completes_an_intermediate_session(
    client, acme, visit, provider, kind, given, refused
):
    ada = given.member(acme, "ada@acme.test")
    login = given.login(acme, ada)
    token = visit.token(provider.connection_id, "ada@acme.test")
    extended = client.sso.authenticate(token, session_token=login.session_token)
    assert extended.member_session.member_session_id == login.member_session.member_session_id
    assert [f.type.value for f in extended.member_session.authentication_factors] == ["magic_link", "sso"]
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    intermediate_session_token = given.discovered("ada@acme.test").intermediate_session_token
    token = visit.token(provider.connection_id, "ada@acme.test")
    completed = client.sso.authenticate(token, intermediate_session_token=intermediate_session_token)
    assert completed.member_authenticated


@both
def test_pkce_verifier_must_match_the_challenge(client, acme, visit, provider, kind, mock, refused):
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    mock.next_identity(kind, "ada@acme.test")
    token = visit.app_query(provider.connection_id, pkce_code_challenge=challenge)["token"]
    assert refused(client.sso.authenticate, token) == "pkce_expected_code_verifier"
    assert refused(client.sso.authenticate, token, pkce_code_verifier="w" * 43) == "pkce_mismatch"
    assert client.sso.authenticate(token, pkce_code_verifier=verifier).member_authenticated


@both
def test_members_and_new_users_have_separate_redirect_urls(acme, visit, provider, kind, mock, client):
    urls = {"login_redirect_url": "http://localhost:3000/in", "signup_redirect_url": "http://localhost:3000/new?a=1"}
    mock.next_identity(kind, "ada@acme.test")
    response = visit.login(provider.connection_id, **urls)
    assert response.headers["location"].startswith("http://localhost:3000/new?a=1&slug=acme&")
    client.sso.authenticate(app_query_of(response)["token"])
    mock.next_identity(kind, "ada@acme.test")
    assert (
        visit.login(provider.connection_id, **urls)
        .headers["location"]
        .startswith("http://localhost:3000/in?slug=acme&")
    )


def test_roles_of_connection_and_groups_are_granted(client, acme, visit, mock, given):
    """The member has them always, a session only if it was started through the connection."""
    permissions = [{"resource_id": "stytch.self", "actions": ["*"]}]
    roles = [{"role_id": role_id, "permissions": permissions} for role_id in ("editor", "viewer")]
    mock.configure(rbac_policy={"roles": roles})
    provider = mock.identity_provider(acme.organization_id, "saml")
    client.sso.saml.update_connection(
        acme.organization_id,
        provider.connection_id,
        saml_connection_implicit_role_assignments=[{"role_id": "viewer"}],
        saml_group_implicit_role_assignments=[{"role_id": "editor", "group": "writers"}],
    )
    login = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test", groups=["writers", "others"]))
    sources = {role.role_id: [s.type for s in role.sources] for role in login.member.roles}
    assert sources["viewer"] == ["sso_connection"]
    assert sources["editor"] == ["sso_connection_group"]
    assert set(login.member_session.roles) == {"stytch_member", "viewer", "editor"}
    by_link = given.login(acme, login.member)
    assert by_link.member_session.roles == ["stytch_member"]
    without_groups = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test"))
    assert set(without_groups.member_session.roles) == {"stytch_member", "viewer"}


def test_removing_an_assigned_role_ends_sessions_also_if_the_connection_grants_it(
    client, acme, visit, mock, given, refused
):
    provider = mock.identity_provider(acme.organization_id, "saml")
    roles = [{"role_id": "stytch_admin"}]
    update = client.sso.saml.update_connection
    update(acme.organization_id, provider.connection_id, saml_connection_implicit_role_assignments=roles)
    login = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test"))
    by_link = given.login(acme, login.member)
    change = client.organizations.members.update
    ids = {"organization_id": acme.organization_id, "member_id": login.member_id}
    change(**ids, roles=["stytch_admin"])
    change(**ids, roles=[], preserve_existing_sessions=True)
    client.sessions.authenticate(session_token=login.session_token)
    change(**ids, roles=["stytch_admin"])
    change(**ids, roles=[])
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    client.sessions.authenticate(session_token=by_link.session_token)


@both
def test_login_through_an_external_connection(client, acme, visit, kind, mock, given):
    globex = given.organization("Globex").organization_id
    direct = mock.identity_provider(globex, kind)
    external_id = client.sso.external.create_connection(
        acme.organization_id, external_organization_id=globex, external_connection_id=direct.connection_id
    ).connection.connection_id
    mock.next_identity(kind, "ada@globex.test", connection_id=direct.connection_id, subject="u-1")
    login = client.sso.authenticate(visit.app_query(external_id)["token"])
    assert login.organization_id == acme.organization_id
    assert login.member.sso_registrations[0].connection_id == external_id
    direct_login = client.sso.authenticate(visit.token(direct.connection_id, "ada@globex.test", subject="u-1"))
    assert direct_login.organization_id == globex
    client.sso.delete_connection(globex, direct.connection_id)
    assert error_type(visit.start(connection_id=external_id)) == "external_connection_not_active"


def test_external_connection_grants_roles_of_groups(client, acme, visit, mock, given):
    globex = given.organization("Globex").organization_id
    direct = mock.identity_provider(globex, "saml")
    external_id = client.sso.external.create_connection(
        acme.organization_id,
        external_organization_id=globex,
        external_connection_id=direct.connection_id,
        group_implicit_role_assignments=[{"role_id": "stytch_admin", "group": "bosses"}],
    ).connection.connection_id
    mock.next_identity("saml", "ada@globex.test", connection_id=direct.connection_id, groups=["bosses"])
    login = client.sso.authenticate(visit.app_query(external_id)["token"])
    assert login.member_session.roles == ["stytch_member", "stytch_admin"]


def test_idp_initiated_login_works_unless_disabled(client, acme, visit, mock):
    provider = mock.identity_provider(acme.organization_id, "saml")
    mock.next_identity("saml", "ada@acme.test")
    response = visit.http.get(provider.sso_url)
    login = client.sso.authenticate(app_query_of(visit.send_callback(response))["token"])
    assert login.member.email_address == "ada@acme.test"
    client.sso.saml.update_connection(acme.organization_id, provider.connection_id, idp_initiated_auth_disabled=True)
    mock.next_identity("saml", "ada@acme.test")
    refused = visit.send_callback(visit.http.get(provider.sso_url))
    assert error_type(refused) == "saml_idp_initiated_auth_disabled"
    mock.next_identity("saml", "ada@acme.test")
    assert visit.app_query(provider.connection_id)["stytch_token_type"] == "sso"


def test_oidc_tokens_are_returned_and_refreshed(client, acme, visit, mock, refused):
    provider = mock.identity_provider(acme.organization_id, "oidc")
    ada = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test", subject="u-1")).member
    get = client.organizations.members.oidc_providers
    (first,) = get(acme.organization_id, ada.member_id).registrations
    assert (first.connection_id, first.provider_subject, first.refresh_token) == (provider.connection_id, "u-1", None)
    assert first.scopes == ["openid", "email", "profile"]
    assert 3590 <= first.access_token_expires_in <= 3600
    mock.clock.advance(hours=2)
    (refreshed,) = get(acme.organization_id, ada.member_id, include_refresh_token=True).registrations
    assert refreshed.access_token != first.access_token
    assert refreshed.refresh_token
    with httpx.Client(trust_env=False) as http:
        claims = http.get(
            f"{provider.issuer}/userinfo", headers={"Authorization": f"Bearer {refreshed.access_token}"}
        ).json()
        assert claims["sub"] == "u-1"
        former = http.get(f"{provider.issuer}/userinfo", headers={"Authorization": f"Bearer {first.access_token}"})
        assert (former.status_code, former.json()) == (401, {"error": "invalid_token"})
    closed_port = "http://127.0.0.1:9/token"
    client.sso.oidc.update_connection(acme.organization_id, provider.connection_id, token_url=closed_port)
    mock.clock.advance(hours=2)
    assert refused(get, acme.organization_id, ada.member_id) == "unable_to_refresh_oidc_token"


def test_custom_scopes_are_requested(client, acme, visit, mock, refused):
    provider = mock.identity_provider(acme.organization_id, "oidc")
    client.sso.oidc.update_connection(acme.organization_id, provider.connection_id, custom_scopes="openid email")
    mock.next_identity("oidc", "ada@acme.test", name="Ada")
    login = client.sso.authenticate(visit.app_query(provider.connection_id, custom_scopes="groups email")["token"])
    assert login.member.name == ""
    registrations = client.organizations.members.oidc_providers(acme.organization_id, login.member_id).registrations
    assert registrations[0].scopes == ["openid", "email", "groups"]


def test_rotated_keys_of_the_builtin_provider_are_used(client, acme, visit, mock):
    """OIDC keys are fetched at each login. A new SAML certificate must be configured."""
    oidc = mock.identity_provider(acme.organization_id, "oidc")
    visit.token(oidc.connection_id, "ada@acme.test")
    mock.rotate_identity_provider_keys(oidc.connection_id)
    visit.token(oidc.connection_id, "ada@acme.test")
    saml = mock.identity_provider(acme.organization_id, "saml")
    certificate = mock.rotate_identity_provider_keys(saml.connection_id)
    mock.next_identity("saml", "ada@acme.test")
    assert error_type(visit.login(saml.connection_id)) == "invalid_signature_saml_response"
    client.sso.saml.update_connection(acme.organization_id, saml.connection_id, x509_certificate=certificate)
    visit.token(saml.connection_id, "ada@acme.test")
    mock.rotate_identity_provider_keys(saml.connection_id)
    client.sso.saml.update_by_url(acme.organization_id, saml.connection_id, metadata_url=saml.metadata_url)
    visit.token(saml.connection_id, "ada@acme.test")


def test_next_identity_can_be_limited_to_a_connection(client, acme, visit, mock):
    first, second = (mock.identity_provider(acme.organization_id, "oidc").connection_id for _ in range(2))
    mock.next_identity("oidc", "second@acme.test", connection_id=second)
    mock.next_identity("oidc", "anywhere@acme.test")
    addresses = [client.sso.authenticate(visit.app_query(c)["token"]).member.email_address for c in (first, second)]
    assert addresses == ["anywhere@acme.test", "second@acme.test"]


@pytest.mark.parametrize(
    "body",
    [
        {"provider": "saml"},
        {"provider": "oidc", "email": "nope"},
        {"provider": "saml", "email": "a@b.test", "tenant_ids": ["T1"]},
        {"provider": "google", "email": "a@b.test", "groups": ["x"]},
        {"provider": "google", "email": "a@b.test", "attributes": {"x": "y"}},
        {"provider": "google", "email": "a@b.test", "connection_id": "x"},
    ],
)
def test_invalid_next_identity_is_refused(error_type_of, body):
    assert error_type_of("POST", "/_mock/api/next-identity", body) in ("bad_request", "invalid_email")


def test_characters_that_xml_cannot_contain_are_removed(client, acme, visit, mock):
    provider = mock.identity_provider(acme.organization_id, "saml")
    identity = {"attributes": {"no\x00te": "a\x00b\uffff"}, "name": "A\x0bda"}
    login = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test", **identity))
    assert login.member.name == "Ada"
    assert login.member.sso_registrations[0].sso_attributes["note"] == "ab"


@both
def test_provider_page_remembers_a_user(client, acme, visit, provider, kind):
    page = visit.follow_to_callback(visit.start(connection_id=provider.connection_id))
    assert "Sign in with Acme identity provider" in page.text
    typed = {"email": "ada@acme.test", "name": "Ada", "groups": "admins, writers"}
    request_fields = (
        {n: v for n, v in form(page)[1].items() if n in ("SAMLRequest", "RelayState", "binding")}
        if kind == "saml"
        else {}
    )
    response = visit.http.post(page.url, data=typed | request_fields)
    login = client.sso.authenticate(app_query_of(visit.send_callback(response))["token"])
    assert login.member.name == "Ada"
    next_page = visit.follow_to_callback(visit.start(connection_id=provider.connection_id))
    assert "<strong>Ada</strong><span>ada@acme.test</span>" in next_page.text
    invalid = visit.http.post(next_page.url, data=request_fields | {"email": "nope"})
    assert invalid.json()["error_type"] == "invalid_email"


@both
def test_declining_on_the_provider_page_is_an_error(acme, visit, provider, kind):
    page = visit.follow_to_callback(visit.start(connection_id=provider.connection_id))
    request_fields = (
        {n: v for n, v in form(page)[1].items() if n in ("SAMLRequest", "RelayState", "binding")}
        if kind == "saml"
        else {}
    )
    response = visit.send_callback(visit.http.post(page.url, data=request_fields | {"action": "decline"}))
    if kind == "oidc":
        assert response.headers["location"].startswith("/redirect-error?error=access_denied")
        assert "access_denied" in visit.http.get(response.headers["location"]).text
    else:
        assert error_type(response) == "failed_saml_response"


@both
def test_queued_error_is_returned_by_the_provider(acme, visit, provider, kind, mock):
    mock.next_identity(kind, error="login_required")
    response = visit.login(provider.connection_id)
    if kind == "oidc":
        assert "error=login_required" in response.headers["location"]
    else:
        assert error_type(response) == "failed_saml_response"
