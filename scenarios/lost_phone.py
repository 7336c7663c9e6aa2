"""A recovery code replaces a lost authenticator app.

A member has ten recovery codes. Each works once.
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
    login = scenario.log_in(organization, person)
    scenario.expect(login, member_authenticated=False, session_token="")
    scenario.expect(login.mfa_required, member_options=None)
    token = login.intermediate_session_token

    scenario.step("An authenticator app is set up, and the recovery codes are saved")
    created = client.totps.create(**ids, intermediate_session_token=token)
    code = scenario.totp_code(created.secret)
    login = client.totps.authenticate(**ids, code=code, intermediate_session_token=token)
    scenario.expect(login.member, mfa_enrolled=True, default_mfa_method="totp")

    scenario.step(f"{person} loses the phone, and logs in with a recovery code")
    token = scenario.log_in(organization, person).intermediate_session_token
    recovery_code, recover = created.recovery_codes[0], client.recovery_codes.recover
    recovered = recover(**ids, recovery_code=recovery_code, intermediate_session_token=token)
    scenario.expect(recovered, recovery_codes_remaining=9)

    scenario.step("The same code is refused the next time")
    token = scenario.log_in(organization, person).intermediate_session_token
    scenario.expect_error(
        "unable_to_authenticate_recovery_code",
        recover,
        **ids,
        recovery_code=recovery_code,
        intermediate_session_token=token,
    )

    scenario.step("The app deletes the lost authenticator, and a new one is set up")
    client.organizations.members.delete_totp(**ids)
    token = scenario.log_in(organization, person).intermediate_session_token
    replacement = client.totps.create(**ids, intermediate_session_token=token)
    code = scenario.totp_code(replacement.secret)
    login = client.totps.authenticate(**ids, code=code, intermediate_session_token=token)
    scenario.expect(login.member, totp_registration_id=replacement.totp_registration_id)


if __name__ == "__main__":
    main(run)
