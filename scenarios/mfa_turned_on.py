"""A second factor is turned on while people are logged in.

Who is inside stays inside; who comes next is asked for more.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)

    organization = story.organization(company)
    member = story.member(organization, person)
    me = {"organization_id": organization.organization_id, "member_id": member.member_id}

    story.step(f"{person} is logged in to {company}, with a link alone")
    laptop = story.login(organization, person)
    story.expect(laptop, member_authenticated=True)

    story.step(f"{company} turns the second factor on")
    changed = client.organizations.update(organization.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    story.expect(changed.organization, mfa_policy="REQUIRED_FOR_ALL")

    story.step("The session on the laptop lives on")
    story.expect(client.sessions.authenticate(session_token=laptop.session_token).member, member_id=member.member_id)

    story.step("The next login is asked for more")
    phone = story.login(organization, person)
    story.expect(phone, member_authenticated=False)
    story.expect(phone.mfa_required, member_options=None)

    story.step(f"{person} enrols from the laptop, whose session gains the factor")
    number = story.cast.phone_number()
    client.otps.sms.send(**me, mfa_phone_number=number, session_token=laptop.session_token)
    stepped = client.otps.sms.authenticate(**me, code=story.text(number), session_token=laptop.session_token)
    kinds = sorted(factor.type.value for factor in stepped.member_session.authentication_factors)
    story.equal("factors", kinds, ["magic_link", "otp"])


if __name__ == "__main__":
    main(run)
