"""An organization that allows only passwords.

Other methods are refused. A member who logs in by discovery must add the password.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    organization = scenario.create_organization(company, auth_methods="RESTRICTED", allowed_auth_methods=["password"])
    account = {"organization_id": organization.organization_id, "email_address": person.email_address}
    scenario.create_member(organization, person)

    scenario.step(f"{company} refuses links and e-mail codes")
    refused = "operation_restricted_by_organization_auth_methods"
    scenario.expect_error(refused, client.magic_links.email.login_or_signup, **account)
    scenario.expect_error(refused, client.otps.email.login_or_signup, **account)

    scenario.step(f"{company} refuses Google")
    redirect = scenario.oauth_login("google", person, company.slug)
    scenario.expect_error(refused, client.oauth.authenticate, redirect.token)

    scenario.step(f"{person} sets a password")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "password_reset"))
    scenario.expect(client.passwords.email.reset(redirect.token, "plum orbit kettle 47"), member_authenticated=True)

    scenario.step("After discovery, the exchange returns the required method")
    discovery = scenario.discover(person)
    exchanged = client.discovery.intermediate_sessions.exchange(
        discovery.intermediate_session_token, organization.organization_id
    )
    scenario.expect(exchanged, member_authenticated=False)
    scenario.expect(exchanged.primary_required, allowed_auth_methods=["password"])

    scenario.step(f"{person} enters the password, and is logged in")
    login = client.passwords.authenticate(
        **account, password="plum orbit kettle 47", intermediate_session_token=exchanged.intermediate_session_token
    )
    scenario.expect(login, member_authenticated=True)


if __name__ == "__main__":
    main(run)
