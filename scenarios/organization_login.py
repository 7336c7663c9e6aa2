"""Login at an organization's own page, found by its slug.

The app looks up the organization by the slug in the URL, and sends links for that organization.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company, other = scenario.client, scenario.fake.company(), scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    scenario.step(f"{person} is a member of {company}")
    organization = scenario.create_organization(company)
    member = scenario.create_member(organization, person)
    scenario.create_organization(other)

    scenario.step(f"The app finds the organization of /org/{company.slug} by its slug")
    query = {"operator": "AND", "operands": [{"filter_name": "organization_slugs", "filter_value": [company.slug]}]}
    found = client.organizations.search(query=query).organizations
    scenario.expect_equal("found", [o.organization_name for o in found], [company.name])
    scenario.expect(found[0], organization_id=organization.organization_id)

    scenario.step("An unknown slug finds nothing")
    query["operands"] = [{"filter_name": "organization_slugs", "filter_value": [f"not-{company.slug}"]}]
    scenario.expect(client.organizations.search(query=query), organizations=[])

    scenario.step(f"{person} requests a login link for the organization")
    sent = client.magic_links.email.login_or_signup(found[0].organization_id, person.email_address)
    scenario.expect(sent, member_created=False, member_id=member.member_id)

    scenario.step("The redirect contains the slug")
    redirect = scenario.click_link(scenario.latest_email(person, "magic_link.login"))
    scenario.expect(redirect, token_type="multi_tenant_magic_links", slug=company.slug)

    scenario.step(f"{person} is logged in to {company} for an hour")
    login = client.magic_links.authenticate(redirect.token)
    scenario.expect(login, member_authenticated=True, organization_id=organization.organization_id)
    session = login.member_session
    scenario.expect_equal("minutes", (session.expires_at - session.started_at).total_seconds() / 60, 60.0)
    factor = session.authentication_factors[0]
    scenario.expect(factor, type="magic_link", delivery_method="email")


if __name__ == "__main__":
    main(run)
