"""A returning member with one organization logs in by discovery.

The app enters the only organization in the list, without asking.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person, other = scenario.fake.person(works_at=company), scenario.fake.company()

    scenario.step(f"{person} is a member of {company}, and not of {other}")
    organization = scenario.create_organization(company)
    member = scenario.create_member(organization, person)
    scenario.create_organization(other)
    scenario.expect(member, status="active", name=person.name)

    scenario.step(f"{person} requests a link, and opens it")
    client.magic_links.email.discovery.send(person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "magic_link.discovery"))

    scenario.step("Discovery finds one organization")
    discovery = client.magic_links.discovery.authenticate(redirect.token)
    names = [found.organization.organization_name for found in discovery.discovered_organizations]
    scenario.expect_equal("organizations", names, [company.name])
    found = discovery.discovered_organizations[0]
    scenario.expect(found, member_authenticated=True, primary_required=None, mfa_required=None)
    scenario.expect(found.membership, type="active_member")

    scenario.step("The app exchanges the intermediate session")
    login = client.discovery.intermediate_sessions.exchange(
        discovery.intermediate_session_token, found.organization.organization_id
    )
    scenario.expect(login, member_authenticated=True, member_id=member.member_id)
    scenario.expect(login.member_session, roles=["stytch_member"], organization_slug=company.slug)

    scenario.step("The address is verified now")
    scenario.expect(login.member, email_address_verified=True)


if __name__ == "__main__":
    main(run)
