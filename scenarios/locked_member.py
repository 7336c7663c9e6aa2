"""Ten wrong passwords lock a member.

Then the correct password is refused for an hour, too.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    organization, good, wrong = (
        scenario.create_organization(company),
        "plum orbit kettle 47",
        "seven quiet lanterns drift",
    )
    account = {"organization_id": organization.organization_id, "email_address": person.email_address}
    member, authenticate = scenario.create_member(organization, person), client.passwords.authenticate

    scenario.step(f"{person} has a password")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "password_reset"))
    scenario.expect(client.passwords.email.reset(redirect.token, good), member_authenticated=True)

    scenario.step("Ten attempts with a wrong password are refused")
    for _ in range(10):
        scenario.expect_error("unauthorized_credentials", authenticate, **account, password=wrong)

    scenario.step("The member is locked: the correct password is refused, too")
    found = client.organizations.members.get(organization.organization_id, member_id=member.member_id)
    scenario.expect(found.member, is_locked=True)
    scenario.expect_error("user_lock_limit_reached", authenticate, **account, password=good)

    scenario.step("After an hour, the correct password works")
    scenario.advance_clock(minutes=60)
    scenario.expect(authenticate(**account, password=good), member_authenticated=True)


if __name__ == "__main__":
    main(run)
