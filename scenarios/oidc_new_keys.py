"""OIDC login after the identity provider rotated its keys.

The keys are fetched from the identity provider, and fetched again when a token has an unknown key id.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    organization_id, subject = organization.organization_id, "00u-1"

    scenario.step(f"{company} connects an OpenID provider")
    idp = scenario.create_identity_provider(organization, "oidc", display_name="Single sign-on")
    connection = client.sso.get_connections(organization_id).oidc_connections[0]
    scenario.expect(connection, status="active", issuer=idp["issuer"])

    scenario.step(f"{person} logs in, and becomes a member")
    login = client.sso.authenticate(scenario.sso_login(idp, person, subject=subject).token)
    scenario.expect(login.member, email_address=person.email_address, name=person.name)
    registration = login.member.sso_registrations[0]
    scenario.expect(registration, connection_id=idp["connection_id"], external_id=subject)

    scenario.step("The provider rotates its signing key")
    scenario.control.rotate_keys(idp["connection_id"])

    scenario.step(f"{person} logs in again, as the same member")
    again = client.sso.authenticate(scenario.sso_login(idp, person, subject=subject).token)
    scenario.expect_equal("member id", again.member_id, login.member_id)

    scenario.step(f"The app can read the provider's tokens of {person}")
    tokens = client.organizations.members.oidc_providers(organization_id, login.member_id).registrations[0]
    scenario.expect(tokens, connection_id=idp["connection_id"], provider_subject=subject)

    scenario.step(f"{person} cancels at the provider, and isn't redirected to the app")
    scenario.control.next_identity("oidc", connection_id=idp["connection_id"], error="access_denied")
    scenario.expect_no_redirect(idp["start_url"])


if __name__ == "__main__":
    main(run)
