"""GitHub, which vouches for no address.

So the address has to be confirmed as well, once; from then on the account is known to be the member's.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)

    organization = story.organization(
        company, email_allowed_domains=[company.domain], email_jit_provisioning="RESTRICTED"
    )
    colleague = story.cast.person(works_at=company)
    story.member(organization, colleague)
    story.login(organization, colleague)

    story.step(f"{person} signs up at {company} with GitHub")
    landing = story.by_provider("github", person, company.slug)
    begun = client.oauth.authenticate(landing.token)
    story.expect(begun, member_authenticated=False, session_token="")

    story.step("GitHub says nothing about the address: the organization asks for a method that does")
    asked = begun.primary_required.allowed_auth_methods
    story.equal("a code by e-mail would do", "email_otp" in asked, True)
    story.equal("GitHub alone would do", "github_oauth" in asked, False)

    story.step(f"{person} confirms the address by a code, with the intermediate session along")
    client.otps.email.login_or_signup(organization.organization_id, person.email_address)
    login = client.otps.email.authenticate(
        organization.organization_id,
        person.email_address,
        story.mail(person).code,
        intermediate_session_token=begun.intermediate_session_token,
    )
    story.expect(login, member_authenticated=True)
    kinds = sorted(factor.type.value for factor in login.member_session.authentication_factors)
    story.equal("factors", kinds, ["email_otp", "oauth"])

    story.step("Next time GitHub is enough")
    landing = story.by_provider("github", person, company.slug)
    story.expect(client.oauth.authenticate(landing.token), member_authenticated=True, provider_type="Github")


if __name__ == "__main__":
    main(run)
