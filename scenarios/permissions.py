"""What an administrator may do, and a member may not.

The app sends the person's session along, in a header: then not the app but that person acts, and roles decide.
"""

from typing import Any

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    from stytch.b2b.models.organizations import UpdateRequestOptions as UpdateOrganization
    from stytch.b2b.models.organizations_members import DeleteRequestOptions, UpdateRequestOptions
    from stytch.shared.method_options import Authorization

    def acting(login: Any) -> Authorization:
        return Authorization(session_token=login.session_token)

    client, company, other = story.client, story.cast.company(), story.cast.company()
    admin, worker = story.cast.person(works_at=company), story.cast.person(works_at=company)
    organization = story.organization(company)
    org_id, people = organization.organization_id, client.organizations.members
    elsewhere = story.organization(other)

    story.step(f"{admin} is an administrator of {company}, {worker} a member; both are logged in")
    story.member(organization, admin, roles=["stytch_admin"])
    story.member(organization, worker)
    boss, me = story.login(organization, admin), story.login(organization, worker)
    story.expect(boss.member_session, roles=["stytch_member", "stytch_admin"])
    story.expect(me.member_session, roles=["stytch_member"])

    story.step(f"{worker} may change their own name")
    as_me = UpdateRequestOptions(authorization=acting(me))
    renamed = people.update(org_id, me.member_id, name="Someone Else", method_options=as_me)
    story.expect(renamed.member, name="Someone Else")

    story.step(f"But neither {admin}'s name, nor their own roles, nor the organization")
    refused = "session_authorization_error"
    story.refused(refused, people.update, org_id, boss.member_id, name="Nobody", method_options=as_me)
    story.refused(refused, people.update, org_id, me.member_id, roles=["stytch_admin"], method_options=as_me)
    rename = UpdateOrganization(authorization=acting(me))
    story.refused(refused, client.organizations.update, org_id, organization_name="Mine", method_options=rename)

    story.step(f"{admin} may: {worker} becomes an administrator, which the living session shows")
    as_boss = UpdateRequestOptions(authorization=Authorization(session_jwt=boss.session_jwt))
    people.update(org_id, me.member_id, roles=["stytch_admin"], preserve_existing_sessions=True, method_options=as_boss)
    promoted = client.sessions.authenticate(
        session_token=me.session_token,
        authorization_check={"organization_id": org_id, "resource_id": "stytch.member", "action": "delete"},
    )
    story.expect(promoted.verdict, authorized=True, granting_roles=["stytch_admin"])

    story.step(f"Not even an administrator acts in another organization, {other}")
    rename = UpdateOrganization(authorization=acting(boss))
    story.refused(
        "session_authorization_tenancy_error",
        client.organizations.update,
        elsewhere.organization_id,
        organization_name="Ours",
        method_options=rename,
    )

    story.step(f"{admin} deletes {worker}")
    people.delete(org_id, me.member_id, method_options=DeleteRequestOptions(authorization=acting(boss)))
    story.refused("session_not_found", client.sessions.authenticate, session_token=me.session_token)


if __name__ == "__main__":
    main(run)
