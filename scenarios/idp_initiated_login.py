"""IdP-initiated login: SAML login that starts in the company's portal.

The identity provider posts an assertion without a request from the app. A connection allows that by default.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)

    scenario.step(f"{company} connects its SAML identity provider")
    idp = scenario.create_identity_provider(organization, "saml")
    connections = client.sso.get_connections(organization.organization_id)
    scenario.expect(connections.saml_connections[0], status="active", idp_initiated_auth_disabled=False)

    scenario.step(f"{person} clicks the app in the company's portal")
    redirect = scenario.sso_login(idp, person, url=idp["sso_url"])
    scenario.expect(redirect, token_type="sso")
    login = client.sso.authenticate(redirect.token)
    scenario.expect(login, member_authenticated=True)
    scenario.expect(login.member, email_address=person.email_address)

    scenario.step("The organization turns IdP-initiated login off")
    client.sso.saml.update_connection(
        organization.organization_id, idp["connection_id"], idp_initiated_auth_disabled=True
    )
    scenario.control.next_identity("saml", person.email_address, connection_id=idp["connection_id"])
    scenario.expect_no_redirect(idp["sso_url"])

    scenario.step("Login that starts at the app still works")
    login = client.sso.authenticate(scenario.sso_login(idp, person).token)
    scenario.expect(login, member_authenticated=True)


if __name__ == "__main__":
    main(run)
