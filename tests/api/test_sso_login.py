"""Logins by SSO, through the built-in identity provider: who comes in, as whom, with what."""

import base64
import hashlib

import httpx
import pytest

from tests.api.sso_visits import SsoVisit, error_type, form, landed

KINDS = ("saml", "oidc")
both = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def acme(given):
    return given.organization(organization_slug="acme")


@pytest.fixture
def visit(mock):
    browser = SsoVisit(mock)
    yield browser
    browser.http.close()


@pytest.fixture
def idp(mock, acme, kind):
    return mock.identity_provider(acme.organization_id, kind)


@both
def test_somebody_new_joins(client, acme, visit, idp, kind, mock, events):
    mock.next_identity(kind, "Ada@Acme.test", name="Ada Lovelace", subject="u-1", connection_id=idp.connection_id)
    landing = visit.landing(idp.connection_id)
    assert landing == {"slug": "acme", "stytch_token_type": "sso", "token": landing["token"]}
    login = client.sso.authenticate(landing["token"], session_duration_minutes=30)
    assert login.member_authenticated
    assert not login.reset_session
    assert login.organization_id == acme.organization_id
    member = login.member
    assert (member.email_address, member.name, member.status) == ("ada@acme.test", "Ada Lovelace", "active")
    assert member.email_address_verified
    (registration,) = member.sso_registrations
    assert registration.registration_id.startswith(f"{kind}-member-registration-test-")
    assert (registration.connection_id, registration.external_id) == (idp.connection_id, "u-1")
    assert registration.sso_attributes["email"] == "ada@acme.test"
    (factor,) = login.member_session.authentication_factors
    assert (factor.type.value, factor.delivery_method.value) == ("sso", f"sso_{kind}")
    own = getattr(factor, f"{kind}_sso_factor")
    assert (own.id, own.provider_id, own.external_id) == (registration.registration_id, idp.connection_id, "u-1")
    assert ("member", "create") in events()


@both
def test_a_token_works_once_and_for_ten_minutes(client, acme, visit, idp, kind, mock, refused):
    token = visit.token(idp.connection_id, "ada@acme.test")
    client.sso.authenticate(token)
    assert refused(client.sso.authenticate, token) == "sso_token_not_found"
    token = visit.token(idp.connection_id, "ada@acme.test")
    mock.clock.advance(minutes=11)
    assert refused(client.sso.authenticate, token) == "sso_token_not_found"
    assert refused(client.magic_links.authenticate, token) == "magic_link_not_found"


def test_a_link_is_no_sso_token(client, acme, given, refused):
    token = given.link_token(acme, given.member(acme).email_address)
    assert refused(client.sso.authenticate, token) == "sso_token_not_found"


@both
def test_a_member_with_the_address_is_who_came(client, acme, visit, idp, kind, given):
    ada = given.member(acme, "ada@acme.test", create_member_as_pending=True)
    login = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", name="Ada"))
    assert login.member_id == ada.member_id
    assert (login.member.status, login.member.name) == ("active", "Ada")


@both
def test_address_and_name_follow_the_identity_provider(client, acme, visit, idp, kind):
    ada = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", name="Ada", subject="u-1")).member
    later = visit.token(idp.connection_id, "king@acme.test", name="Ada King", subject="u-1")
    member = client.sso.authenticate(later).member
    assert member.member_id == ada.member_id
    assert (member.email_address, member.name) == ("king@acme.test", "Ada King")
    assert [e.email_address for e in member.retired_email_addresses] == ["ada@acme.test"]
    assert len(member.sso_registrations) == 1
    nameless = client.sso.authenticate(visit.token(idp.connection_id, "king@acme.test", subject="u-1")).member
    assert nameless.name == "Ada King"


@both
def test_an_address_that_another_member_has_is_not_taken(client, acme, visit, idp, kind, given):
    ada = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", subject="u-1")).member
    given.member(acme, "bob@acme.test")
    login = client.sso.authenticate(visit.token(idp.connection_id, "bob@acme.test", subject="u-1"))
    assert (login.member_id, login.member.email_address) == (ada.member_id, "ada@acme.test")


@both
def test_somebody_who_is_called_otherwise_now_has_one_registration(client, acme, visit, idp, kind):
    client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", subject="u-1"))
    member = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", subject="u-2")).member
    assert [r.external_id for r in member.sso_registrations] == ["u-2"]


@both
def test_a_deleted_member_comes_back_as_a_new_one(client, acme, visit, idp, kind):
    ada = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", subject="u-1")).member
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    again = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", subject="u-1")).member
    assert again.member_id != ada.member_id
    assert [r.external_id for r in again.sso_registrations] == ["u-1"]


@both
def test_mapped_attributes_reach_the_trusted_metadata(client, acme, visit, idp, kind):
    update = {"saml": client.sso.saml, "oidc": client.sso.oidc}[kind].update_connection
    mapping = {"email": "mail", "full_name": "display", "dept": "department", "teams": "teams"}
    update(acme.organization_id, idp.connection_id, attribute_mapping=mapping)
    said = {"mail": "ada@acme.test", "display": "Ada", "department": "R&D", "teams": ["a", "b"]}
    member = client.sso.authenticate(visit.token(idp.connection_id, "x@acme.test", attributes=said, subject="1")).member
    assert (member.email_address, member.name) == ("ada@acme.test", "Ada")
    assert member.trusted_metadata == {"dept": "R&D", "teams": ["a", "b"]}
    less = {"mail": "ada@acme.test", "department": "Ops"}
    member = client.sso.authenticate(visit.token(idp.connection_id, "x@acme.test", attributes=less, subject="1")).member
    assert member.trusted_metadata == {"dept": "Ops", "teams": ["a", "b"]}
    huge = less | {"department": "x" * 5000}
    member = client.sso.authenticate(visit.token(idp.connection_id, "x@acme.test", attributes=huge, subject="1")).member
    assert member.trusted_metadata == {"dept": "Ops", "teams": ["a", "b"]}


def test_an_id_of_the_mapping_names_the_person(client, acme, visit, mock):
    for kind, connections in (("saml", client.sso.saml), ("oidc", client.sso.oidc)):
        idp = mock.identity_provider(acme.organization_id, kind)
        mapping = {"email": "email", "full_name": "name", "idp_user_id": "employee"}
        connections.update_connection(acme.organization_id, idp.connection_id, attribute_mapping=mapping)
        token = visit.token(idp.connection_id, f"{kind}@acme.test", attributes={"employee": "E7"})
        assert client.sso.authenticate(token).member.sso_registrations[0].external_id == "E7"


@both
def test_who_may_join(client, acme, visit, idp, kind, mock, refused, given):
    update = client.organizations.update
    other = mock.identity_provider(acme.organization_id, kind).connection_id
    listed = {"sso_jit_provisioning_allowed_connections": [idp.connection_id]}
    update(acme.organization_id, sso_jit_provisioning="RESTRICTED", **listed)
    assert client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test")).member_authenticated
    token = visit.token(other, "bob@acme.test")
    assert refused(client.sso.authenticate, token) == "invalid_connection_for_jit_provisioning"
    assert client.sso.authenticate(visit.token(other, "ada@acme.test")).member_authenticated
    update(acme.organization_id, sso_jit_provisioning="NOT_ALLOWED")
    token = visit.token(idp.connection_id, "grace@acme.test")
    assert refused(client.sso.authenticate, token) == "invalid_connection_for_jit_provisioning"
    update(acme.organization_id, sso_jit_provisioning="ALL_ALLOWED")
    given.organization("Globex", claimed_email_domains=["globex.test"])
    token = visit.token(idp.connection_id, "eve@globex.test")
    assert refused(client.sso.authenticate, token) == "action_not_allowed_email_domain_is_claimed"


@both
def test_an_organization_that_takes_no_sso(client, acme, visit, idp, kind, refused, given):
    given.member(acme, "ada@acme.test")
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["password"])
    token = visit.token(idp.connection_id, "ada@acme.test")
    assert refused(client.sso.authenticate, token) == "operation_restricted_by_organization_auth_methods"


@both
def test_a_second_factor_is_asked_for(client, acme, visit, idp, kind):
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    login = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test"))
    assert (login.member_authenticated, login.session_token) == (False, "")
    assert login.intermediate_session_token
    assert login.mfa_required is not None
    assert login.member.sso_registrations != []


@both
def test_a_step_up_and_a_session_that_goes_on(client, acme, visit, idp, kind, given, refused):
    ada = given.member(acme, "ada@acme.test")
    link = given.login(acme, ada)
    token = visit.token(idp.connection_id, "ada@acme.test")
    longer = client.sso.authenticate(token, session_token=link.session_token)
    assert longer.member_session.member_session_id == link.member_session.member_session_id
    assert [f.type.value for f in longer.member_session.authentication_factors] == ["magic_link", "sso"]
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    half = given.discovered("ada@acme.test").intermediate_session_token
    token = visit.token(idp.connection_id, "ada@acme.test")
    whole = client.sso.authenticate(token, intermediate_session_token=half)
    assert whole.member_authenticated


@both
def test_pkce(client, acme, visit, idp, kind, mock, refused):
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    mock.next_identity(kind, "ada@acme.test")
    token = visit.landing(idp.connection_id, pkce_code_challenge=challenge)["token"]
    assert refused(client.sso.authenticate, token) == "pkce_expected_code_verifier"
    assert refused(client.sso.authenticate, token, pkce_code_verifier="w" * 43) == "pkce_mismatch"
    assert client.sso.authenticate(token, pkce_code_verifier=verifier).member_authenticated


@both
def test_members_and_newcomers_land_where_they_should(acme, visit, idp, kind, mock, client):
    urls = {"login_redirect_url": "http://localhost:3000/in", "signup_redirect_url": "http://localhost:3000/new?a=1"}
    mock.next_identity(kind, "ada@acme.test")
    answer = visit.login(idp.connection_id, **urls)
    assert answer.headers["location"].startswith("http://localhost:3000/new?a=1&slug=acme&")
    client.sso.authenticate(landed(answer)["token"])
    mock.next_identity(kind, "ada@acme.test")
    assert visit.login(idp.connection_id, **urls).headers["location"].startswith("http://localhost:3000/in?slug=acme&")


def test_roles_by_connection_and_by_group(client, acme, visit, mock, given):
    """They are the member's, and a session's only where it began at that connection."""
    permissions = [{"resource_id": "stytch.self", "actions": ["*"]}]
    roles = [{"role_id": role_id, "permissions": permissions} for role_id in ("editor", "viewer")]
    mock.configure(rbac_policy={"roles": roles})
    idp = mock.identity_provider(acme.organization_id, "saml")
    client.sso.saml.update_connection(
        acme.organization_id,
        idp.connection_id,
        saml_connection_implicit_role_assignments=[{"role_id": "viewer"}],
        saml_group_implicit_role_assignments=[{"role_id": "editor", "group": "writers"}],
    )
    login = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", groups=["writers", "others"]))
    sources = {role.role_id: [s.type for s in role.sources] for role in login.member.roles}
    assert sources["viewer"] == ["sso_connection"]
    assert sources["editor"] == ["sso_connection_group"]
    assert set(login.member_session.roles) == {"stytch_member", "viewer", "editor"}
    by_link = given.login(acme, login.member)
    assert by_link.member_session.roles == ["stytch_member"]
    left = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test"))
    assert set(left.member_session.roles) == {"stytch_member", "viewer"}


def test_sessions_end_with_a_role_that_the_connection_grants_as_well(client, acme, visit, mock, given, refused):
    idp = mock.identity_provider(acme.organization_id, "saml")
    roles = [{"role_id": "stytch_admin"}]
    update = client.sso.saml.update_connection
    update(acme.organization_id, idp.connection_id, saml_connection_implicit_role_assignments=roles)
    login = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test"))
    by_link = given.login(acme, login.member)
    change = client.organizations.members.update
    who = {"organization_id": acme.organization_id, "member_id": login.member_id}
    change(**who, roles=["stytch_admin"])
    change(**who, roles=[], preserve_existing_sessions=True)
    client.sessions.authenticate(session_token=login.session_token)
    change(**who, roles=["stytch_admin"])
    change(**who, roles=[])
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    client.sessions.authenticate(session_token=by_link.session_token)


@both
def test_an_external_connection(client, acme, visit, kind, mock, given):
    globex = given.organization("Globex").organization_id
    there = mock.identity_provider(globex, kind)
    made = client.sso.external.create_connection(
        acme.organization_id, external_organization_id=globex, external_connection_id=there.connection_id
    ).connection.connection_id
    mock.next_identity(kind, "ada@globex.test", connection_id=there.connection_id, subject="u-1")
    login = client.sso.authenticate(visit.landing(made)["token"])
    assert login.organization_id == acme.organization_id
    assert login.member.sso_registrations[0].connection_id == made
    own = client.sso.authenticate(visit.token(there.connection_id, "ada@globex.test", subject="u-1"))
    assert own.organization_id == globex
    client.sso.delete_connection(globex, there.connection_id)
    assert error_type(visit.start(connection_id=made)) == "external_connection_not_active"


def test_roles_by_an_external_connection(client, acme, visit, mock, given):
    globex = given.organization("Globex").organization_id
    there = mock.identity_provider(globex, "saml")
    made = client.sso.external.create_connection(
        acme.organization_id,
        external_organization_id=globex,
        external_connection_id=there.connection_id,
        group_implicit_role_assignments=[{"role_id": "stytch_admin", "group": "bosses"}],
    ).connection.connection_id
    mock.next_identity("saml", "ada@globex.test", connection_id=there.connection_id, groups=["bosses"])
    login = client.sso.authenticate(visit.landing(made)["token"])
    assert login.member_session.roles == ["stytch_member", "stytch_admin"]


def test_the_login_that_begins_at_the_identity_provider(client, acme, visit, mock):
    idp = mock.identity_provider(acme.organization_id, "saml")
    mock.next_identity("saml", "ada@acme.test")
    answer = visit.http.get(idp.sso_url)
    login = client.sso.authenticate(landed(visit.back(answer))["token"])
    assert login.member.email_address == "ada@acme.test"
    client.sso.saml.update_connection(acme.organization_id, idp.connection_id, idp_initiated_auth_disabled=True)
    mock.next_identity("saml", "ada@acme.test")
    refused = visit.back(visit.http.get(idp.sso_url))
    assert error_type(refused) == "saml_idp_initiated_auth_disabled"
    mock.next_identity("saml", "ada@acme.test")
    assert visit.landing(idp.connection_id)["stytch_token_type"] == "sso"


def test_the_tokens_of_an_oidc_login(client, acme, visit, mock, refused):
    idp = mock.identity_provider(acme.organization_id, "oidc")
    ada = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", subject="u-1")).member
    get = client.organizations.members.oidc_providers
    (given,) = get(acme.organization_id, ada.member_id).registrations
    assert (given.connection_id, given.provider_subject, given.refresh_token) == (idp.connection_id, "u-1", None)
    assert given.scopes == ["openid", "email", "profile"]
    assert 3590 <= given.access_token_expires_in <= 3600
    mock.clock.advance(hours=2)
    (later,) = get(acme.organization_id, ada.member_id, include_refresh_token=True).registrations
    assert later.access_token != given.access_token
    assert later.refresh_token
    with httpx.Client(trust_env=False) as http:
        claims = http.get(f"{idp.issuer}/userinfo", headers={"Authorization": f"Bearer {later.access_token}"}).json()
        assert claims["sub"] == "u-1"
        old = http.get(f"{idp.issuer}/userinfo", headers={"Authorization": f"Bearer {given.access_token}"})
        assert (old.status_code, old.json()) == (401, {"error": "invalid_token"})
    oidc_closed = "http://127.0.0.1:9/token"
    client.sso.oidc.update_connection(acme.organization_id, idp.connection_id, token_url=oidc_closed)
    mock.clock.advance(hours=2)
    assert refused(get, acme.organization_id, ada.member_id) == "unable_to_refresh_oidc_token"


def test_a_connection_s_own_scopes(client, acme, visit, mock, refused):
    idp = mock.identity_provider(acme.organization_id, "oidc")
    client.sso.oidc.update_connection(acme.organization_id, idp.connection_id, custom_scopes="openid email")
    mock.next_identity("oidc", "ada@acme.test", name="Ada")
    login = client.sso.authenticate(visit.landing(idp.connection_id, custom_scopes="groups email")["token"])
    assert login.member.name == ""
    shown = client.organizations.members.oidc_providers(acme.organization_id, login.member_id).registrations
    assert shown[0].scopes == ["openid", "email", "groups"]


def test_keys_of_the_built_in_provider_change(client, acme, visit, mock):
    """OpenID's are fetched anew; SAML's certificate has to be told."""
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


def test_who_comes_next_comes_by_that_connection(client, acme, visit, mock):
    first, second = (mock.identity_provider(acme.organization_id, "oidc").connection_id for _ in range(2))
    mock.next_identity("oidc", "second@acme.test", connection_id=second)
    mock.next_identity("oidc", "anywhere@acme.test")
    people = [client.sso.authenticate(visit.landing(c)["token"]).member.email_address for c in (first, second)]
    assert people == ["anywhere@acme.test", "second@acme.test"]


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
def test_nonsense_about_who_comes_next_is_refused(why, body):
    assert why("POST", "/_mock/api/next-identity", body) in ("bad_request", "invalid_email")


def test_what_no_xml_can_hold_is_left_out(client, acme, visit, mock):
    idp = mock.identity_provider(acme.organization_id, "saml")
    odd = {"attributes": {"no\x00te": "a\x00b\uffff"}, "name": "A\x0bda"}
    login = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test", **odd))
    assert login.member.name == "Ada"
    assert login.member.sso_registrations[0].sso_attributes["note"] == "ab"


@both
def test_the_page_takes_somebody_new_and_knows_them_the_next_time(client, acme, visit, idp, kind):
    page = visit.arrive(visit.start(connection_id=idp.connection_id))
    assert "Acme&#39;s identity provider" in page.text
    typed = {"email": "ada@acme.test", "name": "Ada", "groups": "admins, writers"}
    asked = (
        {n: v for n, v in form(page)[1].items() if n in ("SAMLRequest", "RelayState", "binding")}
        if kind == "saml"
        else {}
    )
    answer = visit.http.post(page.url, data=typed | asked)
    login = client.sso.authenticate(landed(visit.back(answer))["token"])
    assert login.member.name == "Ada"
    again = visit.arrive(visit.start(connection_id=idp.connection_id))
    assert "<strong>Ada</strong><span>ada@acme.test</span>" in again.text
    bad = visit.http.post(again.url, data=asked | {"email": "nope"})
    assert bad.json()["error_type"] == "invalid_email"


@both
def test_a_page_where_somebody_declines(acme, visit, idp, kind):
    page = visit.arrive(visit.start(connection_id=idp.connection_id))
    asked = (
        {n: v for n, v in form(page)[1].items() if n in ("SAMLRequest", "RelayState", "binding")}
        if kind == "saml"
        else {}
    )
    answer = visit.back(visit.http.post(page.url, data=asked | {"action": "decline"}))
    if kind == "oidc":
        assert answer.headers["location"].startswith("/redirect-error?error=access_denied")
        assert "access_denied" in visit.http.get(answer.headers["location"]).text
    else:
        assert error_type(answer) == "failed_saml_response"


@both
def test_a_refusal_that_was_announced(acme, visit, idp, kind, mock):
    mock.next_identity(kind, error="login_required")
    answer = visit.login(idp.connection_id)
    if kind == "oidc":
        assert "error=login_required" in answer.headers["location"]
    else:
        assert error_type(answer) == "failed_saml_response"
