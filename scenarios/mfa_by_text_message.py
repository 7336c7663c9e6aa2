"""A second factor by text message.

The phone is enrolled at the first login; at the next one the code is texted at once.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)

    organization = story.organization(company, mfa_policy="REQUIRED_FOR_ALL")
    member = story.member(organization, person)
    me = {"organization_id": organization.organization_id, "member_id": member.member_id}

    story.step(f"{company} asks everybody for a second factor, and {person} has none yet")
    begun = story.login(organization, person)
    story.expect(begun, member_authenticated=False, session_token="")
    story.expect(begun.mfa_required, member_options=None)
    token = begun.intermediate_session_token

    story.step("A phone number is entered, and the code comes by text message")
    number = story.cast.phone_number()
    client.otps.sms.send(**me, mfa_phone_number=number, intermediate_session_token=token)
    code = story.text(number)

    story.step("A wrong code leads nowhere, and leaves the login as it is")
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    story.refused(
        "otp_code_not_found", client.otps.sms.authenticate, **me, code=wrong, intermediate_session_token=token
    )

    story.step("The right one logs in, and the phone is the member's")
    login = client.otps.sms.authenticate(**me, code=code, intermediate_session_token=token)
    story.expect(login.member, mfa_phone_number=number, mfa_phone_number_verified=True, mfa_enrolled=True)
    kinds = sorted(factor.type.value for factor in login.member_session.authentication_factors)
    story.equal("factors", kinds, ["magic_link", "otp"])

    story.step(f"{person} comes back: the code is on its way already")
    back = story.login(organization, person)
    story.expect(back.mfa_required, secondary_auth_initiated="sms_otp")
    again = client.otps.sms.authenticate(
        **me, code=story.text(number), intermediate_session_token=back.intermediate_session_token
    )
    story.expect(again.member, member_id=member.member_id)


if __name__ == "__main__":
    main(run)
