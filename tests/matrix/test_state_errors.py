"""Errors that depend on the project's settings or on another object, at operations that share them with others."""

import base64
import hashlib

import pytest

from mockstytch.protocols.saml import identity_provider
from tests.api.sso_visits import saml_keys
from tests.contract.factors import ids, md5, oauth_token
from tests.contract.oauth import CALLBACK, authorized, new_app, tokens
from tests.support import trusted_issuer

ADA = "ada@acme.test"


@pytest.fixture
def acme(given):
    return given.organization("Acme")


@pytest.fixture
def ada(given, acme):
    return given.member(acme, ADA)


# Redirect URLs and templates


@pytest.fixture
def register(mock):
    """Validate redirect URLs. The argument is the types of the only URL, each with whether it is the default."""

    def call(**types):
        uses = [{"type": name.upper(), "is_default": is_default} for name, is_default in types.items()]
        urls = [{"url": "https://acme.test/", "types": uses}] if uses else []
        mock.configure(redirect_urls="registered", registered_redirect_urls=urls)

    return call


def test_discovery_reset_needs_a_discovery_url(client, mock, register, refused):
    mock.configure(cross_org_passwords_enabled=True)
    start = client.passwords.discovery.email.reset_start
    register(reset_password=True, login=True)
    assert refused(start, ADA) == "no_discovery_redirect_urls_set"
    register(reset_password=True, login=True, discovery=False)
    assert refused(start, ADA) == "no_default_discovery_redirect_url_set"


def test_reset_needs_a_login_url(acme, ada, client, register, refused):
    start = client.passwords.email.reset_start
    register(reset_password=True)
    assert refused(start, acme.organization_id, ADA) == "no_login_redirect_urls_set"
    register(reset_password=True, login=False)
    assert refused(start, acme.organization_id, ADA) == "no_default_login_redirect_url_set"


def test_email_update_needs_a_login_url(given, acme, ada, client, register, refused):
    given.login(acme, ada)
    update = {**ids(ada), "email_address": "ada@new.test"}
    start = client.organizations.members.start_email_update
    register(reset_password=True)
    assert refused(start, **update) == "no_login_redirect_urls_set"
    register(login=False)
    assert refused(start, **update) == "no_default_login_redirect_url_set"
    error_type = refused(start, **update, login_redirect_url="https://elsewhere.test/")
    assert error_type == "no_match_for_provided_magic_link_url"


def test_code_for_discovery_needs_a_known_template(client, mock, refused):
    mock.configure(email_templates=["known"])
    send = client.otps.email.discovery.send
    assert refused(send, ADA, login_template_id="unknown") == "email_template_not_found"


# PKCE


@pytest.mark.parametrize(
    ("fields", "error_type"), [({}, "pkce_expected_code_verifier"), ({"pkce_code_verifier": "y" * 43}, "pkce_mismatch")]
)
def test_oauth_discovery_needs_the_verifier(given, client, refused, fields, error_type):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"x" * 43).digest()).rstrip(b"=").decode()
    token = oauth_token(given, slug="", pkce_code_challenge=challenge)
    assert refused(client.oauth.discovery.authenticate, token, **fields) == error_type


# Provisioning


def test_account_of_another_tenant_is_not_provisioned(given, client, refused):
    team = given.organization(
        oauth_tenant_jit_provisioning="RESTRICTED", allowed_oauth_tenants={"github": ["42"]}
    ).organization_id
    token = oauth_token(given, "github", slug="", email=ADA, tenant_ids=["43"])
    intermediate = client.oauth.discovery.authenticate(token).intermediate_session_token
    error_type = refused(client.discovery.intermediate_sessions.exchange, intermediate, team)
    assert error_type == "invalid_oauth_tenant_for_jit_provisioning"


def test_default_role_is_not_assigned_by_a_token(acme, ada, client, mock, refused):
    mock.configure(trusted_token_profiles=[trusted_issuer.profile(attribute_mapping={"role_ids": "roles"})])
    token = trusted_issuer.token(roles=["stytch_member"])
    error_type = refused(client.sessions.attest, trusted_issuer.PROFILE_ID, token, acme.organization_id)
    assert error_type == "cannot_assign_default_rbac_role_id"


def test_organization_of_an_older_guide_is_validated(given, http, acme):
    """The path that lists organizations creates one if a name is given."""
    given.organization("Globex", organization_external_id="globex")
    given.organization("Home", claimed_email_domains=["home.test"])
    for address, error_type in (
        (ADA, "organization_external_id_already_used"),
        ("ada@home.test", "action_not_allowed_email_domain_is_claimed"),
    ):
        sent = {
            "intermediate_session_token": given.intermediate_session(address),
            "organization_name": "Initech",
            "organization_external_id": "globex",
        }
        assert http.post("/v1/b2b/discovery/organizations", json=sent).json()["error_type"] == error_type


# Passwords


@pytest.mark.parametrize("key", ["!", "A", ""])
def test_scrypt_hash_must_be_base64(http, acme, key):
    config = {"salt": "c2FsdA==", "n_parameter": 1024, "r_parameter": 8, "p_parameter": 1, "key_length": 0}
    sent = {"organization_id": acme.organization_id, "email_address": ADA, "hash_type": "scrypt"}
    if not key:
        sent["hash"], key = "$s$ln=10,r=8,p=1$c2FsdA==$====", "===="
    sent |= {"hash": key, "scrypt_config": config} if key != "====" else {}
    answer = http.post("/v1/b2b/passwords/migrate", json=sent).json()
    assert answer["error_type"] == "invalid_base64_scrypt_hash"


# Locks


@pytest.fixture
def locked(given, acme, client, refused):
    """Return a function that locks Ada by wrong passwords."""

    def call():
        client.passwords.migrate(ADA, md5(), "md_5", acme.organization_id)
        attempt = {"organization_id": acme.organization_id, "email_address": ADA, "password": "wrong"}
        types = [refused(client.passwords.authenticate, **attempt) for _ in range(11)]
        assert types[-1] == "user_lock_limit_reached"

    return call


def test_locked_member_registers_no_authenticator_app(ada, client, locked, refused):
    locked()
    assert refused(client.totps.create, **ids(ada)) == "user_lock_limit_reached"


def test_locked_member_exchanges_no_access_token(given, acme, ada, client, locked, refused):
    app = new_app(given, "first_party", full_access_allowed=True)
    code = authorized(given, app, ["full_access"], session_token=given.login(acme, ada).session_token)
    token = tokens(given, app, code.authorization_code)["access_token"]
    locked()
    assert refused(client.sessions.exchange_access_token, token) == "user_lock_limit_reached"


# Connections


def metadata(certificates, entity_id="https://idp.test", sso_url="https://idp.test/sso"):
    """Return the URL of a SAML identity provider's metadata."""
    document = identity_provider.build_metadata(entity_id, sso_url, certificates[0])
    [first, *others] = ["".join(pem.split("-----")[2].split()) for pem in certificates]
    key = document[document.index("<md:KeyDescriptor") : document.index("</md:KeyDescriptor>") + 19]
    document = document.replace(key, key + "".join(key.replace(first, other) for other in others))
    return trusted_issuer.document(document)


@pytest.mark.slow
def test_unusable_saml_metadata_is_refused(acme, client, refused):
    organization_id = acme.organization_id
    connection_id = client.sso.saml.create_connection(organization_id).connection.connection_id
    pems = [saml_keys()[1] for _ in range(6)]

    def error_type(url):
        return refused(client.sso.saml.update_by_url, organization_id, connection_id, url)

    assert error_type(metadata(pems)) == "too_many_sso_verification_certificates"
    assert error_type(metadata(pems[:1], entity_id="x" * 2049)) == "invalid_idp_entity_id"
    assert error_type(metadata(pems[:1], sso_url="ftp://idp.test")) == "saml_connection_idp_sso_url_invalid_format"
    assert error_type(trusted_issuer.document("<EntityDescriptor/>")) == "saml_connection_metadata_invalid_format"
    connection = client.sso.saml.update_by_url(organization_id, connection_id, metadata(pems[:5])).connection
    assert len(connection.verification_certificates) == 5


def test_group_of_a_lent_connection_needs_the_mapping_of_groups(given, acme, client, mock, refused):
    globex = given.organization("Globex").organization_id
    direct = mock.identity_provider(globex, "saml").connection_id
    client.sso.saml.update_connection(globex, direct, attribute_mapping={"email": "mail", "full_name": "name"})
    lent = {"external_organization_id": globex, "external_connection_id": direct}
    groups = [{"role_id": "stytch_admin", "group": "admins"}]
    external, missing = client.sso.external, "saml_connection_attribute_mapping_missing_groups_key"
    error_type = refused(
        external.create_connection, acme.organization_id, **lent, group_implicit_role_assignments=groups
    )
    assert error_type == missing
    made = external.create_connection(acme.organization_id, **lent).connection.connection_id
    error_type = refused(
        external.update_connection, acme.organization_id, made, external_group_implicit_role_assignments=groups
    )
    assert error_type == missing


# References


def test_consent_needs_a_member_of_the_organization(given, acme, client, refused):
    bob = given.member(given.organization("Globex"), "bob@globex.test")
    request = {
        "client_id": new_app(given).client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scopes": ["openid"],
    }
    for call, more in ((client.idp.oauth.authorize_start, {}), (client.idp.oauth.authorize, {"consent_granted": True})):
        foreign = {"organization_id": acme.organization_id, "member_id": bob.member_id}
        assert refused(call, **request, **more, **foreign) == "member_does_not_exist_in_organization"
        malformed = {"organization_id": "a b", "member_id": bob.member_id}
        assert refused(call, **request, **more, **malformed) == "invalid_organization_id"


def test_search_of_members_needs_well_formed_organization_ids(client, refused):
    assert refused(client.organizations.members.search, organization_ids=["a b"]) == "invalid_organization_id"


def test_m2m_client_has_at_most_256_scopes(client, refused):
    machine = client.m2m.clients.create([]).m2m_client.client_id
    many = [f"read:{n}" for n in range(257)]
    assert refused(client.m2m.clients.update, machine, scopes=many) == "too_many_m2m_client_scopes"
    assert client.m2m.clients.update(machine, scopes=many[:256]).m2m_client.scopes == many[:256]
