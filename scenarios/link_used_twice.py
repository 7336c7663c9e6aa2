"""A link that was used twice.

The first to redeem it is logged in. Opening the link is not redeeming it: a mail scanner may look at it.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)
    organization = story.organization(company)
    story.member(organization, person)

    story.step(f"{person} asks for a link; a mail scanner opens it first")
    client.magic_links.email.login_or_signup(organization.organization_id, person.email_address)
    mail = story.mail(person, "magic_link.login")
    story.click(mail)

    story.step(f"That used nothing up: {person} opens it, and is logged in")
    landing = story.click(mail)
    login = client.magic_links.authenticate(landing.token)
    story.expect(login, member_authenticated=True)

    story.step("Somebody finds the link in the browser's history")
    story.refused("unable_to_auth_magic_link", client.magic_links.authenticate, landing.token)

    story.step("The session of the first time is none the worse for it")
    checked = client.sessions.authenticate(session_token=login.session_token)
    story.expect(checked.member_session, member_session_id=login.member_session.member_session_id)

    story.step("A link of discovery works once, too")
    client.magic_links.email.discovery.send(person.email_address)
    landing = story.click(story.mail(person, "magic_link.discovery"))
    proven = client.magic_links.discovery.authenticate(landing.token)
    story.expect(proven, email_address=person.email_address)
    story.refused("unable_to_auth_magic_link", client.magic_links.discovery.authenticate, landing.token)


if __name__ == "__main__":
    main(run)
