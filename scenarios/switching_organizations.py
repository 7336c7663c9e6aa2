"""Switching organizations without logging in again.

The session is exchanged for one in the other organization, with the same factors. The first session stays valid.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, fake = scenario.client, scenario.fake
    employer, customer, other = fake.company(), fake.company(), fake.company()
    person = fake.person(works_at=employer)

    scenario.step(f"{person} is a member of {employer} and invited to {customer}, but not to {other}")
    employer_organization, customer_organization, other_organization = map(
        scenario.create_organization, (employer, customer, other)
    )
    member = scenario.create_member(employer_organization, person)
    invited = client.magic_links.email.invite(customer_organization.organization_id, person.email_address)
    scenario.expect(invited.member, status="invited")

    scenario.step(f"{person} logs in to {employer}")
    first = scenario.log_in(employer_organization, person)
    scenario.expect(first, member_authenticated=True, member_id=member.member_id)

    scenario.step("The app lists the person's organizations")
    listed = client.discovery.organizations.list(session_token=first.session_token).discovered_organizations
    scenario.expect_equal(
        "organizations", [o.organization.organization_name for o in listed], [employer.name, customer.name]
    )

    scenario.step(f"Exchanging the session for {customer} accepts the invitation, without an e-mail")
    second = client.sessions.exchange(customer_organization.organization_id, session_token=first.session_token)
    scenario.expect(second, member_authenticated=True, member_id=invited.member_id)
    scenario.expect(second.member, status="active")
    scenario.expect(
        second.member_session, organization_id=customer_organization.organization_id, roles=["stytch_member"]
    )
    scenario.expect_equal("new session", second.session_token != first.session_token, True)

    scenario.step("The first session stays valid")
    scenario.expect(client.sessions.authenticate(session_token=first.session_token).member, member_id=member.member_id)

    scenario.step(f"The session can't be exchanged for {other}")
    scenario.expect_error(
        "member_not_found",
        client.sessions.exchange,
        other_organization.organization_id,
        session_token=first.session_token,
    )


if __name__ == "__main__":
    main(run)
