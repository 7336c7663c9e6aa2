"""Connections: made, completed, changed, deleted; what organizations show of them."""

import pytest

from mockstytch.store.records.sso import BuiltinProviderKey
from tests.api.sso_visits import SsoVisit, saml_keys

ENTRA = {
    "issuer": "http://127.0.0.1:9/idp",
    "client_id": "client",
    "client_secret": "secret",
    "authorization_url": "http://127.0.0.1:9/authorize",
    "token_url": "http://127.0.0.1:9/token",
    "userinfo_url": "http://127.0.0.1:9/userinfo",
    "jwks_url": "http://127.0.0.1:9/jwks",
}


@pytest.fixture
def acme(given):
    return given.organization(organization_slug="acme").organization_id


def active(client, organization_id):
    shown = client.organizations.get(organization_id).organization.sso_active_connections
    return [connection.connection_id for connection in shown]


def test_a_saml_connection_is_active_once_everything_is_known(client, mock, acme, events):
    made = client.sso.saml.create_connection(acme, display_name="Okta", identity_provider="okta").connection
    assert made.connection_id.startswith("saml-connection-test-")
    assert (made.status, made.idp_entity_id, made.verification_certificates) == ("pending", "", [])
    assert made.acs_url == made.audience_uri == f"{mock.url}/v1/b2b/sso/callback/{made.connection_id}"
    assert made.nameid_format == "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    (signing,) = made.signing_certificates
    assert signing.issuer == "Stytch"
    assert signing.expires_at.year - signing.created_at.year == 10
    saml, connection_id = client.sso.saml, made.connection_id
    half = saml.update_connection(acme, connection_id, idp_entity_id="urn:idp", idp_sso_url="https://idp.test/sso")
    assert half.connection.status == "pending"
    half = saml.update_connection(acme, connection_id, x509_certificate=saml_keys()[1])
    assert half.connection.status == "pending"
    assert active(client, acme) == []
    mapping = {"email": "NameID", "full_name": "name"}
    whole = saml.update_connection(acme, connection_id, attribute_mapping=mapping).connection
    assert (whole.status, whole.attribute_mapping) == ("active", mapping)
    assert whole.verification_certificates[0].issuer == "idp.test"
    assert active(client, acme) == [connection_id]
    told = [event for event in events() if event[0] == "saml_connection"]
    assert told == [("saml_connection", "create"), *[("saml_connection", "update")] * 3]


def test_an_organization_shows_the_connection_by_its_name(client, acme, mock):
    idp = mock.identity_provider(acme, "oidc", display_name="Keycloak")
    (shown,) = client.organizations.get(acme).organization.sso_active_connections
    assert (shown.connection_id, shown.display_name) == (idp.connection_id, "Keycloak")
    client.sso.oidc.update_connection(
        acme, idp.connection_id, display_name="Entra", identity_provider="microsoft-entra"
    )
    (shown,) = client.organizations.get(acme).organization.sso_active_connections
    assert (shown.display_name, shown.identity_provider) == ("Entra", "microsoft-entra")


def test_an_oidc_connection_with_an_issuer_that_can_not_be_asked(client, acme, events):
    made = client.sso.oidc.create_connection(acme).connection
    assert (made.status, made.identity_provider, made.custom_scopes) == ("pending", "generic", "")
    half = client.sso.oidc.update_connection(acme, made.connection_id, issuer=ENTRA["issuer"])
    assert half.connection.status == "pending"
    assert "could not be read" in half.warning
    whole = client.sso.oidc.update_connection(acme, made.connection_id, **ENTRA)
    assert (whole.connection.status, whole.warning) == ("active", None)
    assert whole.connection.redirect_url.endswith(f"/v1/b2b/sso/callback/{made.connection_id}")
    assert ("oidc_connection", "update") in events()


def test_the_issuer_s_metadata_fills_in_what_is_not_sent(client, acme, mock):
    idp = mock.identity_provider(acme, "oidc")
    made = client.sso.oidc.create_connection(acme).connection.connection_id
    update = client.sso.oidc.update_connection
    own = "http://127.0.0.1:9/own"
    found = update(acme, made, issuer=idp.issuer, client_id="c", client_secret="s", userinfo_url=own)
    assert found.warning is None
    assert found.connection.status == "active"
    assert found.connection.authorization_url == idp.sso_url
    assert found.connection.userinfo_url == own
    other = update(acme, made, issuer=idp.issuer + "/")
    assert "names another issuer" in other.warning
    assert other.connection.authorization_url == idp.sso_url


def test_metadata_by_url(client, acme, mock):
    idp = mock.identity_provider(acme, "saml")
    made = client.sso.saml.create_connection(acme).connection.connection_id
    found = client.sso.saml.update_by_url(acme, made, metadata_url=idp.metadata_url).connection
    assert (found.idp_entity_id, found.idp_sso_url, found.status) == (idp.issuer, idp.sso_url, "pending")
    mapped = client.sso.saml.update_connection(acme, made, attribute_mapping={"email": "email", "full_name": "name"})
    assert mapped.connection.status == "active"


def test_a_page_is_no_metadata(client, acme, mock, refused):
    made = client.sso.saml.create_connection(acme).connection.connection_id
    update = client.sso.saml.update_by_url
    json_url = f"{mock.url}/_mock/api/health"
    assert refused(update, acme, made, metadata_url=json_url) == "invalid_xml_from_saml_metadata_url"
    assert refused(update, acme, made, metadata_url=f"{mock.url}/nothing") == "invalid_saml_metadata_url"


def test_a_signing_key_of_one_s_own(client, acme):
    made = client.sso.saml.create_connection(acme).connection
    private_key, certificate = saml_keys()
    changed = client.sso.saml.update_connection(acme, made.connection_id, signing_private_key=private_key).connection
    assert changed.signing_certificates != made.signing_certificates
    assert changed.signing_certificates[0].issuer == "Stytch"
    assert certificate  # of the same key; the connection's is a new one
    added = client.sso.saml.update_connection(acme, made.connection_id, saml_encryption_private_key=private_key)
    (key,) = added.connection.encryption_private_keys
    assert key.private_key_id.startswith("saml-encryption-key-test-")
    client.sso.saml.delete_encryption_private_key(acme, made.connection_id, key.private_key_id)
    assert client.sso.get_connections(acme).saml_connections[0].encryption_private_keys == []


def test_groups_that_give_roles_must_stay_known(client, acme, mock, refused):
    idp = mock.identity_provider(acme, "saml")
    update = client.sso.saml.update_connection
    roles = [{"role_id": "stytch_admin", "group": "admins"}]
    changed = update(acme, idp.connection_id, saml_group_implicit_role_assignments=roles * 2).connection
    assert [(r.role_id, r.group) for r in changed.saml_group_implicit_role_assignments] == [("stytch_admin", "admins")]
    mapping = {"email": "email", "full_name": "name"}
    said = refused(update, acme, idp.connection_id, attribute_mapping=mapping)
    assert said == "saml_connection_attribute_mapping_missing_groups_key"
    update(acme, idp.connection_id, saml_group_implicit_role_assignments=[])
    assert update(acme, idp.connection_id, attribute_mapping=mapping).connection.attribute_mapping == mapping


def test_the_default_connection(client, acme, mock, given, refused):
    update = client.organizations.update
    pending = client.sso.saml.create_connection(acme).connection.connection_id
    assert refused(update, acme, sso_default_connection_id=pending) == "invalid_sso_default_connection_id"
    globex = given.organization("Globex").organization_id
    foreign = mock.identity_provider(globex, "saml").connection_id
    assert refused(update, acme, sso_default_connection_id=foreign) == "invalid_sso_default_connection_id"
    idp = mock.identity_provider(acme, "oidc")
    changed = update(acme, sso_default_connection_id=idp.connection_id).organization
    assert changed.sso_default_connection_id == idp.connection_id
    client.sso.delete_connection(acme, idp.connection_id)
    left = client.organizations.get(acme).organization
    assert (left.sso_default_connection_id, left.sso_active_connections) == (None, [])
    idp = mock.identity_provider(acme, "oidc")
    update(acme, sso_default_connection_id=idp.connection_id)
    assert update(acme, sso_default_connection_id="").organization.sso_default_connection_id is None


def test_connections_that_let_people_in(client, acme, mock, refused):
    update = client.organizations.update
    idp = mock.identity_provider(acme, "oidc")
    allowed = {"sso_jit_provisioning": "RESTRICTED", "sso_jit_provisioning_allowed_connections": [idp.connection_id]}
    changed = update(acme, **allowed).organization
    assert changed.sso_jit_provisioning_allowed_connections == [idp.connection_id]
    unknown = ["saml-connection-test-1"]
    said = refused(update, acme, sso_jit_provisioning_allowed_connections=unknown)
    assert said == "invalid_connection_for_jit_provisioning"
    client.sso.delete_connection(acme, idp.connection_id)
    left = client.organizations.get(acme).organization
    assert (left.sso_jit_provisioning, left.sso_jit_provisioning_allowed_connections) == ("NOT_ALLOWED", [])
    assert update(acme, organization_name="Acme 2").organization.organization_name == "Acme 2"


def test_deleting_a_connection(client, acme, mock, refused, events):
    idp = mock.identity_provider(acme, "saml")
    visit = SsoVisit(mock)
    ada = client.sso.authenticate(visit.token(idp.connection_id, "ada@acme.test")).member
    outstanding = visit.token(idp.connection_id, "bob@acme.test")
    waiting = visit.start(connection_id=idp.connection_id)
    assert client.sso.delete_connection(acme, idp.connection_id).connection_id == idp.connection_id
    assert client.organizations.members.get(acme, ada.member_id).member.sso_registrations == []
    assert client.sso.get_connections(acme).saml_connections == []
    assert refused(client.sso.authenticate, outstanding) == "sso_token_not_found"
    assert visit.http.get(waiting.headers["location"]).json()["error_type"] == "sso_connection_not_found"
    assert refused(client.sso.delete_connection, acme, idp.connection_id) == "sso_connection_not_found"
    assert ("saml_connection", "delete") in events()


def test_deleting_an_organization_deletes_its_connections(client, acme, mock, refused, events):
    idp = mock.identity_provider(acme, "oidc")
    token = SsoVisit(mock).token(idp.connection_id, "ada@acme.test")
    client.organizations.delete(acme)
    assert ("oidc_connection", "delete") in events()
    assert refused(client.sso.authenticate, token) == "sso_token_not_found"
    assert SsoVisit(mock).start(connection_id=idp.connection_id).json()["error_type"] == "sso_connection_not_found"


def search(client, name, value):
    query = {"operator": "AND", "operands": [{"filter_name": name, "filter_value": value}]}
    return [o.organization_name for o in client.organizations.search(query=query).organizations]


def test_organizations_are_found_by_their_connections(client, acme, mock, given):
    given.organization("Globex")
    pending = given.organization("Initech").organization_id
    waiting = client.sso.saml.create_connection(pending).connection.connection_id
    idp = mock.identity_provider(acme, "oidc")
    assert search(client, "has_active_sso_connection", True) == ["Acme"]
    assert search(client, "has_active_sso_connection", False) == ["Initech", "Globex"]
    assert search(client, "sso_connection_id", idp.connection_id) == ["Acme"]
    assert search(client, "sso_connection_id", waiting) == ["Initech"]
    assert search(client, "sso_connection_id", "saml-connection-test-1") == []


def test_an_external_connection(client, acme, mock, given, refused):
    globex = given.organization("Globex").organization_id
    there = mock.identity_provider(globex, "saml").connection_id
    create = client.sso.external.create_connection
    pending = client.sso.oidc.create_connection(globex).connection.connection_id
    said = refused(create, acme, external_organization_id=globex, external_connection_id=pending)
    assert said == "requires_active_sso_connection"
    made = create(acme, external_organization_id=globex, external_connection_id=there, display_name="Lent").connection
    assert (made.status, made.display_name, made.external_connection_id) == ("active", "Lent", there)
    assert active(client, acme) == [made.connection_id]
    again = refused(create, acme, external_organization_id=globex, external_connection_id=there)
    assert again == "duplicate_external_sso_connection"
    chained = given.organization("Initech").organization_id
    said = refused(create, chained, external_organization_id=acme, external_connection_id=made.connection_id)
    assert said == "external_connection_id_not_found"
    assert search(client, "has_active_sso_connection", True) == ["Globex", "Acme"]
    client.sso.saml.update_connection(globex, there, identity_provider="okta")
    (shown,) = client.organizations.get(acme).organization.sso_active_connections
    assert shown.identity_provider == "okta"
    client.sso.delete_connection(acme, made.connection_id)
    assert client.sso.get_connections(acme).external_connections == []


def test_nobody_has_roles_by_somebody_else_s_oidc_connection(client, acme, mock, given, refused):
    globex = given.organization("Globex").organization_id
    there = mock.identity_provider(globex, "oidc").connection_id
    where = {"external_organization_id": globex, "external_connection_id": there}
    create, roles = client.sso.external.create_connection, [{"role_id": "stytch_admin"}]
    assert refused(create, acme, **where, connection_implicit_role_assignments=roles) == "bad_request"
    groups = [{"role_id": "stytch_admin", "group": "admins"}]
    assert refused(create, acme, **where, group_implicit_role_assignments=groups) == "bad_request"
    assert create(acme, **where).connection.status == "active"


def test_members_need_the_permission(client, acme, given, refused, mock):
    organization = client.organizations.get(acme).organization
    plain = given.acting(given.login(organization, given.member(organization)))
    admin = given.acting(given.admin(organization))
    made = client.sso.saml.create_connection(acme, method_options=admin).connection.connection_id
    calls = [
        (client.sso.saml.create_connection, acme),
        (client.sso.saml.update_connection, acme, made),
        (client.sso.oidc.create_connection, acme),
        (client.sso.get_connections, acme),
        (client.sso.delete_connection, acme, made),
    ]
    for call, *arguments in calls:
        assert refused(call, *arguments, method_options=plain) == "session_authorization_error"
    globex = given.organization("Globex").organization_id
    said = refused(client.sso.get_connections, globex, method_options=admin)
    assert said == "session_authorization_tenancy_error"
    client.sso.delete_connection(acme, made, method_options=admin)


def test_a_connection_of_another_organization(client, acme, mock, given, refused):
    globex = given.organization("Globex").organization_id
    foreign = mock.identity_provider(globex, "saml").connection_id
    assert refused(client.sso.saml.update_connection, acme, foreign) == "saml_connection_not_found"
    assert refused(client.sso.delete_connection, acme, foreign) == "sso_connection_not_found"


@pytest.mark.parametrize(
    ("body", "error_type"),
    [
        ({"type": "saml"}, "bad_request"),
        ({"organization_id": "acme", "type": "ldap"}, "bad_request"),
        ({"organization_id": "acme", "type": "saml", "colour": "red"}, "bad_request"),
        ({"organization_id": "nobody", "type": "saml"}, "organization_not_found"),
        ({"organization_id": "acme", "type": "saml", "connection_id": "x"}, "saml_connection_not_found"),
        ({"organization_id": "acme", "type": "oidc", "connection_id": "x"}, "oidc_connection_not_found"),
    ],
)
def test_an_identity_provider_that_can_not_be_made(why, acme, body, error_type):
    assert why("POST", "/_mock/api/identity-providers", body) == error_type


def test_an_identity_provider_completes_a_connection(client, acme, mock):
    for create in (client.sso.saml.create_connection, client.sso.oidc.create_connection):
        made = create(acme, display_name="Mine").connection.connection_id
        kind = made.partition("-")[0]
        assert mock.identity_provider(acme, kind, connection_id=made).connection_id == made
        assert made in active(client, acme)


def test_keys_of_a_provider_that_is_not_built_in_are_not_rotated(client, acme, why, rows):
    made = client.sso.saml.create_connection(acme).connection.connection_id
    assert why("POST", f"/_mock/api/identity-providers/{made}/rotate-keys") == "sso_connection_not_found"
    assert why("POST", "/_mock/api/identity-providers/nope/rotate-keys") == "sso_connection_not_found"
    with rows() as ctx:
        assert ctx.store.all(BuiltinProviderKey) == []
