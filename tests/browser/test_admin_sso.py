"""The Admin Portal's component for SSO connections, and logins through the connections that it makes."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from mockstytch import outbound
from tests.browser.portal import Portal
from tests.browser.sdk import call, refusal

AUTHENTICATION, ROLES = "Authentication settings", "Role assignments"
NO_ID = "saml-connection-test-00000000-0000-4000-8000-000000000000"


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_slug="acme")


@pytest.fixture
def opened(app_page):
    """Open the list of connections, for the member of a login."""

    def open_list(login):
        here = app_page.configure("headless")
        config = {"testLoginRedirectURL": here, "testSignupRedirectURL": here}
        return Portal(app_page("admin", component="sso", session=login, portal=config))

    return open_list


@pytest.fixture
def portal(opened, given, acme):
    """The list of connections, for an administrator."""
    return opened(given.admin(acme))


@pytest.fixture
def connections(client, acme):
    """Return the organization's connections as they are now, by their display names."""

    def found():
        all_of = client.sso.get_connections(acme.organization_id)
        made = (*all_of.saml_connections, *all_of.oidc_connections, *all_of.external_connections)
        return {connection.display_name: connection for connection in made}

    return found


@pytest.fixture
def pem(mock, given, client):
    """The certificate of an identity provider."""
    other = given.organization("Other").organization_id
    mock.identity_provider(other, "saml")
    return client.sso.get_connections(other).saml_connections[0].verification_certificates[0].certificate


def create(portal, name, provider):
    """Create a connection, and open each step of its configuration."""
    portal.click("New connection")
    portal.page.get_by_placeholder("Text").fill(name)
    portal.choose(portal.page.get_by_role("combobox"), provider)
    portal.click("Create")
    portal.page.get_by_role("heading", name=f"Configure {name}").wait_for()
    portal.open_steps()


def fill(portal, **values):
    for label, value in values.items():
        portal.page.get_by_placeholder(f"Enter {label.replace('_', ' ')}").fill(value)


def listed(portal, name, *texts):
    """Wait until the list has a connection with these texts."""
    row = portal.row(name)
    for text in texts:
        row.filter(has_text=text).wait_for()


# The wizard of each identity provider


@pytest.mark.parametrize(
    ("provider", "identity_provider", "label", "instruction"),
    [
        ("Custom SAML", "generic", "Metadata URL", "Name ID Format"),
        ("Okta SAML", "okta", "Metadata URL", "Okta Admin Dashboard"),
        ("Entra SAML", "microsoft-entra", "App Federation Metadata Url", "Microsoft Entra Admin Center"),
    ],
)
def test_saml_connection_is_made_by_metadata_and_logs_in(
    portal, mock, client, acme, connections, provider, identity_provider, label, instruction
):
    create(portal, provider, provider)
    connection = connections()[provider]
    portal.shows(connection.acs_url)
    portal.shows(connection.audience_uri)
    portal.shows(instruction)
    field = portal.page.get_by_placeholder(f"Enter {label}")
    field.fill(f"{mock.url}/_mock/idp/{NO_ID}/metadata")
    portal.click("Create")
    assert "metadata" in portal.message().lower()
    field.fill(f"{mock.url}/_mock/idp/{connection.connection_id}/metadata")
    portal.click("Create")
    listed(portal, provider, "Active")
    made = connections()[provider]
    assert (made.status, made.identity_provider) == ("active", identity_provider)
    assert (made.attribute_mapping["email"], len(made.verification_certificates)) == ("NameID", 1)
    assert client.organizations.get("acme").organization.sso_default_connection_id == made.connection_id

    mock.next_identity("saml", "ada@acme.example", name="Ada Lovelace")
    member = log_in(portal, client, provider)
    assert (member.email_address, member.name) == ("ada@acme.example", "Ada Lovelace")
    assert [r.connection_id for r in member.sso_registrations] == [made.connection_id]


def log_in(portal, client, name):
    """Test a connection, whose login ends at another page of the app. Return the member."""
    portal.row(name).first.click()
    portal.click("Test connection")
    portal.page.wait_for_url("**/headless?*")
    token = parse_qs(urlsplit(portal.page.url).query)["token"][0]
    portal.page.wait_for_function("() => window.stytch")
    answer = call(portal.page, "sso.authenticate", {"sso_token": token, "session_duration_minutes": 60})
    assert answer["member_session"]["authentication_factors"][0]["type"] == "sso"
    return client.organizations.members.get(answer["organization_id"], member_id=answer["member_id"]).member


@pytest.mark.parametrize(
    ("provider", "labels", "instruction"),
    [
        ("Google SAML", ["SSO URL", "Entity ID", "Certificate"], "Google Workspace Admin Console"),
        ("Custom SAML", ["IdP Sign-on URL", "IdP Entity ID", "x509 Certificate (PEM Format)"], "ACS URL"),
    ],
)
def test_saml_connection_is_made_by_hand(portal, pem, connections, provider, labels, instruction):
    create(portal, "By hand", provider)
    portal.shows(instruction)
    if provider == "Custom SAML":
        portal.click("Configure manually")
    for label, value in zip(
        labels, ("https://idp.example/sso", "https://idp.example", "not a certificate"), strict=True
    ):
        portal.page.get_by_placeholder(f"Enter {label}", exact=True).fill(value)
    portal.click("Create")
    assert "certificate" in portal.message().lower()
    assert connections()["By hand"].status == "pending"
    portal.page.get_by_placeholder(f"Enter {labels[2]}", exact=True).fill(pem)  # the field removes the line breaks
    portal.click("Create")
    listed(portal, "By hand", provider, "Active")
    made = connections()["By hand"]
    assert (made.idp_sso_url, made.idp_entity_id) == ("https://idp.example/sso", "https://idp.example")
    assert [found.certificate for found in made.verification_certificates] == [pem]


@pytest.mark.parametrize(
    ("provider", "identity_provider", "label"),
    [("Custom OIDC", "generic", "Issuer"), ("Okta OIDC", "okta", "Okta URL (Issuer)")],
)
def test_openid_connection_is_made_and_logs_in(portal, mock, client, connections, provider, identity_provider, label):
    create(portal, provider, provider)
    connection = connections()[provider]
    portal.shows(connection.redirect_url)
    fill(portal, Client_ID="app", Client_Secret="secret", **{label: "nowhere"})
    portal.click("Create")
    assert "issuer" in portal.message().lower()
    fill(portal, **{label: f"{mock.url}/_mock/idp/{connection.connection_id}"})
    portal.click("Create")
    listed(portal, provider, "Active")
    made = connections()[provider]
    assert (made.identity_provider, made.client_id, made.client_secret) == (identity_provider, "app", "secret")
    mock.next_identity("oidc", "ada@acme.example")
    assert log_in(portal, client, provider).email_address == "ada@acme.example"


def test_openid_connection_with_entra_is_made_by_its_tenant(portal, connections, monkeypatch):
    issuer = "https://login.microsoftonline.com/tenant-1/v2.0"
    names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    metadata = {"issuer": issuer, **{name: f"https://login.microsoftonline.com/{name}" for name in names}}

    async def send(request, *_):
        assert request.url == f"{issuer}/.well-known/openid-configuration"
        return outbound.OutboundResponse(200, json.dumps(metadata).encode())

    monkeypatch.setattr(outbound, "_send", send)
    create(portal, "Entra", "Entra OIDC")
    portal.shows("Microsoft Entra Admin Center")
    portal.page.get_by_placeholder("Enter Application (Client) ID").fill("app")
    portal.page.get_by_placeholder("Enter Directory (tenant) ID").fill("tenant-1")
    fill(portal, Client_Secret="secret")
    portal.click("Create")
    listed(portal, "Entra", "Entra OIDC", "Active")
    made = connections()["Entra"]
    assert (made.issuer, made.identity_provider) == (issuer, "microsoft-entra")
    assert made.token_url == "https://login.microsoftonline.com/token_endpoint"
    portal.row("Entra OIDC").click()
    portal.shows("tenant-1")


def test_connection_of_another_organization_is_made(portal, mock, client, given, acme, connections):
    other = given.organization("Other").organization_id
    source = mock.identity_provider(other, "saml").connection_id
    portal.click("New connection")
    portal.page.get_by_placeholder("Text").fill("Parent")
    portal.click("Add an external connection")
    portal.page.get_by_label("Source Organization ID").fill(other)
    portal.page.get_by_label("Source Connection ID").fill(NO_ID)
    portal.click("Create")
    assert "connection" in portal.message().lower()
    portal.page.get_by_label("Source Connection ID").fill(source)
    portal.click("Create")
    listed(portal, "Parent", "Active")
    made = connections()["Parent"]
    assert (made.external_organization_id, made.external_connection_id) == (other, source)
    portal.row("Parent").click()
    portal.shows(source)
    portal.edit(ROLES)
    portal.choose(portal.section(ROLES).get_by_role("combobox"), "stytch_admin")
    portal.save(ROLES)
    roles = connections()["Parent"].external_connection_implicit_role_assignments
    assert [role.role_id for role in roles] == ["stytch_admin"]
    portal.click("Back to all SSO connections")
    portal.act("Parent", "Delete")
    portal.confirm("Delete Parent?", "Delete")
    portal.shows("No results found.")
    assert connections() == {}


# A connection


def test_connection_is_left_and_completed_later(portal, mock, pem, connections):
    create(portal, "Later", "Okta SAML")
    portal.click("Back to all SSO connections")
    portal.page.get_by_role("dialog").get_by_role("button", name="Save and complete later").click()
    listed(portal, "Later", "Pending")
    portal.row("Later").click()
    details = portal.edit("Details")
    details.get_by_role("textbox").first.fill("Okta")
    portal.click("Configure manually", details)
    portal.page.get_by_placeholder("Enter Sign-on URL").fill("https://idp.example/sso")
    portal.page.get_by_placeholder("Enter Issuer").fill("https://idp.example")
    portal.click("Add new", portal.page.get_by_role("definition").last)
    portal.page.get_by_role("dialog").get_by_placeholder("Enter certificate").fill(pem)
    portal.confirm("Add Certificate", "Ok")
    for key, value in (("email", "NameID"), ("full_name", "name"), ("groups", "groups")):
        details.get_by_role("button", name="Add new").last.click()
        dialog = portal.page.get_by_role("dialog")
        dialog.get_by_role("textbox").nth(0).fill(key)
        dialog.get_by_role("textbox").nth(1).fill(value)
        dialog.get_by_role("button").last.click()
        dialog.wait_for(state="hidden")
    portal.save("Details")
    made = connections()["Okta"]
    assert (made.status, made.attribute_mapping["groups"]) == ("active", "groups")
    assert [found.certificate for found in made.verification_certificates] == [pem]

    roles = portal.edit(ROLES)
    portal.choose(roles.get_by_role("combobox"), "stytch_member")
    portal.click("Add group roles", roles)
    portal.fill("Group name", "Staff", roles)
    portal.choose(roles.get_by_role("combobox").last, "stytch_admin")
    portal.try_to_save(ROLES)
    assert "role" in portal.message().lower()
    assert connections()["Okta"].saml_group_implicit_role_assignments == []
    portal.choose(roles.get_by_role("combobox").first, "stytch_member", "stytch_admin")  # removes the first one
    portal.save(ROLES)
    made = connections()["Okta"]
    assert [role.role_id for role in made.saml_connection_implicit_role_assignments] == ["stytch_admin"]
    assert [(r.group, r.role_id) for r in made.saml_group_implicit_role_assignments] == [("Staff", "stytch_admin")]


def test_certificate_is_deleted_and_then_the_connection(portal, mock, client, acme, pem, connections):
    idp = mock.identity_provider(acme.organization_id, "saml", display_name="Okta")
    new = mock.rotate_identity_provider_keys(idp.connection_id)
    client.sso.saml.update_connection(acme.organization_id, idp.connection_id, x509_certificate=new)
    old = connections()["Okta"].verification_certificates[0].certificate
    portal.page.reload()
    portal.row("Okta").click()
    details = portal.edit("Details")
    portal.click("View", details.get_by_role("row", name="mockstytch").first)
    portal.page.get_by_role("dialog").get_by_text(old.splitlines()[1]).wait_for()
    portal.click("Close", portal.page.get_by_role("dialog"))
    portal.click("Delete", details.get_by_role("row", name="mockstytch").first)
    portal.save("Details")
    assert [found.certificate for found in connections()["Okta"].verification_certificates] == [new]
    portal.edit("Details")
    assert portal.buttons(details.get_by_role("row", name="mockstytch")) == ["View"]
    portal.click("Cancel", details)
    portal.click("Delete connection")
    portal.confirm("Delete Okta?", "Delete")
    portal.shows("No results found.")
    assert connections() == {}


def test_default_and_jit_provisioning_are_changed(portal, mock, client, acme, connections):
    organization_id = acme.organization_id
    for name in ("First", "Second"):
        mock.identity_provider(organization_id, "oidc", display_name=name)
    ids = {name: connection.connection_id for name, connection in connections().items()}
    restricted = {"sso_jit_provisioning": "RESTRICTED", "sso_jit_provisioning_allowed_connections": [ids["Second"]]}
    client.organizations.update(organization_id, **restricted)
    portal.page.reload()
    assert portal.actions("First") == ["Edit connection"]
    portal.act("Second", "Set as default")
    portal.shows("This will replace First as your default SSO connection.")
    portal.confirm("Set Second as default?", "Set as default")
    listed(portal, "Second", "Default")
    assert client.organizations.get("acme").organization.sso_default_connection_id == ids["Second"]

    portal.row("First").click()
    portal.edit(AUTHENTICATION)
    portal.switch("Set this connection as the default").click()
    portal.confirm("Set First as default?", "Set as default")
    portal.check("Allow JIT provisioning")
    portal.save(AUTHENTICATION)
    changed = client.organizations.get("acme").organization
    assert changed.sso_default_connection_id == ids["First"]
    assert sorted(changed.sso_jit_provisioning_allowed_connections) == sorted(ids.values())
    portal.click("Back to all SSO connections")
    portal.act("Second", "Delete")
    portal.confirm("Delete Second?", "Delete")
    portal.row("Second").wait_for(state="hidden")
    assert list(connections()) == ["First"]


# What the roles allow


def test_ordinary_member_does_not_see_connections(opened, given, acme):
    portal = opened(given.login(acme, given.member(acme)))
    portal.shows("You do not have permission")
    assert portal.buttons() == []
    forbidden(portal.page, ("getConnections",), ("saml.createConnection", {"display_name": "Eve"}))


def test_visitor_is_asked_to_log_in(app_page):
    Portal(app_page("admin", component="sso")).shows("Please log in")


def test_role_that_reads_connections_changes_none(opened, mock, given, client, acme, connections):
    connection_id = mock.identity_provider(acme.organization_id, "saml", display_name="Okta").connection_id
    role = {"role_id": "auditor", "permissions": [{"resource_id": "stytch.sso", "actions": ["get"]}]}
    client.rbac.organizations.set_org_policy(acme.organization_id, {"roles": [role]})
    portal = opened(given.login(acme, given.member(acme, roles=["auditor"])))
    assert portal.actions("Okta") == ["View connection"]
    assert portal.buttons() == []
    portal.row("Okta").click()
    portal.section("Details").wait_for()
    assert portal.buttons() == ["Back to all SSO connections", "Test connection", "View"]
    one = {"connection_id": connection_id}
    forbidden(
        portal.page,
        ("saml.createConnection", {"display_name": "Eve"}),
        ("oidc.createConnection", {"display_name": "Eve"}),
        ("saml.updateConnection", one | {"display_name": "Eve"}),
        ("saml.updateConnectionByURL", one | {"metadata_url": "https://eve.example"}),
        ("deleteConnection", connection_id),
    )
    assert list(connections()) == ["Okta"]


def forbidden(page, *calls):
    for method, *arguments in calls:
        assert refusal(page, f"sso.{method}", *arguments) == "session_authorization_error"
