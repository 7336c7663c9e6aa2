"""Login with a password that was set by e-mail.

Also with one password for all organizations of a person.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    organization, good = scenario.create_organization(company), "plum orbit kettle 47"
    account = {"organization_id": organization.organization_id, "email_address": person.email_address}
    scenario.create_member(organization, person)

    scenario.step(f"{person} has no password yet")
    scenario.expect_error("member_password_not_found", client.passwords.authenticate, **account, password=good)

    scenario.step("A first password is set by a link in an e-mail, as for a forgotten one")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "password_reset"))
    scenario.expect(redirect, token_type="multi_tenant_passwords", slug=company.slug)
    login = client.passwords.email.reset(redirect.token, good)
    scenario.expect(login, member_authenticated=True)
    scenario.expect(login.member, email_address_verified=True)

    scenario.step("The password works, and a wrong one is refused")
    again = client.passwords.authenticate(**account, password=good)
    scenario.expect(again.member_session.authentication_factors[0], type="password", delivery_method="knowledge")
    scenario.expect_error(
        "unauthorized_credentials", client.passwords.authenticate, **account, password="seven quiet lanterns drift"
    )

    scenario.step("The project turns on cross-organization passwords: one password for all organizations")
    scenario.control.update_project(cross_org_passwords_enabled=True)
    client.passwords.discovery.email.reset_start(person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "password_reset.discovery"))
    client.passwords.discovery.email.reset(redirect.token, good)

    scenario.step("Discovery with that password lists the organizations")
    discovery = client.passwords.discovery.authenticate(person.email_address, good)
    names = [found.organization.organization_name for found in discovery.discovered_organizations]
    scenario.expect_equal("organizations", names, [company.name])
    login = client.discovery.intermediate_sessions.exchange(
        discovery.intermediate_session_token, organization.organization_id
    )
    scenario.expect(login, member_authenticated=True)


if __name__ == "__main__":
    main(run)
