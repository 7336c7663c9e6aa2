"""The webhook events of every operation of the API.

Events must be complete and in order, so each test compares the whole list. The last event of an object contains it as
the API returns it.
"""

from collections.abc import Callable
from typing import Any

import pytest

from mockstytch.app import endpoints
from tests.api.sso_visits import SsoVisit
from tests.contract.factors import ids, oauth_token, reset_token, totp_code
from tests.contract.oauth import CALLBACK, authorized, new_app
from tests.contract.stories_of_scim import named
from tests.matrix.endpoints import ENDPOINTS
from tests.matrix.sample_project import SampleProject
from tests.scim.directory import Directory
from tests.support import trusted_issuer
from tests.support.events import Events

Prepare = Callable[[SampleProject], dict[str, Any]]

# The events of a successful call with the valid request of the sample project. See CONDITIONAL for other requests.
EMITS = {
    "discovery.create": ["organization.create", "member.create"],
    "discovery.exchange": ["member.create"],
    "magic_links.invite": ["member.create"],
    "magic_links.login_or_signup": ["member.create"],
    "members.create": ["member.create"],
    "members.delete": ["member.delete"],
    "members.delete_external_id": ["member.update"],
    "members.delete_mfa_phone_number": ["member.update"],
    "members.delete_password": ["member.update"],
    "members.delete_totp": ["member.update"],
    "members.reactivate": ["member.update"],
    "members.update": ["member.update"],
    "members_emails.unlink_retired_email": ["member.update"],
    "oauth.authenticate": ["member.update"],
    "organizations.create": ["organization.create"],
    "organizations.delete": ["member.delete", "member.delete", "organization.delete"],
    "organizations.delete_external_id": ["organization.update"],
    "organizations.update": ["organization.update"],
    "otp_sms.authenticate": ["member.update"],
    "otp_sms.send": ["member.update"],
    "passwords.email_reset": ["member.update"],
    "passwords.existing_password_reset": ["member.update"],
    "passwords.migrate": ["member.create"],
    "passwords.require_reset": ["member.update"],
    "passwords.session_reset": ["member.update"],
    "rbac.set_org_policy": ["organization.update"],
    "scim.create": ["scim_connection.create"],
    "scim.delete": ["scim_connection.delete"],
    "scim.rotate_cancel": ["scim_connection.update"],
    "scim.rotate_complete": ["scim_connection.update"],
    "scim.rotate_start": ["scim_connection.update"],
    "scim.update": ["scim_connection.update"],
    "sso.authenticate": ["member.update"],
    "sso.delete_connection": ["saml_connection.delete"],
    "sso_oidc.create_connection": ["oidc_connection.create"],
    "sso_oidc.update_connection": ["oidc_connection.update"],
    "sso_saml.create_connection": ["saml_connection.create"],
    "sso_saml.delete_encryption_private_key": ["saml_connection.update"],
    "sso_saml.delete_verification_certificate": ["saml_connection.update"],
    "sso_saml.update_by_url": ["saml_connection.update"],
    "sso_saml.update_connection": ["saml_connection.update"],
    "totp.migrate": ["member.update"],
}

# The operations that emit nothing then.
SILENT = {
    *("connected_apps.create", "connected_apps.delete", "connected_apps.get", "connected_apps.get_by_organization"),
    *("connected_apps.list_by_member", "connected_apps.list_by_organization", "connected_apps.revoke"),
    *("connected_apps.rotate", "connected_apps.rotate_cancel", "connected_apps.rotate_start", "connected_apps.search"),
    *("connected_apps.update", "discovery.list", "fraud.email_risk", "fraud.list_reasons", "fraud.list_rules"),
    *("fraud.lookup", "fraud.override_reason", "fraud.set_rule", "idp.authorize", "idp.start"),
    *("impersonation.authenticate", "m2m.create", "m2m.delete", "m2m.get", "m2m.rotate", "m2m.rotate_cancel"),
    *("m2m.rotate_start", "m2m.search", "m2m.update", "magic_links.authenticate", "magic_links_discovery.authenticate"),
    *("magic_links_discovery.send", "members.dangerously_get", "members.get", "members.search"),
    *("members_emails.start_email_update", "oauth.discovery_authenticate", "oauth.github", "oauth.google"),
    *("oauth.hubspot", "oauth.microsoft", "oauth.slack", "operations.introspect", "operations.post_user_info"),
    *("operations.register", "operations.revoke", "operations.token", "operations.user_info", "organizations.get"),
    *("organizations.metrics", "organizations.search", "otp_email.authenticate", "otp_email.discovery_authenticate"),
    *("otp_email.discovery_send", "otp_email.login_or_signup", "passwords.authenticate", "passwords.email_reset_start"),
    *("passwords.strength_check", "passwords_discovery.authenticate", "passwords_discovery.email_reset"),
    *("passwords_discovery.email_reset_start", "project.metrics", "project.whoami", "rbac.get_org_policy"),
    *("rbac.policy", "recovery_codes.get", "recovery_codes.recover", "recovery_codes.rotate", "scim.get"),
    *("scim.get_groups", "sessions.authenticate", "sessions.exchange", "sessions.get", "sessions.get_jwks"),
    *("sessions.revoke", "sessions_attest.attest", "sessions_exchange_token.exchange_access_token"),
    *("sessions_migrate.migrate", "sso.get_connections", "sso.oidc_providers", "sso_external.create_connection"),
    *("sso_external.update_connection", "totp.authenticate", "totp.create"),
}


def _joinable(project: SampleProject) -> dict[str, Any]:
    """Let Acme provision members with addresses at acme.test."""
    acme = project.acme.organization_id
    settings = {"email_jit_provisioning": "RESTRICTED", "email_allowed_domains": ["acme.test"]}
    project.given.client.organizations.update(acme, **settings, sso_jit_provisioning="ALL_ALLOWED")
    return {"organization_id": acme}


def _newcomer(project: SampleProject) -> dict[str, Any]:
    return _joinable(project) | {"email_address": "new@acme.test"}


def _pending(project: SampleProject, email_address: str = "new@acme.test") -> Any:
    return project.given.member(project.acme, email_address, create_member_as_pending=True)


def _intermediate_session(project: SampleProject) -> dict[str, Any]:
    found = project.given.intermediate_session("new@acme.test")
    return _joinable(project) | {"intermediate_session_token": found}


def _mailed_code(project: SampleProject) -> dict[str, Any]:
    _pending(project)
    project.given.client.otps.email.login_or_signup(project.acme.organization_id, "new@acme.test")
    mail = project.given.mock.inbox.latest(to="new@acme.test")
    return {"email_address": "new@acme.test", "code": mail.code}


def _deleted(project: SampleProject) -> dict[str, Any]:
    project.given.client.organizations.members.delete(**ids(project.ada))
    return {}


def _retired(project: SampleProject) -> dict[str, Any]:
    update, ada = project.given.client.organizations.members.update, ids(project.ada)
    update(**ada, email_address="new@acme.test")
    return ada | {"email_address": "ada@acme.test"}


def _own_password(project: SampleProject) -> dict[str, Any]:
    project.given.mock.configure(cross_org_passwords_enabled=False)
    project.given.client.passwords.migrate(
        "new@acme.test", "0" * 32, "md_5", project.acme.organization_id, external_id="new"
    )
    found = project.given.client.organizations.members.get(project.acme.organization_id, "new").member
    return {"member_password_id": found.member_password_id}


def _first_totp(project: SampleProject) -> dict[str, Any]:
    made = project.given.client.totps.create(**ids(project.ada))
    session_token = project.values["session_token"]
    return ids(project.ada) | {"code": totp_code(project.given, made.secret), "session_token": session_token}


def _new_account(project: SampleProject) -> dict[str, Any]:
    _joinable(project)
    return {"oauth_token": oauth_token(project.given, slug="acme", email="new@acme.test")}


def _sso_token(project: SampleProject, email_address: str = "new@acme.test") -> dict[str, Any]:
    _joinable(project)
    made = project.given.mock.identity_provider(project.acme.organization_id, "oidc").connection_id
    return {"connection_id": made, "sso_token": SsoVisit(project.given.mock).token(made, email_address)}


def _connection_in_use(project: SampleProject) -> dict[str, Any]:
    made = _sso_token(project)
    project.given.client.sso.authenticate(made["sso_token"])
    return {"connection_id": made["connection_id"]}


def _directory_in_use(project: SampleProject) -> dict[str, Any]:
    directory = Directory(project.directory)
    directory.create_user("new@acme.test")
    directory.http.close()
    return named(project.directory)


def _attested(**profile: Any) -> Prepare:
    def prepare(project: SampleProject) -> dict[str, Any]:
        mapping = {"organization_id": "org", "external_member_id": "sub"}
        profile_ = trusted_issuer.profile(can_jit_provision=True, attribute_mapping=mapping)
        project.given.mock.configure(trusted_token_profiles=[profile_])
        claims = {"org": project.acme.organization_id, "sub": "new", "email": "new@acme.test", **profile}
        return {"organization_id": None, "token": trusted_issuer.token(**claims)}

    return prepare


def _migrated(project: SampleProject) -> dict[str, Any]:
    _pending(project)
    url = trusted_issuer.userinfo(email="new@acme.test")
    project.given.mock.configure(zero_downtime_session_migration_url=url)
    return {}


def _exchanged_session(project: SampleProject) -> dict[str, Any]:
    project.given.member(project.globex, "ada@acme.test", create_member_as_pending=True)
    return {"organization_id": project.globex.organization_id}


def _reset_of_a_pending_member(project: SampleProject) -> dict[str, Any]:
    _pending(project)
    return {"password_reset_token": reset_token(project.given, project.acme, "new@acme.test")}


def _discovery_reset(project: SampleProject) -> dict[str, Any]:
    project.given.member(project.globex, "ada@acme.test")
    project.given.client.passwords.discovery.email.reset_start("ada@acme.test")
    return {"password_reset_token": project.given.token("ada@acme.test", "password_reset.discovery")}


def _all_connections(project: SampleProject) -> dict[str, Any]:
    _directory_in_use(project)
    for kind in ("oidc", "saml"):
        project.given.mock.identity_provider(project.acme.organization_id, kind)
    return {}


def _without_phone(project: SampleProject) -> dict[str, Any]:
    return ids(project.dora) | {"session_token": project.dora_session, "mfa_phone_number": ""}


def _other_sso_url(project: SampleProject) -> dict[str, Any]:
    """Change the connection, so that the metadata changes it back."""
    sent = project.valid_request(ENDPOINTS["sso_saml.update_by_url"])
    ids = {name: sent[name] for name in ("organization_id", "connection_id")}
    project.given.client.sso.saml.update_connection(**ids, idp_sso_url="https://other.test/sso")
    return {}


# What must exist before an operation of EMITS can succeed, and the fields of the request that it changes.
PREPARED: dict[str, Prepare] = {
    "discovery.exchange": _intermediate_session,
    "magic_links.login_or_signup": _newcomer,
    "members.delete_password": _own_password,
    "members.reactivate": _deleted,
    "members_emails.unlink_retired_email": _retired,
    "sso_oidc.update_connection": lambda project: {"display_name": "New"},
    "sso_saml.update_by_url": _other_sso_url,
    "sso_saml.update_connection": lambda project: {"display_name": "New"},
}

# Requests whose effect depends on the state: an operation, the set-up, and the events.
CONDITIONAL: dict[str, tuple[str, Prepare, list[str]]] = {
    "a link makes a pending member active": (
        "magic_links.authenticate",
        lambda project: {"magic_links_token": project.given.link_token(project.acme, _pending(project).email_address)},
        ["member.update"],
    ),
    "a second invitation": (
        "magic_links.invite",
        lambda project: (
            project.given.client.magic_links.email.invite(project.acme.organization_id, "new@acme.test")
            and {"email_address": "new@acme.test", "name": "New"}
        ),
        ["member.update"],
    ),
    "a code makes a pending member active": ("otp_email.authenticate", _mailed_code, ["member.update"]),
    "a code for a new address": ("otp_email.login_or_signup", _newcomer, ["member.create"]),
    "a code to a known number": ("otp_sms.send", _without_phone, []),
    "a password reset of a new address": ("passwords.email_reset_start", _newcomer, ["member.create"]),
    "a password reset of a pending member": (
        "passwords.email_reset",
        _reset_of_a_pending_member,
        ["member.update", "member.update"],  # the password; the verified address
    ),
    "a password of members of two organizations": (
        "passwords_discovery.email_reset",
        _discovery_reset,
        ["member.update", "member.update"],
    ),
    "a new account at a provider": ("oauth.authenticate", _new_account, ["member.create", "member.update"]),
    "a new account at an identity provider": ("sso.authenticate", _sso_token, ["member.create", "member.update"]),
    "a known account": (
        "sso.authenticate",
        lambda project: _sso_token(project, "ada@acme.test"),
        ["member.update"],
    ),
    "a connection with members": (
        "sso.delete_connection",
        _connection_in_use,
        ["member.update", "oidc_connection.delete"],
    ),
    "a directory with users": ("scim.delete", _directory_in_use, ["member.update", "scim_connection.delete"]),
    "an organization with connections": (
        "organizations.delete",
        _all_connections,
        [
            *["member.delete"] * 3,
            *("oidc_connection.delete", "saml_connection.delete", "scim_connection.delete"),
            "organization.delete",
        ],
    ),
    "a trusted token of a new member": ("sessions_attest.attest", _attested(), ["member.create"]),
    "a trusted token of a new organization": (
        "sessions_attest.attest",
        _attested(org="new.1"),
        ["organization.create", "member.create"],
    ),
    "a migrated session of a pending member": ("sessions_migrate.migrate", _migrated, ["member.update"]),
    "a session of a pending member": ("sessions.exchange", _exchanged_session, ["member.update"]),
    "a first code of an authenticator app": ("totp.authenticate", _first_totp, ["member.update"]),
}


@pytest.fixture
def events(event_recorder, own_project):
    return Events(event_recorder, own_project.given.mock.project_id)


def stored(project, event):
    """Return an object as the API returns it now."""
    if event.object_type == "organization":
        return project.http.get(f"/v1/b2b/organizations/{event.id}").json()["organization"]
    if event.object_type == "member":
        path = f"/v1/b2b/organizations/members/dangerously_get/{event.id}"
        return project.http.get(path, params={"include_deleted": "true"}).json()["member"]
    organization_id = event.entity["organization_id"]
    if event.object_type == "scim_connection":
        return project.http.get(f"/v1/b2b/scim/{organization_id}/connection").json()["connection"]
    found = project.http.get(f"/v1/b2b/sso/{organization_id}").json()[f"{event.object_type}s"]
    return next(connection for connection in found if connection["connection_id"] == event.id)


def send(project, events, name, prepare):
    """Send the valid request of an endpoint, with the fields that the preparation returns. Return the new events."""
    endpoint = ENDPOINTS[name]
    prepared = prepare(project)
    fields = project.valid_request(endpoint) | prepared
    events()
    response = project.send(endpoint, {name: value for name, value in fields.items() if value is not None})
    assert response.status_code == 200, response.text
    emitted = events.take()
    for event in {event.id: event for event in emitted}.values():  # the last one of each object
        assert (event.entity is None) == (event.action == "delete")
        if event.entity is not None:
            assert event.entity == stored(project, event)
    return [f"{event.object_type}.{event.action}" for event in emitted]


def test_every_operation_is_in_the_table():
    """A new operation goes into ``EMITS`` or into ``SILENT``."""
    assert set(EMITS) & SILENT == set()
    assert set(EMITS) | SILENT == {endpoint.name for endpoint in endpoints()}
    assert set(PREPARED) <= set(EMITS)


@pytest.mark.parametrize("name", sorted(ENDPOINTS))
def test_successful_call_emits_these_events(own_project, events, name):
    found = send(own_project, events, name, PREPARED.get(name, lambda project: {}))
    assert found == EMITS.get(name, [])


@pytest.mark.parametrize("case", CONDITIONAL)
def test_events_depend_on_the_state(own_project, events, case):
    name, prepare, expected = CONDITIONAL[case]
    assert send(own_project, events, name, prepare) == expected


def test_oauth_endpoints_emit_nothing(own_project, events, http):
    """Their requests are forms, and each needs the response of the one before."""
    given = own_project.given
    app = new_app(given)
    code = authorized(given, app, ["openid", "offline_access"], session_token=own_project.values["session_token"])
    credentials = {"client_id": app.client_id, "client_secret": app.client_secret}
    path = f"{given.mock.url}/v1/public/{given.mock.project_id}/oauth2"
    http.auth = None
    events()
    grant = {"grant_type": "authorization_code", "code": code.authorization_code, "redirect_uri": CALLBACK}
    tokens = http.post(f"{path}/token", data=credentials | grant).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert http.post(f"{path}/introspect", data=credentials | {"token": tokens["access_token"]}).json()["active"]
    assert http.get(f"{path}/userinfo", headers=bearer).status_code == 200
    assert http.post(f"{path}/userinfo", headers=bearer).status_code == 200
    assert http.post(f"{path}/revoke", data=credentials | {"token": tokens["refresh_token"]}).status_code == 200
    assert http.post(f"{path}/register", json={"redirect_uris": [CALLBACK]}).status_code == 201
    assert events() == []
