"""An administrator who may manage people, and nothing else.

The project has a role of its own for that. Every field that needs another permission is refused, and so is making
oneself more than one is.
"""

from typing import Any

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    from stytch.b2b.models.organizations import UpdateRequestOptions as UpdateOrganization
    from stytch.b2b.models.organizations_members import CreateRequestOptions, UpdateRequestOptions
    from stytch.b2b.models.sso_saml import CreateConnectionRequestOptions
    from stytch.shared.method_options import Authorization

    client, company = story.client, story.cast.company()
    manager, new = story.cast.person(works_at=company), story.cast.person(works_at=company)
    organization = story.organization(company)
    organization_id, people = organization.organization_id, client.organizations.members

    def acting(login: Any) -> Authorization:
        return Authorization(session_token=login.session_token)

    story.step("The project has a role for those who manage people")
    hr = {
        "role_id": "people_manager",
        "description": "Hires and renames.",
        "permissions": [{"resource_id": "stytch.member", "actions": ["create", "update.info.name", "search"]}],
    }
    story.control.configure(rbac_policy={"roles": [hr], "resources": [], "scopes": []})
    policy = client.rbac.policy().policy
    story.equal("roles", [role.role_id for role in policy.roles][-1], "people_manager")

    story.step(f"{manager} has it")
    story.member(organization, manager, roles=["people_manager"])
    me = story.login(organization, manager)
    story.expect(me.member_session, roles=["stytch_member", "people_manager"])

    story.step(f"{manager} hires {new}, and corrects the name")
    hired = people.create(
        organization_id, new.email_address, method_options=CreateRequestOptions(authorization=acting(me))
    ).member
    as_me = UpdateRequestOptions(authorization=acting(me))
    renamed = people.update(organization_id, hired.member_id, name=new.name, method_options=as_me)
    story.expect(renamed.member, name=new.name)

    refused = "session_authorization_error"
    story.step("But gives nobody a role, least of all an administrator's")
    for member_id in (hired.member_id, me.member_id):
        story.refused(refused, people.update, organization_id, member_id, roles=["stytch_admin"], method_options=as_me)

    story.step("Nor changes how the organization logs in, nor what it trusts")
    for settings in ({"auth_methods": "RESTRICTED", "allowed_auth_methods": ["sso"]}, {"mfa_policy": "OPTIONAL"}):
        story.refused(
            refused,
            client.organizations.update,
            organization_id,
            **settings,
            method_options=UpdateOrganization(authorization=acting(me)),
        )
    story.refused(
        refused,
        client.sso.saml.create_connection,
        organization_id,
        method_options=CreateConnectionRequestOptions(authorization=acting(me)),
    )

    story.step("What is refused as a whole leaves nothing behind")
    story.refused(
        refused, people.update, organization_id, hired.member_id, name="X", roles=["stytch_admin"], method_options=as_me
    )
    unchanged = people.get(organization_id, member_id=hired.member_id).member
    story.expect(unchanged, name=new.name)

    story.step("A check says so beforehand")
    check = {"organization_id": organization_id, "resource_id": "stytch.member", "action": "create"}
    verdict = client.sessions.authenticate(session_token=me.session_token, authorization_check=check).verdict
    story.expect(verdict, authorized=True, granting_roles=["people_manager"])
    story.refused(
        refused,
        client.sessions.authenticate,
        session_token=me.session_token,
        authorization_check={**check, "resource_id": "stytch.organization", "action": "delete"},
    )


if __name__ == "__main__":
    main(run)
