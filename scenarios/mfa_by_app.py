"""A second factor by authenticator app.

The app is enrolled at the first login. Its codes work once each.
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

    story.step("The app scans the picture, and its first code ends the registration")
    created = client.totps.create(**me, intermediate_session_token=token)
    code = story.app_code(created.secret)
    login = client.totps.authenticate(**me, code=code, intermediate_session_token=token)
    story.expect(login.member, mfa_enrolled=True, default_mfa_method="totp")
    story.equal("recovery codes", len(created.recovery_codes), 10)

    story.step(f"{person} comes back, and is asked for the app's code")
    back = story.login(organization, person)
    token = back.intermediate_session_token
    options = back.mfa_required.member_options
    story.equal("the app is known", options.totp_registration_id, created.totp_registration_id)

    story.step("A code that was used is refused; the next one, half a minute later, works")
    authenticate = client.totps.authenticate
    story.refused("totp_code_already_authenticated", authenticate, **me, code=code, intermediate_session_token=token)
    story.later(seconds=60)
    again = authenticate(**me, code=story.app_code(created.secret), intermediate_session_token=token)
    kinds = sorted(factor.type.value for factor in again.member_session.authentication_factors)
    story.equal("factors", kinds, ["magic_link", "totp"])


if __name__ == "__main__":
    main(run)
