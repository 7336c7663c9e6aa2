"""An organization's own login page, found by its slug.

The page's address says which organization: the app looks it up, and its members get a link into it, and only it.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company, other = story.client, story.cast.company(), story.cast.company()
    person = story.cast.person(works_at=company)

    story.step(f"{person} is a member of {company}")
    organization = story.organization(company)
    member = story.member(organization, person)
    story.organization(other)

    story.step(f"Somebody opens /org/{company.slug}: the app finds the organization by its slug")
    query = {"operator": "AND", "operands": [{"filter_name": "organization_slugs", "filter_value": [company.slug]}]}
    found = client.organizations.search(query=query).organizations
    story.equal("found", [o.organization_name for o in found], [company.name])
    story.expect(found[0], organization_id=organization.organization_id)

    story.step("A slug that nobody has finds nothing")
    query["operands"] = [{"filter_name": "organization_slugs", "filter_value": [f"not-{company.slug}"]}]
    story.expect(client.organizations.search(query=query), organizations=[])

    story.step(f"{person} asks for a login link there")
    sent = client.magic_links.email.login_or_signup(found[0].organization_id, person.email_address)
    story.expect(sent, member_created=False, member_id=member.member_id)

    story.step("The link carries the slug, so that the app knows where it leads")
    landing = story.click(story.mail(person, "magic_link.login"))
    story.expect(landing, token_type="multi_tenant_magic_links", slug=company.slug)

    story.step(f"{person} is logged in to {company}, for an hour")
    login = client.magic_links.authenticate(landing.token)
    story.expect(login, member_authenticated=True, organization_id=organization.organization_id)
    session = login.member_session
    story.equal("minutes", (session.expires_at - session.started_at).total_seconds() / 60, 60.0)
    factor = session.authentication_factors[0]
    story.expect(factor, type="magic_link", delivery_method="email")


if __name__ == "__main__":
    main(run)
