"""Create, update and delete SSO connections, and their summary in the organization."""

import pytest

from mockstytch.store.records.sso import BuiltinProviderKey
from tests.api.sso_visits import SsoVisit, saml_keys

ENDPOINTS = {
    "issuer": "http://127.0.0.1:9/idp",
    "client_id": "client",
    "client_secret": "secret",
    "authorization_url": "http://127.0.0.1:9/authorize",
    "token_url": "http://127.0.0.1:9/token",
    "userinfo_url": "http://127.0.0.1:9/userinfo",
    "jwks_url": "http://127.0.0.1:9/jwks",
}


def active_connections(client, organization_id):
    organization = client.organizations.get(organization_id).organization
    return [connection.connection_id for connection in organization.sso_active_connections]


def test_saml_connection_becomes_active_when_complete(client, mock, acme_id, events):
    created = client.sso.saml.create_connection(acme_id, display_name="Okta", identity_provider="okta").connection
    assert created.connection_id.startswith("saml-connection-test-")
    assert (created.status, created.idp_entity_id, created.verification_certificates) == ("pending", "", [])
    assert created.acs_url == created.audience_uri == f"{mock.url}/v1/b2b/sso/callback/{created.connection_id}"
    assert created.nameid_format == "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    (signing,) = created.signing_certificates
    assert signing.issuer == "Stytch"
    assert signing.expires_at.year - signing.created_at.year == 10
    saml, connection_id = client.sso.saml, created.connection_id
    pending = saml.update_connection(
        acme_id, connection_id, idp_entity_id="urn:idp", idp_sso_url="https://idp.test/sso"
    )
    assert pending.connection.status == "pending"
    pending = saml.update_connection(acme_id, connection_id, x509_certificate=saml_keys()[1])
    assert pending.connection.status == "pending"
    assert active_connections(client, acme_id) == []
    mapping = {"email": "NameID", "full_name": "name"}
    complete = saml.update_connection(acme_id, connection_id, attribute_mapping=mapping).connection
    assert (complete.status, complete.attribute_mapping) == ("active", mapping)
    assert complete.verification_certificates[0].issuer == "idp.test"
    assert active_connections(client, acme_id) == [connection_id]
    assert events() == [
        ("organization", "create"),
        ("saml_connection", "create"),
        *[("saml_connection", "update")] * 3,
    ]


def test_organization_has_a_summary_of_its_connection(client, acme_id, mock):
    provider = mock.identity_provider(acme_id, "oidc", display_name="Keycloak")
    (summary,) = client.organizations.get(acme_id).organization.sso_active_connections
    assert (summary.connection_id, summary.display_name) == (provider.connection_id, "Keycloak")
    client.sso.oidc.update_connection(
        acme_id, provider.connection_id, display_name="Entra", identity_provider="microsoft-entra"
    )
    (summary,) = client.organizations.get(acme_id).organization.sso_active_connections
    assert (summary.display_name, summary.identity_provider) == ("Entra", "microsoft-entra")


def test_unreachable_issuer_gives_a_warning(client, acme_id, events):
    connection = client.sso.oidc.create_connection(acme_id).connection
    assert (connection.status, connection.identity_provider, connection.custom_scopes) == ("pending", "generic", "")
    pending = client.sso.oidc.update_connection(acme_id, connection.connection_id, issuer=ENDPOINTS["issuer"])
    assert pending.connection.status == "pending"
    assert "could not be read" in pending.warning
    events()
    complete = client.sso.oidc.update_connection(acme_id, connection.connection_id, **ENDPOINTS)
    assert (complete.connection.status, complete.warning) == ("active", None)
    assert complete.connection.redirect_url.endswith(f"/v1/b2b/sso/callback/{connection.connection_id}")
    assert events() == [("oidc_connection", "update")]


def test_metadata_of_the_issuer_supplies_missing_urls(client, acme_id, mock):
    provider = mock.identity_provider(acme_id, "oidc")
    connection_id = client.sso.oidc.create_connection(acme_id).connection.connection_id
    update = client.sso.oidc.update_connection
    userinfo_url = "http://127.0.0.1:9/own"
    updated = update(
        acme_id, connection_id, issuer=provider.issuer, client_id="c", client_secret="s", userinfo_url=userinfo_url
    )
    assert updated.warning is None
    assert updated.connection.status == "active"
    assert updated.connection.authorization_url == provider.sso_url
    assert updated.connection.userinfo_url == userinfo_url
    other = update(acme_id, connection_id, issuer=provider.issuer + "/")
    assert "names another issuer" in other.warning
    assert other.connection.authorization_url == provider.sso_url


def test_saml_metadata_url_configures_the_connection(client, acme_id, mock):
    provider = mock.identity_provider(acme_id, "saml")
    connection_id = client.sso.saml.create_connection(acme_id).connection.connection_id
    connection = client.sso.saml.update_by_url(acme_id, connection_id, metadata_url=provider.metadata_url).connection
    assert (connection.idp_entity_id, connection.idp_sso_url, connection.status) == (
        provider.issuer,
        provider.sso_url,
        "pending",
    )
    mapped = client.sso.saml.update_connection(
        acme_id, connection_id, attribute_mapping={"email": "email", "full_name": "name"}
    )
    assert mapped.connection.status == "active"


def test_new_connection_gets_its_builtin_provider_by_metadata(client, acme_id, mock, visit):
    saml = client.sso.saml.create_connection(acme_id).connection.connection_id
    client.sso.saml.update_by_url(acme_id, saml, metadata_url=f"{mock.url}/_mock/idp/{saml}/metadata")
    client.sso.saml.update_connection(acme_id, saml, attribute_mapping={"email": "email", "full_name": "name"})
    oidc = client.sso.oidc.create_connection(acme_id).connection.connection_id
    credentials = {"client_id": "client", "client_secret": "secret"}
    issuer = f"{mock.url}/_mock/idp/{oidc}"
    assert client.sso.oidc.update_connection(acme_id, oidc, issuer=issuer, **credentials).warning is None
    connections = client.sso.get_connections(acme_id)
    assert [c.status for c in (*connections.saml_connections, *connections.oidc_connections)] == ["active", "active"]
    for connection_id in (saml, oidc):
        token = visit.token(connection_id, "ada@acme.test")
        assert client.sso.authenticate(token).member.email_address == "ada@acme.test"


def test_invalid_saml_metadata_is_refused(client, acme_id, mock, refused):
    connection_id = client.sso.saml.create_connection(acme_id).connection.connection_id
    update = client.sso.saml.update_by_url
    json_url = f"{mock.url}/_mock/api/health"
    assert refused(update, acme_id, connection_id, metadata_url=json_url) == "invalid_xml_from_saml_metadata_url"
    assert refused(update, acme_id, connection_id, metadata_url=f"{mock.url}/nothing") == "invalid_saml_metadata_url"


def test_signing_and_encryption_keys_can_be_changed(client, acme_id):
    pending = client.sso.saml.create_connection(acme_id).connection
    private_key, certificate = saml_keys()
    changed = client.sso.saml.update_connection(
        acme_id, pending.connection_id, signing_private_key=private_key
    ).connection
    assert changed.signing_certificates != pending.signing_certificates
    assert changed.signing_certificates[0].issuer == "Stytch"
    assert certificate  # the connection has a new one, for the same key
    added = client.sso.saml.update_connection(acme_id, pending.connection_id, saml_encryption_private_key=private_key)
    (key,) = added.connection.encryption_private_keys
    assert key.private_key_id.startswith("saml-encryption-key-test-")
    client.sso.saml.delete_encryption_private_key(acme_id, pending.connection_id, key.private_key_id)
    assert client.sso.get_connections(acme_id).saml_connections[0].encryption_private_keys == []


def test_groups_with_roles_need_a_groups_mapping(client, acme_id, mock, refused):
    provider = mock.identity_provider(acme_id, "saml")
    update = client.sso.saml.update_connection
    roles = [{"role_id": "stytch_admin", "group": "admins"}]
    changed = update(acme_id, provider.connection_id, saml_group_implicit_role_assignments=roles * 2).connection
    assert [(r.role_id, r.group) for r in changed.saml_group_implicit_role_assignments] == [("stytch_admin", "admins")]
    mapping = {"email": "email", "full_name": "name"}
    error_type = refused(update, acme_id, provider.connection_id, attribute_mapping=mapping)
    assert error_type == "saml_connection_attribute_mapping_missing_groups_key"
    update(acme_id, provider.connection_id, saml_group_implicit_role_assignments=[])
    assert update(acme_id, provider.connection_id, attribute_mapping=mapping).connection.attribute_mapping == mapping


def test_default_connection_must_be_active_and_own(client, acme_id, mock, given, refused):
    update = client.organizations.update
    pending = client.sso.saml.create_connection(acme_id).connection.connection_id
    assert refused(update, acme_id, sso_default_connection_id=pending) == "invalid_sso_default_connection_id"
    globex = given.organization("Globex").organization_id
    foreign = mock.identity_provider(globex, "saml").connection_id
    assert refused(update, acme_id, sso_default_connection_id=foreign) == "invalid_sso_default_connection_id"
    provider = mock.identity_provider(acme_id, "oidc")
    changed = update(acme_id, sso_default_connection_id=provider.connection_id).organization
    assert changed.sso_default_connection_id == provider.connection_id
    client.sso.delete_connection(acme_id, provider.connection_id)
    organization = client.organizations.get(acme_id).organization
    assert (organization.sso_default_connection_id, organization.sso_active_connections) == (None, [])
    provider = mock.identity_provider(acme_id, "oidc")
    update(acme_id, sso_default_connection_id=provider.connection_id)
    assert update(acme_id, sso_default_connection_id="").organization.sso_default_connection_id is None


def test_deleted_connection_leaves_the_jit_list(client, acme_id, mock, refused):
    update = client.organizations.update
    provider = mock.identity_provider(acme_id, "oidc")
    allowed = {
        "sso_jit_provisioning": "RESTRICTED",
        "sso_jit_provisioning_allowed_connections": [provider.connection_id],
    }
    changed = update(acme_id, **allowed).organization
    assert changed.sso_jit_provisioning_allowed_connections == [provider.connection_id]
    unknown = ["saml-connection-test-1"]
    error_type = refused(update, acme_id, sso_jit_provisioning_allowed_connections=unknown)
    assert error_type == "invalid_connection_for_jit_provisioning"
    client.sso.delete_connection(acme_id, provider.connection_id)
    organization = client.organizations.get(acme_id).organization
    assert (organization.sso_jit_provisioning, organization.sso_jit_provisioning_allowed_connections) == (
        "NOT_ALLOWED",
        [],
    )
    assert update(acme_id, organization_name="Acme 2").organization.organization_name == "Acme 2"


def test_deleting_a_connection_removes_its_registrations_and_tokens(client, acme_id, mock, refused, events):
    provider = mock.identity_provider(acme_id, "saml")
    visit = SsoVisit(mock)
    ada = client.sso.authenticate(visit.token(provider.connection_id, "ada@acme.test")).member
    unused_token = visit.token(provider.connection_id, "bob@acme.test")
    started = visit.start(connection_id=provider.connection_id)
    events()
    assert client.sso.delete_connection(acme_id, provider.connection_id).connection_id == provider.connection_id
    assert events() == [("member", "update"), ("saml_connection", "delete")]
    assert client.organizations.members.get(acme_id, ada.member_id).member.sso_registrations == []
    assert client.sso.get_connections(acme_id).saml_connections == []
    assert refused(client.sso.authenticate, unused_token) == "sso_token_not_found"
    assert visit.http.get(started.headers["location"]).json()["error_type"] == "sso_connection_not_found"
    assert refused(client.sso.delete_connection, acme_id, provider.connection_id) == "sso_connection_not_found"


def test_deleting_an_organization_deletes_its_connections(client, acme_id, mock, refused, events):
    provider = mock.identity_provider(acme_id, "oidc")
    token = SsoVisit(mock).token(provider.connection_id, "ada@acme.test")
    events()
    client.organizations.delete(acme_id)
    assert events() == [("oidc_connection", "delete"), ("organization", "delete")]
    assert refused(client.sso.authenticate, token) == "sso_token_not_found"
    assert SsoVisit(mock).start(connection_id=provider.connection_id).json()["error_type"] == "sso_connection_not_found"


def search(client, name, value):
    query = {"operator": "AND", "operands": [{"filter_name": name, "filter_value": value}]}
    return [o.organization_name for o in client.organizations.search(query=query).organizations]


def test_organizations_can_be_searched_by_connection(client, acme_id, mock, given):
    given.organization("Globex")
    pending = given.organization("Initech").organization_id
    pending_connection = client.sso.saml.create_connection(pending).connection.connection_id
    provider = mock.identity_provider(acme_id, "oidc")
    assert search(client, "has_active_sso_connection", True) == ["Acme"]
    assert search(client, "has_active_sso_connection", False) == ["Initech", "Globex"]
    assert search(client, "sso_connection_id", provider.connection_id) == ["Acme"]
    assert search(client, "sso_connection_id", pending_connection) == ["Initech"]
    assert search(client, "sso_connection_id", "saml-connection-test-1") == []


def test_external_connection_follows_the_connection_behind_it(client, acme_id, mock, given, refused):
    globex = given.organization("Globex").organization_id
    direct = mock.identity_provider(globex, "saml").connection_id
    create = client.sso.external.create_connection
    pending = client.sso.oidc.create_connection(globex).connection.connection_id
    error_type = refused(create, acme_id, external_organization_id=globex, external_connection_id=pending)
    assert error_type == "requires_active_sso_connection"
    external = create(
        acme_id, external_organization_id=globex, external_connection_id=direct, display_name="Lent"
    ).connection
    assert (external.status, external.display_name, external.external_connection_id) == ("active", "Lent", direct)
    assert active_connections(client, acme_id) == [external.connection_id]
    error_type = refused(create, acme_id, external_organization_id=globex, external_connection_id=direct)
    assert error_type == "duplicate_external_sso_connection"
    chained = given.organization("Initech").organization_id
    error_type = refused(
        create, chained, external_organization_id=acme_id, external_connection_id=external.connection_id
    )
    assert error_type == "external_connection_id_not_found"
    assert search(client, "has_active_sso_connection", True) == ["Globex", "Acme"]
    client.sso.saml.update_connection(globex, direct, identity_provider="okta")
    (summary,) = client.organizations.get(acme_id).organization.sso_active_connections
    assert summary.identity_provider == "okta"
    client.sso.delete_connection(acme_id, external.connection_id)
    assert client.sso.get_connections(acme_id).external_connections == []


def test_external_oidc_connection_cannot_imply_roles(client, acme_id, mock, given, refused):
    globex = given.organization("Globex").organization_id
    direct = mock.identity_provider(globex, "oidc").connection_id
    external = {"external_organization_id": globex, "external_connection_id": direct}
    create, roles = client.sso.external.create_connection, [{"role_id": "stytch_admin"}]
    assert refused(create, acme_id, **external, connection_implicit_role_assignments=roles) == "bad_request"
    groups = [{"role_id": "stytch_admin", "group": "admins"}]
    assert refused(create, acme_id, **external, group_implicit_role_assignments=groups) == "bad_request"
    assert create(acme_id, **external).connection.status == "active"


def test_member_without_permission_is_refused(client, acme_id, given, refused, mock):
    organization = client.organizations.get(acme_id).organization
    as_member = given.as_member(given.login(organization, given.member(organization)))
    as_admin = given.as_member(given.admin(organization))
    connection_id = client.sso.saml.create_connection(acme_id, method_options=as_admin).connection.connection_id
    calls = [
        (client.sso.saml.create_connection, acme_id),
        (client.sso.saml.update_connection, acme_id, connection_id),
        (client.sso.oidc.create_connection, acme_id),
        (client.sso.get_connections, acme_id),
        (client.sso.delete_connection, acme_id, connection_id),
    ]
    for call, *arguments in calls:
        assert refused(call, *arguments, method_options=as_member) == "session_authorization_error"
    globex = given.organization("Globex").organization_id
    error_type = refused(client.sso.get_connections, globex, method_options=as_admin)
    assert error_type == "session_authorization_tenancy_error"
    client.sso.delete_connection(acme_id, connection_id, method_options=as_admin)


def test_connection_of_another_organization_is_not_found(client, acme_id, mock, given, refused):
    globex = given.organization("Globex").organization_id
    foreign = mock.identity_provider(globex, "saml").connection_id
    assert refused(client.sso.saml.update_connection, acme_id, foreign) == "saml_connection_not_found"
    assert refused(client.sso.delete_connection, acme_id, foreign) == "sso_connection_not_found"


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
def test_invalid_builtin_provider_request_is_refused(error_type_of, acme_id, body, error_type):
    assert error_type_of("POST", "/_mock/api/identity-providers", body) == error_type


def test_builtin_provider_activates_an_existing_connection(client, acme_id, mock):
    for create in (client.sso.saml.create_connection, client.sso.oidc.create_connection):
        connection_id = create(acme_id, display_name="Mine").connection.connection_id
        kind = connection_id.partition("-")[0]
        assert mock.identity_provider(acme_id, kind, connection_id=connection_id).connection_id == connection_id
        assert connection_id in active_connections(client, acme_id)


def test_rotating_keys_of_another_provider_is_refused(client, acme_id, error_type_of, rows):
    connection_id = client.sso.saml.create_connection(acme_id).connection.connection_id
    assert (
        error_type_of("POST", f"/_mock/api/identity-providers/{connection_id}/rotate-keys")
        == "sso_connection_not_found"
    )
    assert error_type_of("POST", "/_mock/api/identity-providers/nope/rotate-keys") == "sso_connection_not_found"
    with rows() as ctx:
        assert ctx.store.all(BuiltinProviderKey) == []
