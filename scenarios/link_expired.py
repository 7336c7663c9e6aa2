"""A link that was opened too late.

Links live for an hour, or as long as the app says. The project's clock moves; nobody waits.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)
    organization = story.organization(company)
    story.member(organization, person)
    ask = client.magic_links.email.login_or_signup

    story.step(f"{person} asks for a link, and goes to lunch")
    ask(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person))
    story.later(minutes=60)

    story.step("After an hour the link still leads to the app, which is told that it is too late")
    story.refused("unable_to_auth_magic_link", client.magic_links.authenticate, landing.token)

    story.step("A new one works, in its last minute")
    ask(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person))
    story.later(minutes=59)
    story.expect(client.magic_links.authenticate(landing.token), member_authenticated=True)

    story.step("The app may make links that live for five minutes")
    ask(organization.organization_id, person.email_address, login_expiration_minutes=5)
    landing = story.click(story.mail(person))
    story.later(minutes=5)
    story.refused("unable_to_auth_magic_link", client.magic_links.authenticate, landing.token)

    story.step("In discovery it is the same; and what a link proved lives for ten minutes")
    client.magic_links.email.discovery.send(person.email_address)
    landing = story.click(story.mail(person))
    story.later(minutes=60)
    story.refused("unable_to_auth_magic_link", client.magic_links.discovery.authenticate, landing.token)
    proven = story.discovered(person)
    story.later(minutes=10)
    story.refused(
        "intermediate_session_not_found",
        client.discovery.intermediate_sessions.exchange,
        proven.intermediate_session_token,
        organization.organization_id,
    )


if __name__ == "__main__":
    main(run)
