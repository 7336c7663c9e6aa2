"""A forgotten password.

A new one by mail. It ends every session that the old one began, and the link works once.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)

    organization, old, new = story.organization(company), "plum orbit kettle 47", "seven quiet lanterns drift"
    where = {"organization_id": organization.organization_id, "email_address": person.email_address}
    story.member(organization, person)

    story.step(f"{person} is logged in with a password")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person, "password_reset"))
    client.passwords.email.reset(landing.token, old)
    laptop = client.passwords.authenticate(**where, password=old)
    story.expect(laptop, member_authenticated=True)

    story.step("And forgets it: a link is mailed")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person, "password_reset"))

    story.step("A new password is set by it; the old one is worth nothing now")
    story.expect(client.passwords.email.reset(landing.token, new), member_authenticated=True)
    story.refused("unauthorized_credentials", client.passwords.authenticate, **where, password=old)
    story.expect(client.passwords.authenticate(**where, password=new), member_authenticated=True)

    story.step("What was logged in before is logged out, and the link is spent")
    story.refused("session_not_found", client.sessions.authenticate, session_token=laptop.session_token)
    story.refused("unable_to_auth_password_reset_token", client.passwords.email.reset, landing.token, old)

    story.step("A link that waits for half an hour is too old")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person, "password_reset"))
    story.later(minutes=30)
    story.refused("unable_to_auth_password_reset_token", client.passwords.email.reset, landing.token, old)


if __name__ == "__main__":
    main(run)
