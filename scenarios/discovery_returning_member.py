"""A returning member with one organization walks straight in.

Discovery finds the one organization that the address is in, and the app asks no further question.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person, stranger = story.cast.person(works_at=company), story.cast.company()

    story.step(f"{person} has been a member of {company} for a while; {stranger} is somebody else's")
    organization = story.organization(company)
    member = story.member(organization, person)
    story.organization(stranger)
    story.expect(member, status="active", name=person.name)

    story.step(f"{person} asks for a link, and opens it")
    client.magic_links.email.discovery.send(person.email_address)
    landing = story.click(story.mail(person, "magic_link.discovery"))

    story.step("Discovery finds the one organization")
    proven = client.magic_links.discovery.authenticate(landing.token)
    names = [found.organization.organization_name for found in proven.discovered_organizations]
    story.equal("organizations", names, [company.name])
    found = proven.discovered_organizations[0]
    story.expect(found, member_authenticated=True, primary_required=None, mfa_required=None)
    story.expect(found.membership, type="active_member")

    story.step("So the app exchanges the intermediate session at once")
    entered = client.discovery.intermediate_sessions.exchange(
        proven.intermediate_session_token, found.organization.organization_id
    )
    story.expect(entered, member_authenticated=True, member_id=member.member_id)
    story.expect(entered.member_session, roles=["stytch_member"], organization_slug=company.slug)

    story.step("By the way, the address got verified")
    story.expect(entered.member, email_address_verified=True)


if __name__ == "__main__":
    main(run)
