"""MFA by text message.

The member enrolls a phone at the first login. At the next login, the code is sent automatically.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    organization = scenario.create_organization(company, mfa_policy="REQUIRED_FOR_ALL")
    member = scenario.create_member(organization, person)
    ids = {"organization_id": organization.organization_id, "member_id": member.member_id}

    scenario.step(f"{company} requires MFA. {person} isn't enrolled yet")
    first_login = scenario.log_in(organization, person)
    scenario.expect(first_login, member_authenticated=False, session_token="")
    scenario.expect(first_login.mfa_required, member_options=None)
    token = first_login.intermediate_session_token

    scenario.step(f"{person} enters a phone number, and gets a code by text message")
    number = scenario.fake.phone_number()
    client.otps.sms.send(**ids, mfa_phone_number=number, intermediate_session_token=token)
    code = scenario.latest_sms_code(number)

    scenario.step("A wrong code is refused, and can be corrected")
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    scenario.expect_error(
        "otp_code_not_found", client.otps.sms.authenticate, **ids, code=wrong, intermediate_session_token=token
    )

    scenario.step("The correct code completes the login and the enrollment")
    login = client.otps.sms.authenticate(**ids, code=code, intermediate_session_token=token)
    scenario.expect(login.member, mfa_phone_number=number, mfa_phone_number_verified=True, mfa_enrolled=True)
    types = sorted(factor.type.value for factor in login.member_session.authentication_factors)
    scenario.expect_equal("factors", types, ["magic_link", "otp"])

    scenario.step(f"At the next login of {person}, the code is sent automatically")
    next_login = scenario.log_in(organization, person)
    scenario.expect(next_login.mfa_required, secondary_auth_initiated="sms_otp")
    again = client.otps.sms.authenticate(
        **ids, code=scenario.latest_sms_code(number), intermediate_session_token=next_login.intermediate_session_token
    )
    scenario.expect(again.member, member_id=member.member_id)


if __name__ == "__main__":
    main(run)
