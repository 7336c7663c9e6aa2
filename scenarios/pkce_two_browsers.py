"""PKCE: a link works only in the browser that requested it.

That browser keeps a secret, the code verifier. The link is bound to its hash (RFC 7636).
"""

import base64
import hashlib
import secrets

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    scenario.create_member(organization, person)

    scenario.step(f"{person}'s laptop creates a code verifier, and requests a link with its challenge")
    laptop_verifier, challenge = create_verifier()
    client.magic_links.email.login_or_signup(
        organization.organization_id, person.email_address, pkce_code_challenge=challenge
    )
    email = scenario.latest_email(person, "magic_link.login")

    scenario.step("The link is opened on a phone, which has no code verifier")
    redirect = scenario.click_link(email)
    scenario.expect_error("pkce_expected_code_verifier", client.magic_links.authenticate, redirect.token)

    scenario.step("The code verifier of another login is refused, too")
    other_verifier, _ = create_verifier()
    scenario.expect_error(
        "pkce_mismatch", client.magic_links.authenticate, redirect.token, pkce_code_verifier=other_verifier
    )

    scenario.step("The link still works on the laptop")
    login = client.magic_links.authenticate(redirect.token, pkce_code_verifier=laptop_verifier)
    scenario.expect(login, member_authenticated=True)

    scenario.step("A link without a challenge doesn't accept a verifier")
    client.magic_links.email.login_or_signup(organization.organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "magic_link.login"))
    scenario.expect_error(
        "pkce_did_not_expect_code_verifier",
        client.magic_links.authenticate,
        redirect.token,
        pkce_code_verifier=laptop_verifier,
    )

    scenario.step("Discovery has the same rules")
    verifier, challenge = create_verifier()
    client.magic_links.email.discovery.send(person.email_address, pkce_code_challenge=challenge)
    redirect = scenario.click_link(scenario.latest_email(person, "magic_link.discovery"))
    authenticate = client.magic_links.discovery.authenticate
    scenario.expect_error("pkce_expected_code_verifier", authenticate, redirect.token)
    scenario.expect(authenticate(redirect.token, pkce_code_verifier=verifier), email_address=person.email_address)


def create_verifier() -> tuple[str, str]:
    """Return a new code verifier and its challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


if __name__ == "__main__":
    main(run)
