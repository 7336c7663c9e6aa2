"""Discovery lists several organizations to choose from.

The person is an active member of one, invited to another and allowed to join a third.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, fake = scenario.client, scenario.fake
    employer, club, sister = fake.company(), fake.company(), fake.company()
    person, colleague = fake.person(works_at=employer), fake.person(works_at=employer)

    scenario.step(f"{person} is a member of {employer}, and invited to {club}")
    employer_organization = scenario.create_organization(employer)
    member = scenario.create_member(employer_organization, person)
    club_organization = scenario.create_organization(club)
    client.magic_links.email.invite(club_organization.organization_id, person.email_address)

    scenario.step(f"{sister} lets people with {employer.domain} addresses join. {colleague} is already a member")
    sister_organization = scenario.create_organization(
        sister, email_allowed_domains=[employer.domain], email_jit_provisioning="RESTRICTED"
    )
    scenario.create_member(sister_organization, colleague)
    scenario.log_in(sister_organization, colleague)

    scenario.step(f"{person} verifies the address: discovery lists all three, with the type of membership")
    discovery = scenario.discover(person)
    memberships = {o.organization.organization_name: o.membership.type for o in discovery.discovered_organizations}
    scenario.expect_equal(employer.name, memberships.get(employer.name), "active_member")
    scenario.expect_equal(club.name, memberships.get(club.name), "invited_member")
    scenario.expect_equal(sister.name, memberships.get(sister.name), "eligible_to_join_by_email_domain")
    scenario.expect_equal("organizations", len(memberships), 3)

    scenario.step(f"{person} chooses {employer}")
    login = client.discovery.intermediate_sessions.exchange(
        discovery.intermediate_session_token, employer_organization.organization_id
    )
    scenario.expect(login, member_authenticated=True, member_id=member.member_id)

    scenario.step("An intermediate session can be exchanged once")
    scenario.expect_error(
        "intermediate_session_not_found",
        client.discovery.intermediate_sessions.exchange,
        discovery.intermediate_session_token,
        club_organization.organization_id,
    )

    scenario.step("With a session, the list has only current memberships and invitations")
    memberships = client.discovery.organizations.list(session_token=login.session_token).discovered_organizations
    scenario.expect_equal(
        "organizations", [o.organization.organization_name for o in memberships], [employer.name, club.name]
    )


if __name__ == "__main__":
    main(run)
