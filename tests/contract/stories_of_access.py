"""Stories of RBAC policies, attested and migrated sessions, and impersonation."""

from typing import Any

from tests.contract.story import story
from tests.support import trusted_issuer
from tests.support.given import Given

CHEF = {
    "role_id": "chef",
    "description": "Invites the guests.",
    "permissions": [{"resource_id": "stytch.member", "actions": ["create", "search"]}],
}


@story("rbac.organizations.set_org_policy")
def _(given: Given) -> Any:
    return given.client.rbac.organizations.set_org_policy(given.organization().organization_id, {"roles": [CHEF]})


@story("sessions.attest")
def _(given: Given) -> Any:
    given.mock.configure(trusted_token_profiles=[trusted_issuer.profile()])
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    return given.client.sessions.attest(trusted_issuer.PROFILE_ID, trusted_issuer.token(), acme.organization_id)


@story("sessions.migrate")
def _(given: Given) -> Any:
    given.mock.configure(zero_downtime_session_migration_url=trusted_issuer.userinfo(email="ada@acme.test"))
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    return given.client.sessions.migrate(trusted_issuer.BEARER, acme.organization_id)


@story("impersonation.authenticate")
def _(given: Given) -> Any:
    acme = given.organization(mfa_policy="REQUIRED_FOR_ALL")
    token = given.mock.impersonation_token(acme.organization_id, given.member(acme).member_id)
    return given.client.impersonation.authenticate(token)
