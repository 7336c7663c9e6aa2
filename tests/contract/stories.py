"""One story for each operation: it ends with a successful call of the operation."""

from typing import Any

from tests.contract import (  # noqa: F401  each registers its stories
    stories_of_access,
    stories_of_factors,
    stories_of_fraud,
    stories_of_oauth,
    stories_of_scim,
    stories_of_sso,
)
from tests.contract.story import STORIES, story
from tests.support.given import Given

__all__ = ["STORIES"]

# All settings, so that no field of the response is empty.
RICH = {
    "organization_logo_url": "https://acme.test/logo.png",
    "trusted_metadata": {"plan": {"name": "pro", "seats": 3}},
    "email_allowed_domains": ["acme.test"],
    "email_jit_provisioning": "RESTRICTED",
    "email_invites": "RESTRICTED",
    "auth_methods": "RESTRICTED",
    "allowed_auth_methods": ["magic_link", "sso"],
    "mfa_methods": "RESTRICTED",
    "allowed_mfa_methods": ["totp"],
    "oauth_tenant_jit_provisioning": "RESTRICTED",
    "allowed_oauth_tenants": {"slack": ["T1"]},
    "rbac_email_implicit_role_assignments": [{"domain": "acme.test", "role_id": "stytch_admin"}],
}


@story("debug.whoami")
def _(given: Given) -> Any:
    return given.client.debug.whoami()


@story("project.metrics")
def _(given: Given) -> Any:
    given.organization()
    return given.client.project.metrics()


@story("organizations.create")
def _(given: Given) -> Any:
    return given.client.organizations.create(
        "Acme", organization_slug="acme", organization_external_id="acme-1", claimed_email_domains=["acme.test"], **RICH
    )


@story("organizations.get")
def _(given: Given) -> Any:
    return given.client.organizations.get(given.organization().organization_id)


@story("organizations.update")
def _(given: Given) -> Any:
    return given.client.organizations.update(given.organization().organization_id, organization_name="New", **RICH)


@story("organizations.delete")
def _(given: Given) -> Any:
    return given.client.organizations.delete(given.organization().organization_id)


@story("organizations.delete_external_id")
def _(given: Given) -> Any:
    acme = given.organization(organization_external_id="acme-1")
    return given.client.organizations.delete_external_id(acme.organization_id)


@story("organizations.metrics")
def _(given: Given) -> Any:
    return given.client.organizations.metrics(given.organization().organization_id)


@story("organizations.search")
def _(given: Given) -> Any:
    given.organization("One", **RICH)
    given.organization("Two")
    return given.client.organizations.search(limit=1)


@story("organizations.members.create")
def _(given: Given) -> Any:
    return given.client.organizations.members.create(
        given.organization(**RICH).organization_id,
        "ada@acme.test",
        name="Ada",
        trusted_metadata={"a": 1},
        untrusted_metadata={"b": [2]},
        is_breakglass=True,
        mfa_phone_number="+14155550123",
        mfa_enrolled=True,
        roles=["stytch_admin"],
        external_id="ada-1",
    )


@story("organizations.members.get")
def _(given: Given) -> Any:
    acme = given.organization()
    ada = given.member(acme)
    return given.client.organizations.members.get(acme.organization_id, email_address=ada.email_address)


@story("organizations.members.dangerously_get")
def _(given: Given) -> Any:
    ada = given.member(given.organization())
    return given.client.organizations.members.dangerously_get(ada.member_id, include_deleted=True)


@story("organizations.members.update")
def _(given: Given) -> Any:
    """The member's former address is in ``retired_email_addresses``."""
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test", mfa_phone_number="+14155550123")
    return given.client.organizations.members.update(
        acme.organization_id, ada.member_id, email_address="a@acme.test", default_mfa_method="sms_otp"
    )


@story("organizations.members.delete")
def _(given: Given) -> Any:
    acme = given.organization()
    return given.client.organizations.members.delete(acme.organization_id, given.member(acme).member_id)


@story("organizations.members.reactivate")
def _(given: Given) -> Any:
    acme = given.organization()
    ada = given.member(acme)
    given.login(acme, ada)  # a member can be reactivated only with a verified address
    given.client.organizations.members.delete(acme.organization_id, ada.member_id)
    return given.client.organizations.members.reactivate(acme.organization_id, ada.member_id)


@story("organizations.members.delete_external_id")
def _(given: Given) -> Any:
    acme = given.organization()
    ada = given.member(acme, external_id="ada-1")
    return given.client.organizations.members.delete_external_id(acme.organization_id, ada.member_id)


@story("organizations.members.delete_mfa_phone_number")
def _(given: Given) -> Any:
    acme = given.organization()
    ada = given.member(acme, mfa_phone_number="+14155550123")
    return given.client.organizations.members.delete_mfa_phone_number(acme.organization_id, ada.member_id)


@story("organizations.members.start_email_update")
def _(given: Given) -> Any:
    acme = given.organization()
    ada = given.member(acme)
    given.login(acme, ada)
    return given.client.organizations.members.start_email_update(acme.organization_id, ada.member_id, "a@new.test")


@story("organizations.members.unlink_retired_email")
def _(given: Given) -> Any:
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test")
    members = given.client.organizations.members
    members.update(acme.organization_id, ada.member_id, email_address="a@acme.test")
    return members.unlink_retired_email(acme.organization_id, ada.member_id, email_address="ada@acme.test")


@story("organizations.members.search")
def _(given: Given) -> Any:
    acme = given.organization()
    given.member(acme)
    given.member(acme)
    return given.client.organizations.members.search([acme.organization_id], limit=1)


@story("magic_links.email.login_or_signup")
def _(given: Given) -> Any:
    acme = given.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    return given.client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")


@story("magic_links.email.invite")
def _(given: Given) -> Any:
    return given.client.magic_links.email.invite(given.organization().organization_id, "ada@acme.test")


@story("magic_links.email.discovery.send")
def _(given: Given) -> Any:
    return given.client.magic_links.email.discovery.send("ada@acme.test")


@story("magic_links.authenticate")
def _(given: Given) -> Any:
    acme = given.organization()
    return given.login(acme, given.member(acme), session_custom_claims={"plan": "pro"})


@story("magic_links.discovery.authenticate")
def _(given: Given) -> Any:
    """With every type of membership: member, invited, and eligible to join."""
    given.member(given.organization("One"), "ada@acme.test")
    given.client.magic_links.email.invite(given.organization("Two").organization_id, "ada@acme.test")
    joinable = given.organization("Three", email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    given.login(joinable, given.member(joinable, "bob@acme.test"))
    return given.discovered("ada@acme.test")


@story("discovery.intermediate_sessions.exchange")
def _(given: Given) -> Any:
    """The organization requires MFA, so the response has no session."""
    acme = given.organization(mfa_policy="REQUIRED_FOR_ALL")
    given.member(acme, "ada@acme.test", mfa_phone_number="+14155550123")
    found = given.discovered("ada@acme.test")
    return given.client.discovery.intermediate_sessions.exchange(found.intermediate_session_token, acme.organization_id)


@story("discovery.organizations.create")
def _(given: Given) -> Any:
    found = given.discovered("ada@acme.test")
    return given.client.discovery.organizations.create(found.intermediate_session_token, organization_name="Acme")


@story("discovery.organizations.list")
def _(given: Given) -> Any:
    given.member(given.organization(auth_methods="RESTRICTED", allowed_auth_methods=["sso"]), "ada@acme.test")
    given.member(given.organization(mfa_policy="REQUIRED_FOR_ALL"), "ada@acme.test")
    found = given.discovered("ada@acme.test")
    return given.client.discovery.organizations.list(found.intermediate_session_token)


@story("sessions.authenticate")
def _(given: Given) -> Any:
    acme = given.organization()
    login = given.login(acme, given.member(acme, roles=["stytch_admin"]))
    check = {"organization_id": acme.organization_id, "resource_id": "stytch.organization", "action": "delete"}
    return given.client.sessions.authenticate(login.session_token, authorization_check=check)


@story("sessions.get")
def _(given: Given) -> Any:
    acme = given.organization()
    ada = given.member(acme)
    given.login(acme, ada)
    return given.client.sessions.get(acme.organization_id, ada.member_id)


@story("sessions.revoke")
def _(given: Given) -> Any:
    acme = given.organization()
    return given.client.sessions.revoke(session_token=given.login(acme, given.member(acme)).session_token)


@story("sessions.exchange")
def _(given: Given) -> Any:
    acme, globex = given.organization("Acme"), given.organization("Globex")
    ada = given.member(acme, "ada@acme.test")
    given.member(globex, "ada@acme.test")
    return given.client.sessions.exchange(globex.organization_id, session_token=given.login(acme, ada).session_token)


@story("sessions.get_jwks")
def _(given: Given) -> Any:
    return given.client.sessions.get_jwks(given.mock.project_id)


@story("rbac.policy")
def _(given: Given) -> Any:
    """With a custom scope, so that no list is empty."""
    reads = {"resource_id": "stytch.member", "actions": ["search"]}
    policy = {"scopes": [{"scope": "read:all", "description": "Reads.", "permissions": [reads]}]}
    given.mock.configure(rbac_policy=policy)
    return given.client.rbac.policy()


@story("rbac.organizations.get_org_policy")
def _(given: Given) -> Any:
    return given.client.rbac.organizations.get_org_policy(given.organization().organization_id)
