"""A token is sent to the wrong endpoint.

Tokens look alike: ``stytch_token_type`` in the redirect says which endpoint accepts the token. Another endpoint refuses
it and doesn't consume it.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    scenario.create_member(organization, person)

    scenario.step(f"{person} requests a link at the page of {company}")
    client.magic_links.email.login_or_signup(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "magic_link.login"))
    scenario.expect(redirect, token_type="multi_tenant_magic_links")

    scenario.step("The app sends the token to the discovery endpoint")
    scenario.expect_error("magic_link_not_found", client.magic_links.discovery.authenticate, redirect.token)

    scenario.step("The token still works at the correct endpoint")
    login = client.magic_links.authenticate(redirect.token)
    scenario.expect(login, member_authenticated=True)

    scenario.step("A truncated token is invalid")
    scenario.expect_error("invalid_token", client.magic_links.authenticate, redirect.token[:20])

    scenario.step("The organization endpoint accepts a discovery token, as older guides describe")
    client.magic_links.email.discovery.send(person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "magic_link.discovery"))
    scenario.expect(redirect, token_type="discovery")
    # the official client's model doesn't have this response
    response = scenario.http.post(
        f"{scenario.url}/v1/b2b/magic_links/authenticate",
        auth=(scenario.project_id, scenario.secret),
        json={"magic_links_token": redirect.token},
    ).json()
    scenario.expect_equal("e-mail address", response.get("email_address"), person.email_address)
    scenario.expect_equal("has a session", "session_token" in response, False)

    scenario.step("Session tokens and intermediate session tokens aren't interchangeable")
    intermediate_token = response["intermediate_session_token"]
    scenario.expect_error("session_not_found", client.sessions.authenticate, session_token=intermediate_token)
    scenario.expect_error(
        "intermediate_session_not_found",
        client.discovery.organizations.list,
        intermediate_session_token=login.session_token,
    )


if __name__ == "__main__":
    main(run)
