"""Somebody joins by e-mail domain.

Just-in-time provisioning: the organization lets a domain in, and discovery offers it to whoever proves such an address.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    founder, newcomer = story.cast.person(works_at=company), story.cast.person(works_at=company)

    story.step(f"{founder} founds {company}, and lets everybody of {company.domain} join")
    founded = client.discovery.organizations.create(
        story.discovered(founder).intermediate_session_token,
        organization_name=company.name,
        organization_slug=company.slug,
        email_allowed_domains=[company.domain],
        email_jit_provisioning="RESTRICTED",
    )
    story.expect(founded.organization, email_jit_provisioning="RESTRICTED", email_allowed_domains=[company.domain])

    story.step(f"{newcomer}, whom nobody has created or invited, proves an address of that domain")
    proven = story.discovered(newcomer)
    names = [o.organization.organization_name for o in proven.discovered_organizations]
    story.equal("organizations", names, [company.name])
    membership = proven.discovered_organizations[0].membership
    story.expect(membership, type="eligible_to_join_by_email_domain", member=None)
    story.equal("because of", membership.details["domain"], company.domain)

    story.step(f"Entering is joining: {newcomer} is a member from then on")
    joined = client.discovery.intermediate_sessions.exchange(
        proven.intermediate_session_token, founded.organization.organization_id
    )
    story.expect(joined, member_authenticated=True)
    story.expect(joined.member, status="active", email_address_verified=True, is_admin=False)

    story.step("The next time discovery knows a member")
    again = story.discovered(newcomer).discovered_organizations
    story.expect(again[0].membership, type="active_member")
    story.expect(again[0].membership.member, member_id=joined.member_id)


if __name__ == "__main__":
    main(run)
