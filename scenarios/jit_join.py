"""Just-in-time provisioning: a person joins by e-mail domain.

Discovery offers the organization to people who verify an address at an allowed domain.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    founder, newcomer = scenario.fake.person(works_at=company), scenario.fake.person(works_at=company)

    scenario.step(f"{founder} creates {company}, and lets people with {company.domain} addresses join")
    created = client.discovery.organizations.create(
        scenario.discover(founder).intermediate_session_token,
        organization_name=company.name,
        organization_slug=company.slug,
        email_allowed_domains=[company.domain],
        email_jit_provisioning="RESTRICTED",
    )
    scenario.expect(created.organization, email_jit_provisioning="RESTRICTED", email_allowed_domains=[company.domain])

    scenario.step(f"{newcomer}, who isn't a member, verifies an address at that domain")
    discovery = scenario.discover(newcomer)
    names = [o.organization.organization_name for o in discovery.discovered_organizations]
    scenario.expect_equal("organizations", names, [company.name])
    membership = discovery.discovered_organizations[0].membership
    scenario.expect(membership, type="eligible_to_join_by_email_domain", member=None)
    scenario.expect_equal("allowed by domain", membership.details["domain"], company.domain)

    scenario.step(f"{newcomer} chooses the organization, and becomes a member")
    login = client.discovery.intermediate_sessions.exchange(
        discovery.intermediate_session_token, created.organization.organization_id
    )
    scenario.expect(login, member_authenticated=True)
    scenario.expect(login.member, status="active", email_address_verified=True, is_admin=False)

    scenario.step("Next time, discovery lists the membership")
    again = scenario.discover(newcomer).discovered_organizations
    scenario.expect(again[0].membership, type="active_member")
    scenario.expect(again[0].membership.member, member_id=login.member_id)


if __name__ == "__main__":
    main(run)
