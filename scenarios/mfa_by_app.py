"""MFA with an authenticator app.

The member enrolls at the first login. Each code works once.
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

    scenario.step(f"{person} scans the QR code, and enters the first code")
    created = client.totps.create(**ids, intermediate_session_token=token)
    code = scenario.totp_code(created.secret)
    login = client.totps.authenticate(**ids, code=code, intermediate_session_token=token)
    scenario.expect(login.member, mfa_enrolled=True, default_mfa_method="totp")
    scenario.expect_equal("recovery codes", len(created.recovery_codes), 10)

    scenario.step(f"At the next login, {person} is asked for a code of the app")
    next_login = scenario.log_in(organization, person)
    token = next_login.intermediate_session_token
    options = next_login.mfa_required.member_options
    scenario.expect_equal("registration", options.totp_registration_id, created.totp_registration_id)

    scenario.step("A used code is refused. A later code works")
    authenticate = client.totps.authenticate
    scenario.expect_error(
        "totp_code_already_authenticated", authenticate, **ids, code=code, intermediate_session_token=token
    )
    scenario.advance_clock(seconds=60)
    again = authenticate(**ids, code=scenario.totp_code(created.secret), intermediate_session_token=token)
    types = sorted(factor.type.value for factor in again.member_session.authentication_factors)
    scenario.expect_equal("factors", types, ["magic_link", "totp"])


if __name__ == "__main__":
    main(run)
