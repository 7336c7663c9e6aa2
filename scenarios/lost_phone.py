"""A lost phone, and a recovery code.

One of ten codes, kept on paper, stands in for the authenticator app. Each works once.
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

    story.step("An authenticator app is set up, and the recovery codes are kept")
    created = client.totps.create(**me, intermediate_session_token=token)
    code = story.app_code(created.secret)
    login = client.totps.authenticate(**me, code=code, intermediate_session_token=token)
    story.expect(login.member, mfa_enrolled=True, default_mfa_method="totp")

    story.step(f"The phone is lost. {person} logs in with a recovery code")
    token = story.login(organization, person).intermediate_session_token
    spare, recover = created.recovery_codes[0], client.recovery_codes.recover
    back = recover(**me, recovery_code=spare, intermediate_session_token=token)
    story.expect(back, recovery_codes_remaining=9)

    story.step("The same one is worth nothing the next time")
    token = story.login(organization, person).intermediate_session_token
    story.refused(
        "unable_to_authenticate_recovery_code", recover, **me, recovery_code=spare, intermediate_session_token=token
    )

    story.step("The app's backend takes the lost phone away, and a new one is set up")
    client.organizations.members.delete_totp(**me)
    token = story.login(organization, person).intermediate_session_token
    fresh = client.totps.create(**me, intermediate_session_token=token)
    code = story.app_code(fresh.secret)
    login = client.totps.authenticate(**me, code=code, intermediate_session_token=token)
    story.expect(login.member, totp_registration_id=fresh.totp_registration_id)


if __name__ == "__main__":
    main(run)
