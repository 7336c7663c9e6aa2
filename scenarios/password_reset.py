"""A forgotten password is reset by e-mail.

The reset revokes all sessions. The link works once, and expires after half an hour.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    organization, old, new = scenario.create_organization(company), "plum orbit kettle 47", "seven quiet lanterns drift"
    account = {"organization_id": organization.organization_id, "email_address": person.email_address}
    scenario.create_member(organization, person)

    scenario.step(f"{person} logs in with a password")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "password_reset"))
    client.passwords.email.reset(redirect.token, old)
    laptop = client.passwords.authenticate(**account, password=old)
    scenario.expect(laptop, member_authenticated=True)

    scenario.step(f"{person} requests a password reset")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "password_reset"))

    scenario.step("A new password is set. The old one no longer works")
    scenario.expect(client.passwords.email.reset(redirect.token, new), member_authenticated=True)
    scenario.expect_error("unauthorized_credentials", client.passwords.authenticate, **account, password=old)
    scenario.expect(client.passwords.authenticate(**account, password=new), member_authenticated=True)

    scenario.step("The earlier session is revoked, and the link can't be used again")
    scenario.expect_error("session_not_found", client.sessions.authenticate, session_token=laptop.session_token)
    scenario.expect_error("unable_to_auth_password_reset_token", client.passwords.email.reset, redirect.token, old)

    scenario.step("A link expires after half an hour")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "password_reset"))
    scenario.advance_clock(minutes=30)
    scenario.expect_error("unable_to_auth_password_reset_token", client.passwords.email.reset, redirect.token, old)


if __name__ == "__main__":
    main(run)
