"""A link that was used twice.

The token works once. Opening the link doesn't consume it, so a mail scanner does no harm; authenticating it does.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    scenario.create_member(organization, person)

    scenario.step(f"{person} requests a link. A mail scanner opens it first")
    client.magic_links.email.login_or_signup(organization.organization_id, person.email_address)
    email = scenario.latest_email(person, "magic_link.login")
    scenario.click_link(email)

    scenario.step(f"The link still works: {person} opens it and is logged in")
    redirect = scenario.click_link(email)
    login = client.magic_links.authenticate(redirect.token)
    scenario.expect(login, member_authenticated=True)

    scenario.step("Using the link again is refused")
    scenario.expect_error("unable_to_auth_magic_link", client.magic_links.authenticate, redirect.token)

    scenario.step("The session stays valid")
    checked = client.sessions.authenticate(session_token=login.session_token)
    scenario.expect(checked.member_session, member_session_id=login.member_session.member_session_id)

    scenario.step("A discovery link works once, too")
    client.magic_links.email.discovery.send(person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "magic_link.discovery"))
    discovery = client.magic_links.discovery.authenticate(redirect.token)
    scenario.expect(discovery, email_address=person.email_address)
    scenario.expect_error("unable_to_auth_magic_link", client.magic_links.discovery.authenticate, redirect.token)


if __name__ == "__main__":
    main(run)
