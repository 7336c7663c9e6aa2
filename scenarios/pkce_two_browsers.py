"""Two browsers and PKCE: a link works only where it was asked for.

The browser that asks keeps a secret, the code verifier; the link is bound to its hash. RFC 7636.
"""

import base64
import hashlib
import secrets

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)
    organization = story.organization(company)
    story.member(organization, person)

    story.step(f"{person}'s laptop makes a code verifier, and asks for a link bound to it")
    laptop, laptops_challenge = code_pair()
    client.magic_links.email.login_or_signup(
        organization.organization_id, person.email_address, pkce_code_challenge=laptops_challenge
    )
    mail = story.mail(person, "magic_link.login")

    story.step("The mail is read on a phone, whose browser never asked for anything")
    landing = story.click(mail)
    story.refused("pkce_expected_code_verifier", client.magic_links.authenticate, landing.token)

    story.step("Nor will the verifier of another login do")
    phone, _ = code_pair()
    story.refused("pkce_mismatch", client.magic_links.authenticate, landing.token, pkce_code_verifier=phone)

    story.step("None of that spent the link: on the laptop it works")
    login = client.magic_links.authenticate(landing.token, pkce_code_verifier=laptop)
    story.expect(login, member_authenticated=True)

    story.step("A link that was asked for without a challenge takes no verifier")
    client.magic_links.email.login_or_signup(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person, "magic_link.login"))
    story.refused(
        "pkce_did_not_expect_code_verifier", client.magic_links.authenticate, landing.token, pkce_code_verifier=laptop
    )

    story.step("Discovery keeps to the same rule")
    verifier, challenge = code_pair()
    client.magic_links.email.discovery.send(person.email_address, pkce_code_challenge=challenge)
    landing = story.click(story.mail(person, "magic_link.discovery"))
    authenticate = client.magic_links.discovery.authenticate
    story.refused("pkce_expected_code_verifier", authenticate, landing.token)
    story.expect(authenticate(landing.token, pkce_code_verifier=verifier), email_address=person.email_address)


def code_pair() -> tuple[str, str]:
    """A code verifier, and the challenge that goes with it."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


if __name__ == "__main__":
    main(run)
