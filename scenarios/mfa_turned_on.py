"""An organization turns MFA on while a member is logged in.

Existing sessions stay valid. The next login requires a second factor.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    organization = scenario.create_organization(company)
    member = scenario.create_member(organization, person)
    ids = {"organization_id": organization.organization_id, "member_id": member.member_id}

    scenario.step(f"{person} logs in to {company} by link, on a laptop")
    laptop = scenario.log_in(organization, person)
    scenario.expect(laptop, member_authenticated=True)

    scenario.step(f"{company} turns MFA on")
    changed = client.organizations.update(organization.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    scenario.expect(changed.organization, mfa_policy="REQUIRED_FOR_ALL")

    scenario.step("The session on the laptop stays valid")
    scenario.expect(client.sessions.authenticate(session_token=laptop.session_token).member, member_id=member.member_id)

    scenario.step("The next login, on a phone, requires a second factor")
    phone = scenario.log_in(organization, person)
    scenario.expect(phone, member_authenticated=False)
    scenario.expect(phone.mfa_required, member_options=None)

    scenario.step(f"{person} enrolls on the laptop. The factor is added to that session")
    number = scenario.fake.phone_number()
    client.otps.sms.send(**ids, mfa_phone_number=number, session_token=laptop.session_token)
    login = client.otps.sms.authenticate(
        **ids, code=scenario.latest_sms_code(number), session_token=laptop.session_token
    )
    types = sorted(factor.type.value for factor in login.member_session.authentication_factors)
    scenario.expect_equal("factors", types, ["magic_link", "otp"])


if __name__ == "__main__":
    main(run)
