"""The conformance story in Python. ``STORY_STYLE`` is ``sync``, or ``async`` for the methods with this suffix."""

import asyncio
import base64
import functools
import hashlib
import hmac
import os
import time
import uuid
from pathlib import Path

import httpx
import pytest
import stytch
from stytch.b2b.models.sessions import AuthorizationCheck
from stytch.core.response_base import StytchError
from stytch.shared.method_options import Authorization
from stytch.shared.rbac_local import RBACPermissionError

PROJECT_ID, SECRET = os.environ["STYTCH_PROJECT_ID"], os.environ["STYTCH_SECRET"]
URL = os.environ["STYTCH_ENV"].rstrip("/")
ASYNC = os.environ.get("STORY_STYLE") == "async"
CONTROL = httpx.Client(base_url=f"{URL}/_mock/api", auth=(PROJECT_ID, SECRET), trust_env=False)


def step(test):
    """Note the name of the step when its test has passed."""

    @functools.wraps(test)
    def run(*args, **kwargs):
        test(*args, **kwargs)
        with Path(os.environ["STORY_STEPS"]).open("a") as file:
            file.write(test.__name__.removeprefix("test_") + "\n")

    return run


@pytest.fixture(scope="module")
def loop():
    with asyncio.Runner() as runner:
        yield runner


class Caller:
    """The client, of which each method is called in the style of the suite."""

    def __init__(self, value, loop):
        self._value, self._loop = value, loop

    def __getattr__(self, name):
        return Caller(getattr(self._value, name), self._loop)

    def __call__(self, *args, **kwargs):
        twin = getattr(self._value.__self__, f"{self._value.__name__}_async", None) if ASYNC else None
        if twin is None:
            return self._value(*args, **kwargs)
        return self._loop.run(twin(*args, **kwargs))


def sdk(secret=SECRET):
    return stytch.B2BClient(PROJECT_ID, secret, environment=f"{URL}/", suppress_warnings=True)


@pytest.fixture
def client(loop):
    return Caller(sdk(), loop)


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def control(path, **fields):
    return CONTROL.post(path, json=fields).raise_for_status().json()


def token_by_redirects(url):
    """Follow the redirects of a browser. The last one leads to the app, which isn't there."""
    with httpx.Client(trust_env=False) as browser:
        while url.startswith(URL):
            url = browser.get(url).headers["location"]
    return httpx.URL(url).params["token"]


def message(to):
    return CONTROL.get("/messages/latest", params={"to": to}).raise_for_status().json()


def organization(client, **settings):
    slug = unique("acme")
    return client.organizations.create("Acme", organization_slug=slug, **settings).organization


def member(client, acme, **fields):
    return client.organizations.members.create(acme.organization_id, f"{unique('ada')}@acme.test", **fields).member


def log_in(client, acme, ada, **options):
    client.magic_links.email.login_or_signup(acme.organization_id, ada.email_address)
    return client.magic_links.authenticate(message(ada.email_address)["token"], **options)


def refused(status, error_type, call, *args, **kwargs):
    with pytest.raises(StytchError) as refusal:
        call(*args, **kwargs)
    details = refusal.value.details
    assert (details.status_code, details.error_type) == (status, error_type)
    assert details.request_id
    assert details.error_url


def totp(secret):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, (int(time.time()) // 30).to_bytes(8), hashlib.sha1)
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


@step
def test_organizations(client):
    slug = unique("acme")
    created = client.organizations.create(
        "Acme", organization_slug=slug, organization_external_id=f"{slug}-1", trusted_metadata={"plan": "pro"}
    ).organization
    for key in (created.organization_id, slug, f"{slug}-1"):
        assert client.organizations.get(key).organization.organization_id == created.organization_id
    client.organizations.update(created.organization_id, organization_name="New")
    query = {"operator": "AND", "operands": [{"filter_name": "organization_slugs", "filter_value": [slug]}]}
    [found] = client.organizations.search(query=query).organizations
    assert (found.organization_name, found.trusted_metadata) == ("New", {"plan": "pro"})
    client.organizations.delete(created.organization_id)
    refused(404, "organization_not_found", client.organizations.get, created.organization_id)


@step
def test_members(client):
    acme, members = organization(client), client.organizations.members
    email = f"{unique('ada')}@acme.test"
    ada = members.create(
        acme.organization_id, email, name="Ada", external_id=unique("ada"), untrusted_metadata={"a": 1}
    ).member
    key = {"organization_id": acme.organization_id, "member_id": ada.member_id}
    assert members.get(**key).member.untrusted_metadata == {"a": 1}
    for found in ({"member_id": ada.external_id}, {"email_address": email}):
        assert members.get(acme.organization_id, **found).member.member_id == ada.member_id
    assert members.update(**key, name="A. L.").member.name == "A. L."
    query = {"operator": "AND", "operands": [{"filter_name": "member_emails", "filter_value": [email]}]}
    assert len(members.search([acme.organization_id], query=query).members) == 1
    log_in(client, acme, ada)  # only a member with a verified address can be reactivated
    members.delete(**key)
    again = members.reactivate(**key).member
    assert (again.status, again.email_address) == ("active", email)


@step
def test_discovery(client):
    acme = organization(client)
    ada = member(client, acme)
    client.magic_links.email.discovery.send(ada.email_address)
    found = client.magic_links.discovery.authenticate(message(ada.email_address)["token"])
    [discovered] = found.discovered_organizations
    assert discovered.membership.type == "active_member"
    made = client.discovery.organizations.create(
        found.intermediate_session_token, organization_name="Navy", organization_slug=unique("navy")
    )
    assert "stytch_admin" in [role.role_id for role in made.member.roles]
    assert made.member_session.organization_id == made.organization.organization_id
    over = client.sessions.exchange(acme.organization_id, session_token=made.session_token)
    assert over.member_session.organization_id == acme.organization_id


@step
def test_organization_login(client):
    domain = f"{unique('acme')}.test"
    acme = organization(
        client, email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain], email_invites="ALL_ALLOWED"
    )
    links, address = client.magic_links, f"ada@{domain}"
    assert links.email.login_or_signup(acme.organization_id, address).member_created
    login = links.authenticate(message(address)["token"])
    assert (login.member_authenticated, login.member.status) == (True, "active")
    invited = f"{unique('bob')}@other.test"
    assert links.email.invite(acme.organization_id, invited).member.status == "invited"
    assert links.authenticate(message(invited)["token"]).member.status == "active"
    assert not links.email.login_or_signup(acme.organization_id, address).member_created


@step
def test_sessions(client):
    acme, other = organization(client), organization(client)
    ada = member(client, acme)
    client.organizations.members.create(other.organization_id, ada.email_address)
    login = log_in(client, acme, ada, session_custom_claims={"plan": "pro"})
    by_token = client.sessions.authenticate(session_token=login.session_token)
    by_jwt = client.sessions.authenticate(session_jwt=login.session_jwt, session_custom_claims={"plan": "team"})
    assert by_token.member_session.custom_claims == {"plan": "pro"}
    assert by_jwt.member_session.custom_claims == {"plan": "team"}
    session_id = login.member_session.member_session_id
    assert {by_token.member_session.member_session_id, by_jwt.member_session.member_session_id} == {session_id}
    listed = client.sessions.get(acme.organization_id, ada.member_id).member_sessions
    assert [session.member_session_id for session in listed] == [session_id]
    over = client.sessions.exchange(other.organization_id, session_token=login.session_token)
    assert over.member_session.organization_id == other.organization_id
    client.sessions.revoke(session_token=login.session_token)
    refused(404, "session_not_found", client.sessions.authenticate, session_token=login.session_token)
    Path(os.environ["STORY_JWT"]).write_text(log_in(client, acme, ada).session_jwt)


@step
def test_local_jwt(client, loop):
    acme = organization(client)
    ada = member(client, acme)
    first = log_in(client, acme, ada, session_custom_claims={"plan": "pro"}).session_jwt
    session = client.sessions.authenticate_jwt_local(first)
    assert (session.member_id, session.organization_id) == (ada.member_id, acme.organization_id)
    assert session.custom_claims == {"plan": "pro"}
    CONTROL.post("/keys/rotate").raise_for_status()
    second = log_in(client, acme, ada).session_jwt
    new_client = Caller(sdk(), loop)
    for jwt in (first, second):
        assert new_client.sessions.authenticate_jwt_local(jwt).member_id == ada.member_id
    head, claims, signature = second.split(".")
    changed = ("B" if signature[0] == "A" else "A") + signature[1:]
    assert new_client.sessions.authenticate_jwt_local(".".join([head, claims, changed])) is None


@step
def test_mfa(client):
    acme = organization(client, mfa_policy="REQUIRED_FOR_ALL")
    ada, bob = member(client, acme), member(client, acme)
    key = {"organization_id": acme.organization_id, "member_id": ada.member_id}
    login = log_in(client, acme, ada)
    assert (login.member_authenticated, login.session_token) == (False, "")
    intermediate = login.intermediate_session_token
    client.otps.sms.send(**key, mfa_phone_number="+14155550123", intermediate_session_token=intermediate)
    code = message("+14155550123")["code"]
    done = client.otps.sms.authenticate(**key, code=code, intermediate_session_token=intermediate)
    assert len(done.member_session.authentication_factors) == 2

    key["member_id"] = bob.member_id
    intermediate = log_in(client, acme, bob).intermediate_session_token
    created = client.totps.create(**key, intermediate_session_token=intermediate)
    done = client.totps.authenticate(**key, code=totp(created.secret), intermediate_session_token=intermediate)
    assert "totp" in [factor.type for factor in done.member_session.authentication_factors]
    intermediate = log_in(client, acme, bob).intermediate_session_token
    recovered = client.recovery_codes.recover(
        **key, recovery_code=created.recovery_codes[0], intermediate_session_token=intermediate
    )
    assert recovered.session_token


@step
def test_passwords(client):
    assert not client.passwords.strength_check("password").valid_password
    acme = organization(client)
    ada = member(client, acme)
    first, second = unique("correct horse"), unique("battery staple")
    client.passwords.email.reset_start(acme.organization_id, ada.email_address)
    client.passwords.email.reset(message(ada.email_address)["token"], first)
    key = {"organization_id": acme.organization_id, "email_address": ada.email_address}
    assert client.passwords.authenticate(**key, password=first).session_token
    refused(401, "unauthorized_credentials", client.passwords.authenticate, **key, password="wrong horse 1")
    client.passwords.existing_password.reset(**key, existing_password=first, new_password=second)
    assert client.passwords.authenticate(**key, password=second).session_token
    refused(401, "unauthorized_credentials", client.passwords.authenticate, **key, password=first)


@step
def test_sso(client):
    acme = organization(client)
    saml = client.sso.saml.create_connection(acme.organization_id, display_name="SAML").connection
    oidc = client.sso.oidc.create_connection(acme.organization_id, display_name="OIDC").connection
    client.sso.saml.update_connection(acme.organization_id, saml.connection_id, display_name="Okta")
    client.sso.oidc.update_connection(acme.organization_id, oidc.connection_id, display_name="Entra")
    listed = client.sso.get_connections(acme.organization_id)
    names = [connection.display_name for connection in (*listed.saml_connections, *listed.oidc_connections)]
    assert names == ["Okta", "Entra"]
    for connection in (saml, oidc):
        client.sso.delete_connection(acme.organization_id, connection.connection_id)
    listed = client.sso.get_connections(acme.organization_id)
    assert (listed.saml_connections, listed.oidc_connections) == ([], [])

    globex, address = organization(client).organization_id, f"{unique('ada')}@acme.test"
    idp = control("/identity-providers", organization_id=globex, type="oidc")
    control("/next-identity", provider="oidc", email=address, connection_id=idp["connection_id"])
    login = client.sso.authenticate(token_by_redirects(idp["start_url"]))
    assert (login.member.email_address, login.member_authenticated) == (address, True)
    assert [factor.type for factor in login.member_session.authentication_factors] == ["sso"]


@step
def test_scim(client):
    acme, scim = organization(client), client.scim.connection
    made = scim.create(acme.organization_id, display_name="Okta", identity_provider="okta").connection
    assert made.bearer_token
    key = (acme.organization_id, made.connection_id)
    assert scim.rotate_start(*key).connection.next_bearer_token
    scim.rotate_complete(*key)
    assert scim.get(acme.organization_id).connection.connection_id == made.connection_id
    assert scim.delete(*key).connection_id == made.connection_id


@step
def test_m2m(client):
    made = client.m2m.clients.create(scopes=["read:users", "write:users"]).m2m_client
    token = client.m2m.token(made.client_id, made.client_secret, scopes=["read:users"])
    claims = client.m2m.authenticate_token(token.access_token, required_scopes=["read:users"])
    assert (claims.client_id, claims.scopes) == (made.client_id, ["read:users"])
    next_secret = client.m2m.clients.secrets.rotate_start(made.client_id).m2m_client.next_client_secret
    client.m2m.clients.secrets.rotate(made.client_id)
    assert client.m2m.token(made.client_id, next_secret).access_token
    with pytest.raises(StytchError, match="invalid_client"):
        client.m2m.token(made.client_id, made.client_secret)
    assert client.m2m.clients.update(made.client_id, status="inactive").m2m_client.status == "inactive"


@step
def test_rbac(client):
    acme = organization(client)
    check = AuthorizationCheck(
        organization_id=acme.organization_id, resource_id="stytch.organization", action="update.info.name"
    )
    admin = log_in(client, acme, member(client, acme, roles=["stytch_admin"]))
    verdict = client.sessions.authenticate(session_token=admin.session_token, authorization_check=check).verdict
    assert verdict.authorized
    assert client.sessions.authenticate_jwt_local(admin.session_jwt, authorization_check=check)
    other = log_in(client, acme, member(client, acme))
    with pytest.raises(RBACPermissionError):
        client.sessions.authenticate_jwt_local(other.session_jwt, authorization_check=check)
    token = {"session_token": other.session_token}
    refused(403, "session_authorization_error", client.sessions.authenticate, **token, authorization_check=check)
    roles = {role.role_id for role in client.rbac.policy().policy.roles}
    assert {"stytch_member", "stytch_admin"} <= roles


@step
def test_acting_as_a_member(client):
    acme = organization(client)
    ada = member(client, acme)
    self = Authorization(session_token=log_in(client, acme, ada).session_token)
    key = (acme.organization_id, ada.member_id)
    assert client.organizations.members.update(*key, name="A. L.", method_options=self).member.name == "A. L."
    delete = client.organizations.delete
    refused(403, "session_authorization_error", delete, acme.organization_id, method_options=self)


@step
def test_refusals(client, loop):
    acme = organization(client)
    ada = member(client, acme)
    organizations, members = client.organizations, client.organizations.members
    key = {"organization_id": acme.organization_id, "member_id": ada.member_id}
    unknown = "11111111-1111-4111-8111-111111111111"
    refused(404, "organization_not_found", organizations.get, f"organization-test-{unknown}")
    slug = acme.organization_slug
    refused(400, "organization_slug_already_used", organizations.create, "Acme", organization_slug=slug)
    refused(400, "invalid_organization_slug", organizations.create, "Acme", organization_slug="a b")
    refused(400, "invalid_organization_mfa_policy", organizations.update, acme.organization_id, mfa_policy="SOMETIMES")
    refused(400, "user_search_invalid_cursor", organizations.search, cursor="x")
    refused(400, "user_search_invalid_limit", organizations.search, limit=5000)
    refused(400, "invalid_email", members.create, acme.organization_id, "ada")
    refused(400, "duplicate_member_email", members.create, acme.organization_id, ada.email_address)
    refused(404, "member_not_found", members.get, acme.organization_id, member_id=f"member-test-{unknown}")
    links = client.magic_links
    refused(400, "invalid_token", links.authenticate, "x")
    links.email.login_or_signup(acme.organization_id, ada.email_address)
    used = message(ada.email_address)["token"]
    links.authenticate(used)
    refused(401, "unable_to_auth_magic_link", links.authenticate, used)
    refused(400, "invalid_token", links.discovery.authenticate, "x")
    refused(400, "invalid_session_token", client.sessions.authenticate, session_token="x")
    refused(400, "no_session_arguments", client.sessions.authenticate)
    exchange = client.discovery.intermediate_sessions.exchange
    refused(404, "intermediate_session_not_found", exchange, "x", acme.organization_id)
    refused(400, "no_session_arguments", client.otps.sms.authenticate, **key, code="000000")
    client.passwords.migrate(ada.email_address, hashlib.md5(b"hunter2").hexdigest(), "md_5", acme.organization_id)
    sign_in = client.passwords.authenticate
    refused(401, "unauthorized_credentials", sign_in, acme.organization_id, ada.email_address, "wrong")
    refused(400, "invalid_token", client.oauth.authenticate, "x")
    refused(400, "invalid_token", client.sso.authenticate, "x")
    refused(401, "unauthorized_credentials", Caller(sdk("wrong"), loop).organizations.search)


@step
def test_twenty_logins(client, loop):
    acme = organization(client)
    people = [member(client, acme) for _ in range(20)]
    for person in people:
        client.magic_links.email.login_or_signup(acme.organization_id, person.email_address)
    tokens = [message(person.email_address)["token"] for person in people]

    async def all_at_once():
        links = sdk().magic_links
        if ASYNC:
            return await asyncio.gather(*(links.authenticate_async(token) for token in tokens))
        return await asyncio.gather(*(asyncio.to_thread(links.authenticate, token) for token in tokens))

    logins = loop.run(all_at_once())
    assert len({login.member_session.member_session_id for login in logins}) == 20


@step
def test_restart(loop):
    client = stytch.B2BClient(
        project_id=os.environ["STYTCH_PROJECT_ID"],
        secret=os.environ["STYTCH_SECRET"],
        environment=os.environ["STYTCH_ENV"],
    )
    client = Caller(client, loop)
    jwt = Path(os.environ["STORY_JWT"]).read_text()
    local = client.sessions.authenticate_jwt_local(jwt)
    remote = client.sessions.authenticate(session_jwt=jwt).member_session
    assert local.member_session_id == remote.member_session_id
