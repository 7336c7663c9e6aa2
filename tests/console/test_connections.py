"""The page of an organization's connections: SSO, SCIM, and the people who come next."""

import re
from html import unescape

import httpx
import pytest

from tests.support.app_server import app_server
from tests.support.html_forms import Forms, submit


@pytest.fixture
def organization(given):
    return given.organization("Acme")


@pytest.fixture
def path(organization):
    return f"/_mock/organizations/{organization.organization_id}/connections"


@pytest.fixture
def saml(mock, organization):
    return mock.identity_provider(organization.organization_id, "saml", display_name="Okta <b>")


@pytest.fixture
def scim(client, organization):
    return client.scim.connection.create(organization_id=organization.organization_id).connection


def sso(client, organization):
    return client.sso.get_connections(organization_id=organization.organization_id)


def test_page_without_connections_says_what_to_do(visitor, path, organization):
    text = unescape(visitor.get(path).text)
    assert f'mock.identity_provider("{organization.organization_id}", "saml")' in text
    assert "No SCIM connection yet" in text
    assert visitor.get("/_mock/organizations/nope/connections").status_code == 404


@pytest.mark.parametrize("kind", ["saml", "oidc"])
def test_connection_with_the_built_in_provider(visitor, client, path, organization, kind):
    submit(visitor, path, "add-builtin", type=kind, display_name="Acme's provider")
    [connection] = getattr(sso(client, organization), f"{kind}_connections")
    assert (connection.status, connection.display_name) == ("active", "Acme's provider")
    text = unescape(visitor.get(path).text)
    assert f"/v1/public/sso/start?connection_id={connection.connection_id}" in text
    assert ("BEGIN CERTIFICATE" in text) == (kind == "saml")
    assert connection.connection_id in visitor.get(path.removesuffix("/connections")).text
    assert "kid" in submit(visitor, path, "rotate-1").text
    submit(visitor, path, "delete-1")
    assert not getattr(sso(client, organization), f"{kind}_connections")


@pytest.mark.parametrize("kind", ["saml", "oidc"])
def test_connection_with_another_provider_gets_the_built_in_one(visitor, client, path, organization, kind):
    submit(visitor, path, f"add-{kind}", display_name="Own", identity_provider="okta")
    [connection] = getattr(sso(client, organization), f"{kind}_connections")
    assert (connection.status, connection.identity_provider) == ("pending", "okta")
    submit(visitor, path, "builtin-1")
    [connection] = getattr(sso(client, organization), f"{kind}_connections")
    assert connection.status == "active"


def test_saml_connection_is_edited(visitor, client, path, organization, saml):
    sent = submit(
        visitor,
        path,
        "edit-1",
        display_name="Okta",
        attribute_mapping="email = mail\nfull_name = cn\ngroups = memberOf",
        saml_connection_implicit_role_assignments="stytch_admin",
        saml_group_implicit_role_assignments="Engineers = stytch_admin",
    )
    assert sent.status_code == 303
    [connection] = sso(client, organization).saml_connections
    assert connection.attribute_mapping == {"email": "mail", "full_name": "cn", "groups": "memberOf"}
    assert [r.role_id for r in connection.saml_connection_implicit_role_assignments] == ["stytch_admin"]
    assert [r.group for r in connection.saml_group_implicit_role_assignments] == ["Engineers"]
    text = visitor.get(path).text
    assert "Engineers = stytch_admin" in text
    assert "full_name from <code>cn</code>" in text
    refused = submit(visitor, path, "edit-1", saml_group_implicit_role_assignments="Engineers")
    assert re.search(r'aria-invalid="true"[^>]*>\s*Engineers</textarea>', refused.text)
    refused = submit(visitor, path, "edit-1", idp_sso_url="nope")
    assert "saml_connection_idp_sso_url_invalid_format" in refused.text
    refused = submit(visitor, path, "metadata-1", metadata_url="nope")
    assert "invalid_saml_metadata_url" in refused.text


def test_saml_metadata_is_read(visitor, client, path, organization, saml):
    submit(visitor, path, "add-saml", display_name="Copy")
    sent = submit(visitor, path, "metadata-2", metadata_url=saml.metadata_url)
    assert sent.status_code == 303
    assert [c.idp_entity_id for c in sso(client, organization).saml_connections] == [saml.issuer, saml.issuer]


def test_oidc_connection_is_edited(visitor, mock, client, path, organization):
    mock.identity_provider(organization.organization_id, "oidc")
    submit(visitor, path, "edit-1", attribute_mapping="full_name = name", client_id="another")
    [connection] = sso(client, organization).oidc_connections
    assert connection.client_id == "another"
    refused = submit(visitor, path, "edit-1", token_url="nope")
    assert re.search(r'id="edit-1-token_url"[^>]*aria-invalid', refused.text)


def test_connection_of_another_organization(visitor, client, given, saml, organization):
    other = given.organization("Other")
    path = f"/_mock/organizations/{other.organization_id}/connections"
    ids = {"external_organization_id": organization.organization_id, "external_connection_id": saml.connection_id}
    submit(visitor, path, "add-external", display_name="Acme's Okta", **ids)
    [connection] = sso(client, other).external_connections
    assert connection.external_connection_id == saml.connection_id
    submit(visitor, path, "edit-1", display_name="Theirs")
    assert sso(client, other).external_connections[0].display_name == "Theirs"
    refused = submit(visitor, path, "add-external", **ids | {"external_connection_id": "nope"})
    assert "external_connection_id_not_found" in refused.text


def test_domains_and_provisioning_are_set(visitor, client, path, organization, saml):
    submit(visitor, path, "edit-organization", sso_jit_provisioning="NOT_ALLOWED", email_allowed_domains="acme.example")
    found = client.organizations.get(organization.organization_id).organization
    assert (found.sso_jit_provisioning, found.email_allowed_domains) == ("NOT_ALLOWED", ["acme.example"])


def test_queued_person_logs_in_next(visitor, client, path, organization, saml):
    fields = {"email": "grace@acme.example", "name": "Grace <b>", "groups": "Engineers"}
    submit(visitor, path, "next-1", **fields, attributes='{"title": "Admiral"}')
    assert "<li>Grace &lt;b&gt; &lt;grace@acme.example&gt;</li>" in visitor.get(path).text
    with httpx.Client(trust_env=False, follow_redirects=True) as browser:
        assert "SAMLResponse" in browser.get(saml.start_url).text
    text = visitor.get(path).text
    assert "<li>Grace" not in text
    assert re.search("Known people</dt><dd>grace@acme.example", text)
    refused = submit(visitor, path, "next-1", name="No address")
    assert re.search(r'id="next-1-email"[^>]*aria-invalid', refused.text)
    refused = submit(visitor, path, "next-1", email="a@b.example", attributes="{")
    assert "attributes isn&#39;t valid JSON" in refused.text


def test_person_at_an_oauth_provider_comes_next(visitor, mock, path):
    submit(visitor, path, "next-oauth", provider="github", email="ada@acme.example")
    submit(visitor, path, "next-oauth", provider="google", error="access_denied")
    text = visitor.get(path).text
    assert "&lt;ada@acme.example&gt; (github)" in text
    assert "access_denied (google)" in text


def test_scim_connection_is_added_edited_rotated_and_deleted(visitor, client, path, organization):
    def connection():
        return client.scim.connection.get(organization_id=organization.organization_id).connection

    submit(visitor, path, "add-scim", display_name="Directory", identity_provider="okta")
    first = connection()
    assert (first.display_name, first.identity_provider) == ("Directory", "okta")
    submit(visitor, path, "scim-rotate")
    assert "Next token" in visitor.get(path).text
    submit(visitor, path, "scim-cancel")
    assert "Next token" not in visitor.get(path).text
    submit(visitor, path, "scim-rotate")
    submit(visitor, path, "scim-complete")
    assert connection().bearer_token_last_four != first.bearer_token_last_four
    submit(visitor, path, "edit-scim", display_name="Renamed")
    assert connection().display_name == "Renamed"
    submit(visitor, path, "delete-scim")
    assert "No SCIM connection yet" in visitor.get(path).text


def test_directory_changes_are_pushed_with_their_results(visitor, client, path, organization, scim):
    def push(form_id, **fields):
        return submit(visitor, path, form_id, **{f"operations.0.{name}": value for name, value in fields.items()}).text

    created = push("push-user", op="create_user", email="grace@acme.example", name="Grace", attributes='{"title": "x"}')
    assert re.search(r'<span class="tag good">201</span> <code>POST /Users', created)
    assert '<span class="tag expired">409</span>' in push("push-user", op="create_user", email="grace@acme.example")
    assert '<span class="tag good">200</span>' in push(
        "push-user", op="update_user", user="grace@acme.example", name="G"
    )
    push("push-group", op="create_group", name="Engineers", users="grace@acme.example")
    [group] = client.scim.connection.get_groups(organization.organization_id, scim.connection_id).scim_groups
    push("push-group", op="remove_from_group", group="Engineers", users="grace@acme.example")
    submit(visitor, path, "edit-scim", scim_group_implicit_role_assignments=f"{group.group_id} = stytch_admin")
    found = client.scim.connection.get(organization_id=organization.organization_id).connection
    assert [r.group_id for r in found.scim_group_implicit_role_assignments] == [group.group_id]
    forms = Forms(visitor.get(path).text).forms
    [deactivate] = [id for id in forms if id.startswith("deactivate_user-")]
    submit(visitor, path, deactivate)
    text = visitor.get(path).text
    assert "inactive</span>" in text
    assert deactivate not in Forms(text).forms
    submit(visitor, path, deactivate.replace("deactivate", "delete"))
    submit(visitor, path, f"delete_group-{group.group_id}")
    assert "No one yet. Push a person below" in visitor.get(path).text
    refused = push("push-user", op="update_user")
    assert "update_user requires user" in refused


@pytest.mark.browser
def test_queued_person_logs_in_by_the_test_link_in_a_browser(browse, mock, client, path, saml):
    with app_server() as app_url:
        mock.configure(registered_redirect_urls=[{"url": app_url, "types": _LOGIN_AND_SIGNUP}])
        page = browse()
        page.goto(f"{mock.url}{path}?project_id={mock.project_id}")
        page.get_by_text("Queue a person").first.click()
        form = page.locator("#next-1")
        form.get_by_label("E-mail address").fill("grace@acme.example")
        form.get_by_role("button", name="Let this person come next").click()
        page.get_by_text("<grace@acme.example>").wait_for()
        with page.expect_popup() as popup:
            page.get_by_role("link", name="Log in through this connection").click()
        popup.value.wait_for_url(re.compile(f"{re.escape(app_url)}.*token="))


@pytest.mark.browser
def test_directory_change_is_pushed_in_a_browser(browse, mock, path, scim):
    page = browse(viewport={"width": 360, "height": 700}, color_scheme="dark")
    page.goto(f"{mock.url}{path}?project_id={mock.project_id}")
    form = page.locator("#push-user")
    form.get_by_label("E-mail address").fill("grace@acme.example")
    form.get_by_role("button", name="Push").click()
    page.locator("#pushed").get_by_text("201", exact=True).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Deactivate").click()
    page.locator("#scim").get_by_text("inactive").wait_for()


_LOGIN_AND_SIGNUP = [{"type": "LOGIN", "is_default": True}, {"type": "SIGNUP", "is_default": True}]
