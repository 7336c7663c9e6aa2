"""Weak and breached passwords are refused.

A password that is found in a breach later must be replaced.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    organization, good = scenario.create_organization(company), "plum orbit kettle 47"
    account = {"organization_id": organization.organization_id, "email_address": person.email_address}
    scenario.create_member(organization, person)
    check, reset = client.passwords.strength_check, client.passwords.email.reset

    scenario.step("The app can check the strength of a password")
    scenario.expect(check("orbit12", email_address=person.email_address), valid_password=False)
    scenario.expect(check(good, email_address=person.email_address), valid_password=True, breached_password=False)

    scenario.step(f"{person} chooses a weak password, then a breached one")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "password_reset"))
    scenario.expect_error("weak_password", reset, redirect.token, "orbit12")
    scenario.expect_error("breached_password", reset, redirect.token, "password123")

    scenario.step("The link still works, with a better password")
    scenario.expect(reset(redirect.token, good), member_authenticated=True)

    scenario.step("Later the password is found in a breach, and no longer works")
    scenario.control.update_project(password_policy={"breached_passwords": [good]})
    scenario.expect_error("member_reset_password", client.passwords.authenticate, **account, password=good)

    scenario.step(f"{person} sets another password")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "password_reset"))
    scenario.expect(reset(redirect.token, "seven quiet lanterns drift"), member_authenticated=True)


if __name__ == "__main__":
    main(run)
