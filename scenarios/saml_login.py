"""SAML login with just-in-time provisioning and roles from groups.

The first login creates the member with the name and groups of the SAML response. The role of a group is part of
sessions from this connection, as long as the member is in the group.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    admin, worker = scenario.fake.person(works_at=company), scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    organization_id, members = organization.organization_id, client.organizations.members

    scenario.step(f"{company} connects its identity provider")
    idp = scenario.create_identity_provider(organization, "saml", display_name=f"{company} SSO")
    found = client.sso.get_connections(organization_id).saml_connections[0]
    scenario.expect(found, status="active", display_name=f"{company} SSO")
    connection_id = idp["connection_id"]
    scenario.expect(client.organizations.get(organization_id).organization, sso_default_connection_id=connection_id)

    scenario.step("Members of its group IT get the administrator role")
    group_roles = [{"role_id": "stytch_admin", "group": "IT"}]
    client.sso.saml.update_connection(
        organization_id, idp["connection_id"], saml_group_implicit_role_assignments=group_roles
    )

    scenario.step(f"{admin}, of the group IT, logs in for the first time, and becomes a member")
    redirect = scenario.sso_login(idp, admin, groups=["IT", "Everybody"])
    scenario.expect(redirect, token_type="sso", slug=company.slug)
    login = client.sso.authenticate(redirect.token)
    scenario.expect(login, member_authenticated=True)
    scenario.expect(login.member, name=admin.name, email_address=admin.email_address, status="active")
    scenario.expect(login.member_session, roles=["stytch_member", "stytch_admin"])

    scenario.step("The member's roles show their sources")
    sources = [role.sources[0].type for role in login.member.roles]
    scenario.expect_equal("sources", sources, ["direct_assignment", "sso_connection_group"])

    scenario.step(f"{worker} isn't in IT, and doesn't get the role")
    login = client.sso.authenticate(scenario.sso_login(idp, worker, groups=["Everybody"]).token)
    scenario.expect(login.member_session, roles=["stytch_member"])

    scenario.step(f"When {admin} logs in by link, the session doesn't have the role")
    link_login = scenario.log_in(organization, admin)
    scenario.expect(link_login.member_session, roles=["stytch_member"])

    scenario.step(f"{admin} leaves IT, and doesn't get the role at the next login")
    login = client.sso.authenticate(scenario.sso_login(idp, admin, groups=["Everybody"]).token)
    scenario.expect(login.member_session, roles=["stytch_member"])

    scenario.step("A token works once")
    redirect = scenario.sso_login(idp, worker)
    client.sso.authenticate(redirect.token)
    scenario.expect_error("sso_token_not_found", client.sso.authenticate, redirect.token)

    scenario.step(f"{company} turns just-in-time provisioning off: a new person is refused")
    client.organizations.update(organization_id, sso_jit_provisioning="NOT_ALLOWED")
    new_person = scenario.fake.person(works_at=company)
    redirect = scenario.sso_login(idp, new_person)
    scenario.expect_error("invalid_connection_for_jit_provisioning", client.sso.authenticate, redirect.token)
    found = members.search([organization_id]).results_metadata
    scenario.expect(found, total=2)


if __name__ == "__main__":
    main(run)
