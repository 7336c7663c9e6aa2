"""A custom role that can manage members, and nothing else.

Requests that need another permission are refused, for example to change settings or assign roles.
"""

from typing import Any

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    from stytch.b2b.models.organizations import UpdateRequestOptions as UpdateOrganization
    from stytch.b2b.models.organizations_members import CreateRequestOptions, UpdateRequestOptions
    from stytch.b2b.models.sso_saml import CreateConnectionRequestOptions
    from stytch.shared.method_options import Authorization

    client, company = scenario.client, scenario.fake.company()
    manager, new = scenario.fake.person(works_at=company), scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    organization_id, members = organization.organization_id, client.organizations.members

    def authorization(login: Any) -> Authorization:
        return Authorization(session_token=login.session_token)

    scenario.step("The project defines a role for managing members")
    role = {
        "role_id": "people_manager",
        "description": "Creates and renames members.",
        "permissions": [{"resource_id": "stytch.member", "actions": ["create", "update.info.name", "search"]}],
    }
    scenario.control.update_project(rbac_policy={"roles": [role], "resources": [], "scopes": []})
    policy = client.rbac.policy().policy
    scenario.expect_equal("roles", [each.role_id for each in policy.roles][-1], "people_manager")

    scenario.step(f"{manager} logs in with that role")
    scenario.create_member(organization, manager, roles=["people_manager"])
    login = scenario.log_in(organization, manager)
    scenario.expect(login.member_session, roles=["stytch_member", "people_manager"])

    scenario.step(f"{manager} creates the member {new}, then changes the name")
    created = members.create(
        organization_id, new.email_address, method_options=CreateRequestOptions(authorization=authorization(login))
    ).member
    options = UpdateRequestOptions(authorization=authorization(login))
    renamed = members.update(organization_id, created.member_id, name=new.name, method_options=options)
    scenario.expect(renamed.member, name=new.name)

    refused = "session_authorization_error"
    scenario.step(f"{manager} can't assign roles")
    for member_id in (created.member_id, login.member_id):
        scenario.expect_error(
            refused, members.update, organization_id, member_id, roles=["stytch_admin"], method_options=options
        )

    scenario.step(f"{manager} can't change login settings or create an SSO connection")
    for settings in (
        {"auth_methods": "RESTRICTED", "allowed_auth_methods": ["sso"]},
        {"mfa_policy": "REQUIRED_FOR_ALL"},
    ):
        scenario.expect_error(
            refused,
            client.organizations.update,
            organization_id,
            **settings,
            method_options=UpdateOrganization(authorization=authorization(login)),
        )
    scenario.expect_error(
        refused,
        client.sso.saml.create_connection,
        organization_id,
        method_options=CreateConnectionRequestOptions(authorization=authorization(login)),
    )

    scenario.step("A request with one forbidden field changes nothing")
    scenario.expect_error(
        refused,
        members.update,
        organization_id,
        created.member_id,
        name="X",
        roles=["stytch_admin"],
        method_options=options,
    )
    unchanged = members.get(organization_id, member_id=created.member_id).member
    scenario.expect(unchanged, name=new.name)

    scenario.step("The app can check a permission without using it")
    check = {"organization_id": organization_id, "resource_id": "stytch.member", "action": "create"}
    verdict = client.sessions.authenticate(session_token=login.session_token, authorization_check=check).verdict
    scenario.expect(verdict, authorized=True, granting_roles=["people_manager"])
    scenario.expect_error(
        refused,
        client.sessions.authenticate,
        session_token=login.session_token,
        authorization_check={**check, "resource_id": "stytch.organization", "action": "delete"},
    )


if __name__ == "__main__":
    main(run)
