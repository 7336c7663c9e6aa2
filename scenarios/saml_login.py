"""SAML login: whoever the identity provider names joins, and a group makes admins.

Nobody was created beforehand: the first login makes the member, with name and groups as the company's identity
provider says them. The role is the group's: it counts in sessions that came by this connection, and goes with the
group.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    boss, worker = story.cast.person(works_at=company), story.cast.person(works_at=company)
    organization = story.organization(company)
    organization_id, people = organization.organization_id, client.organizations.members

    story.step(f"{company} connects its identity provider")
    idp = story.identity_provider(organization, "saml", display_name=f"{company} SSO")
    found = client.sso.get_connections(organization_id).saml_connections[0]
    story.expect(found, status="active", display_name=f"{company} SSO")
    story.expect(client.organizations.get(organization_id).organization, sso_default_connection_id=None)

    story.step("Its group IT administrates the organization")
    group_roles = [{"role_id": "stytch_admin", "group": "IT"}]
    client.sso.saml.update_connection(
        organization_id, idp["connection_id"], saml_group_implicit_role_assignments=group_roles
    )

    story.step(f"{boss}, of IT, logs in for the first time, and is a member by that")
    landing = story.by_idp(idp, boss, groups=["IT", "Everybody"])
    story.expect(landing, token_type="sso", slug=company.slug)
    came = client.sso.authenticate(landing.token)
    story.expect(came, member_authenticated=True)
    story.expect(came.member, name=boss.name, email_address=boss.email_address, status="active")
    story.expect(came.member_session, roles=["stytch_member", "stytch_admin"])

    story.step("The role comes from the group, and says so")
    sources = [role.sources[0].type for role in came.member.roles]
    story.equal("sources", sources, ["direct_assignment", "sso_connection_group"])

    story.step(f"{worker} is in no such group, and no administrator")
    came = client.sso.authenticate(story.by_idp(idp, worker, groups=["Everybody"]).token)
    story.expect(came.member_session, roles=["stytch_member"])

    story.step(f"By a link, {boss} is logged in without the role: it is the connection's to give")
    linked = story.login(organization, boss)
    story.expect(linked.member_session, roles=["stytch_member"])

    story.step(f"{boss} leaves IT, and is no administrator from the next login on")
    came = client.sso.authenticate(story.by_idp(idp, boss, groups=["Everybody"]).token)
    story.expect(came.member_session, roles=["stytch_member"])

    story.step("The token of a login works once")
    landing = story.by_idp(idp, worker)
    client.sso.authenticate(landing.token)
    story.refused("sso_token_not_found", client.sso.authenticate, landing.token)

    story.step(f"{company} lets nobody new in: the identity provider alone is not enough")
    client.organizations.update(organization_id, sso_jit_provisioning="NOT_ALLOWED")
    stranger = story.cast.person(works_at=company)
    landing = story.by_idp(idp, stranger)
    story.refused("invalid_connection_for_jit_provisioning", client.sso.authenticate, landing.token)
    gone = people.search([organization_id]).results_metadata
    story.expect(gone, total=2)


if __name__ == "__main__":
    main(run)
