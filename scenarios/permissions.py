"""Roles decide what a member is allowed to do.

The app sends the member's session in a header. Then the request needs a permission of that member's roles.
"""

from typing import Any

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    from stytch.b2b.models.organizations import UpdateRequestOptions as UpdateOrganization
    from stytch.b2b.models.organizations_members import DeleteRequestOptions, UpdateRequestOptions
    from stytch.shared.method_options import Authorization

    def authorization(login: Any) -> Authorization:
        return Authorization(session_token=login.session_token)

    client, company, other = scenario.client, scenario.fake.company(), scenario.fake.company()
    admin, worker = scenario.fake.person(works_at=company), scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    organization_id, members = organization.organization_id, client.organizations.members
    other_organization = scenario.create_organization(other)

    scenario.step(f"{admin}, an administrator of {company}, and {worker}, a member, log in")
    scenario.create_member(organization, admin, roles=["stytch_admin"])
    scenario.create_member(organization, worker)
    admin_login, worker_login = scenario.log_in(organization, admin), scenario.log_in(organization, worker)
    scenario.expect(admin_login.member_session, roles=["stytch_member", "stytch_admin"])
    scenario.expect(worker_login.member_session, roles=["stytch_member"])

    scenario.step(f"{worker} can change their own name")
    as_worker = UpdateRequestOptions(authorization=authorization(worker_login))
    renamed = members.update(organization_id, worker_login.member_id, name="New Name", method_options=as_worker)
    scenario.expect(renamed.member, name="New Name")

    scenario.step(f"{worker} can't change {admin}'s name, their own roles or the organization")
    refused = "session_authorization_error"
    scenario.expect_error(
        refused, members.update, organization_id, admin_login.member_id, name="Other Name", method_options=as_worker
    )
    scenario.expect_error(
        refused,
        members.update,
        organization_id,
        worker_login.member_id,
        roles=["stytch_admin"],
        method_options=as_worker,
    )
    rename = UpdateOrganization(authorization=authorization(worker_login))
    scenario.expect_error(
        refused, client.organizations.update, organization_id, organization_name="Mine", method_options=rename
    )

    scenario.step(f"{admin} makes {worker} an administrator. The existing session gets the role")
    as_admin = UpdateRequestOptions(authorization=Authorization(session_jwt=admin_login.session_jwt))
    members.update(
        organization_id,
        worker_login.member_id,
        roles=["stytch_admin"],
        preserve_existing_sessions=True,
        method_options=as_admin,
    )
    promoted = client.sessions.authenticate(
        session_token=worker_login.session_token,
        authorization_check={"organization_id": organization_id, "resource_id": "stytch.member", "action": "delete"},
    )
    scenario.expect(promoted.verdict, authorized=True, granting_roles=["stytch_admin"])

    scenario.step(f"An administrator can't change another organization, {other}")
    rename = UpdateOrganization(authorization=authorization(admin_login))
    scenario.expect_error(
        "session_authorization_tenancy_error",
        client.organizations.update,
        other_organization.organization_id,
        organization_name="Ours",
        method_options=rename,
    )

    scenario.step(f"{admin} deletes {worker}")
    members.delete(
        organization_id,
        worker_login.member_id,
        method_options=DeleteRequestOptions(authorization=authorization(admin_login)),
    )
    scenario.expect_error("session_not_found", client.sessions.authenticate, session_token=worker_login.session_token)


if __name__ == "__main__":
    main(run)
