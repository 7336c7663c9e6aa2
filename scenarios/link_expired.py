"""Links and intermediate sessions expire.

A link is valid for an hour, or as long as the app chooses. The scenario moves the project's clock instead of waiting.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    scenario.create_member(organization, person)
    send = client.magic_links.email.login_or_signup

    scenario.step(f"{person} requests a link, and doesn't use it for an hour")
    send(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person))
    scenario.advance_clock(minutes=60)

    scenario.step("The link still redirects to the app, but its token has expired")
    scenario.expect_error("unable_to_auth_magic_link", client.magic_links.authenticate, redirect.token)

    scenario.step("A new link works in its last minute")
    send(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person))
    scenario.advance_clock(minutes=59)
    scenario.expect(client.magic_links.authenticate(redirect.token), member_authenticated=True)

    scenario.step("The app can send a link that is valid for five minutes")
    send(organization.organization_id, person.email_address, login_expiration_minutes=5)
    redirect = scenario.click_link(scenario.latest_email(person))
    scenario.advance_clock(minutes=5)
    scenario.expect_error("unable_to_auth_magic_link", client.magic_links.authenticate, redirect.token)

    scenario.step("Discovery links expire, too. An intermediate session is valid for ten minutes")
    client.magic_links.email.discovery.send(person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person))
    scenario.advance_clock(minutes=60)
    scenario.expect_error("unable_to_auth_magic_link", client.magic_links.discovery.authenticate, redirect.token)
    discovery = scenario.discover(person)
    scenario.advance_clock(minutes=10)
    scenario.expect_error(
        "intermediate_session_not_found",
        client.discovery.intermediate_sessions.exchange,
        discovery.intermediate_session_token,
        organization.organization_id,
    )


if __name__ == "__main__":
    main(run)
