"""Sign-up by discovery creates the first organization.

Nobody knows the address yet: the link proves it, and whoever proved it may found an organization.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    founder = story.cast.person(works_at=company)

    story.step(f"{founder} asks to log in, and names no organization")
    client.magic_links.email.discovery.send(founder.email_address)
    mail = story.mail(founder, "magic_link.discovery")

    story.step("The link in the mail leads to the app")
    landing = story.click(mail)
    story.expect(landing, token_type="discovery", slug="")

    story.step("The app redeems the token: the address is proven, and there is no organization to enter")
    proven = client.magic_links.discovery.authenticate(landing.token)
    story.expect(proven, email_address=founder.email_address, discovered_organizations=[])

    story.step(f"{founder} founds {company}")
    founded = client.discovery.organizations.create(
        proven.intermediate_session_token, organization_name=company.name, organization_slug=company.slug
    )
    story.expect(founded, member_authenticated=True, intermediate_session_token="")
    story.expect(founded.organization, organization_name=company.name, organization_slug=company.slug)

    story.step(f"{founder} is its first member, and its administrator")
    story.expect(founded.member, status="active", is_admin=True, email_address_verified=True)
    story.expect(founded.member_session, roles=["stytch_member", "stytch_admin"])

    story.step("The session is good, and the intermediate session is used up")
    checked = client.sessions.authenticate(session_token=founded.session_token)
    story.expect(checked.member, member_id=founded.member.member_id)
    story.refused(
        "intermediate_session_not_found",
        client.discovery.organizations.list,
        intermediate_session_token=proven.intermediate_session_token,
    )


if __name__ == "__main__":
    main(run)
