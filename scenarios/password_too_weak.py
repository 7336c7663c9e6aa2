"""Weak passwords, and one known from a breach.

They are refused when they are set. One that is breached later has to be replaced.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)

    organization, good = story.organization(company), "plum orbit kettle 47"
    where = {"organization_id": organization.organization_id, "email_address": person.email_address}
    story.member(organization, person)
    check, reset = client.passwords.strength_check, client.passwords.email.reset

    story.step("The app can ask what a password is worth")
    story.expect(check("orbit12", email_address=person.email_address), valid_password=False)
    story.expect(check(good, email_address=person.email_address), valid_password=True, breached_password=False)

    story.step(f"{person} chooses a weak one, then one that the whole world knows")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person, "password_reset"))
    story.refused("weak_password", reset, landing.token, "orbit12")
    story.refused("breached_password", reset, landing.token, "password123")

    story.step("Neither spent the link")
    story.expect(reset(landing.token, good), member_authenticated=True)

    story.step("Later that password shows up in a breach: right as it is, it no longer logs in")
    story.control.configure(password_policy={"breached_passwords": [good]})
    story.refused("member_reset_password", client.passwords.authenticate, **where, password=good)

    story.step("Another one has to be set")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person, "password_reset"))
    story.expect(reset(landing.token, "seven quiet lanterns drift"), member_authenticated=True)


if __name__ == "__main__":
    main(run)
