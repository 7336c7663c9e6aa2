"""An organization that takes passwords only.

What it doesn't allow is refused at its door; who comes from elsewhere is asked for more.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)

    organization = story.organization(company, auth_methods="RESTRICTED", allowed_auth_methods=["password"])
    where = {"organization_id": organization.organization_id, "email_address": person.email_address}
    story.member(organization, person)

    story.step(f"Neither links nor codes lead into {company}")
    refused = "operation_restricted_by_organization_auth_methods"
    story.refused(refused, client.magic_links.email.login_or_signup, **where)
    story.refused(refused, client.otps.email.login_or_signup, **where)

    story.step("Nor does Google")
    landing = story.by_provider("google", person, company.slug)
    story.refused(refused, client.oauth.authenticate, landing.token)

    story.step(f"{person} sets a password")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person, "password_reset"))
    story.expect(client.passwords.email.reset(landing.token, "plum orbit kettle 47"), member_authenticated=True)

    story.step("Who comes by discovery is told what is missing")
    proven = story.discovered(person)
    entered = client.discovery.intermediate_sessions.exchange(
        proven.intermediate_session_token, organization.organization_id
    )
    story.expect(entered, member_authenticated=False)
    story.expect(entered.primary_required, allowed_auth_methods=["password"])

    story.step("And adds it")
    login = client.passwords.authenticate(
        **where, password="plum orbit kettle 47", intermediate_session_token=entered.intermediate_session_token
    )
    story.expect(login, member_authenticated=True)


if __name__ == "__main__":
    main(run)
