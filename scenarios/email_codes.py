"""Login by a six-digit code in an e-mail.

For one organization, and for discovery.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    organization, email = scenario.create_organization(company), client.otps.email
    account = {"organization_id": organization.organization_id, "email_address": person.email_address}
    member = scenario.create_member(organization, person)

    scenario.step(f"{person} requests a code, and then another")
    email.login_or_signup(**account)
    first = scenario.latest_email(person, "email_otp.login").code
    email.login_or_signup(**account)
    code = scenario.latest_email(person, "email_otp.login").code

    scenario.step("Only the newest code works")
    scenario.expect_error("unable_to_auth_otp_code", email.authenticate, **account, code=first)
    login = email.authenticate(**account, code=code)
    scenario.expect(login, member_authenticated=True, member_id=member.member_id)
    scenario.expect(login.member_session.authentication_factors[0], type="email_otp", delivery_method="email")

    scenario.step("A code works once")
    scenario.expect_error("unable_to_auth_otp_code", email.authenticate, **account, code=code)

    scenario.step("A code works for discovery, too")
    email.discovery.send(person.email_address)
    code = scenario.latest_email(person, "email_otp.discovery").code
    discovery = email.discovery.authenticate(person.email_address, code)
    names = [found.organization.organization_name for found in discovery.discovered_organizations]
    scenario.expect_equal("organizations", names, [company.name])

    scenario.step(f"{person} chooses {company}")
    login = client.discovery.intermediate_sessions.exchange(
        discovery.intermediate_session_token, organization.organization_id
    )
    scenario.expect(login, member_authenticated=True)

    scenario.step("A code expires after ten minutes")
    email.login_or_signup(**account)
    code = scenario.latest_email(person, "email_otp.login").code
    scenario.advance_clock(minutes=10)
    scenario.expect_error("unable_to_auth_otp_code", email.authenticate, **account, code=code)


if __name__ == "__main__":
    main(run)
