"""Login with Google, to an organization and by discovery.

Google verifies the address, so no e-mail is sent.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    organization = scenario.create_organization(company)
    member = scenario.create_member(organization, person)

    scenario.step(f"{person} continues with Google at the login page of {company}")
    redirect = scenario.oauth_login("google", person, company.slug)
    scenario.expect(redirect, token_type="oauth", slug=company.slug)

    scenario.step("The app authenticates the token")
    login = client.oauth.authenticate(redirect.token)
    scenario.expect(login, member_authenticated=True, member_id=member.member_id, provider_type="Google")
    scenario.expect_equal("e-mails", len(scenario.control.messages(person.email_address)), 0)

    scenario.step("A token works once")
    scenario.expect_error("oauth_token_not_found", client.oauth.authenticate, redirect.token)

    scenario.step("Discovery with Google lists the organizations")
    redirect = scenario.oauth_login("google", person)
    scenario.expect(redirect, token_type="discovery_oauth", slug="")
    discovery = client.oauth.discovery.authenticate(redirect.token)
    scenario.expect(discovery, email_address=person.email_address, full_name=person.name)

    scenario.step(f"{person} chooses {company}")
    login = client.discovery.intermediate_sessions.exchange(
        discovery.intermediate_session_token, organization.organization_id
    )
    scenario.expect(login, member_authenticated=True, member_id=member.member_id)


if __name__ == "__main__":
    main(run)
