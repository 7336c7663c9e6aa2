"""Ten wrong passwords lock a member.

Then even the right one is refused, until an hour has passed.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)

    organization, good, wrong = story.organization(company), "plum orbit kettle 47", "seven quiet lanterns drift"
    where = {"organization_id": organization.organization_id, "email_address": person.email_address}
    member, authenticate = story.member(organization, person), client.passwords.authenticate

    story.step(f"{person} has a password")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person, "password_reset"))
    story.expect(client.passwords.email.reset(landing.token, good), member_authenticated=True)

    story.step("Somebody guesses, ten times")
    for _ in range(10):
        story.refused("unauthorized_credentials", authenticate, **where, password=wrong)

    story.step("The member is locked: not even the right password helps")
    found = client.organizations.members.get(organization.organization_id, member_id=member.member_id)
    story.expect(found.member, is_locked=True)
    story.refused("user_lock_limit_reached", authenticate, **where, password=good)

    story.step("After an hour it does")
    story.later(minutes=60)
    story.expect(authenticate(**where, password=good), member_authenticated=True)


if __name__ == "__main__":
    main(run)
