"""With Google, into an organization and by discovery.

The provider vouches for the address: no mail is sent, and nothing has to be confirmed.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)

    organization = story.organization(company)
    member = story.member(organization, person)

    story.step(f"{person} continues with Google at the page of {company}")
    landing = story.by_provider("google", person, company.slug)
    story.expect(landing, token_type="oauth", slug=company.slug)

    story.step("The app redeems the token")
    login = client.oauth.authenticate(landing.token)
    story.expect(login, member_authenticated=True, member_id=member.member_id, provider_type="Google")
    story.equal("mails", len(story.control.mails(person.email_address)), 0)

    story.step("It works once")
    story.refused("oauth_token_not_found", client.oauth.authenticate, landing.token)

    story.step("By discovery Google leads to the choice of organizations")
    landing = story.by_provider("google", person)
    story.expect(landing, token_type="discovery_oauth", slug="")
    proven = client.oauth.discovery.authenticate(landing.token)
    story.expect(proven, email_address=person.email_address, full_name=person.name)

    story.step(f"{person} enters {company}")
    entered = client.discovery.intermediate_sessions.exchange(
        proven.intermediate_session_token, organization.organization_id
    )
    story.expect(entered, member_authenticated=True, member_id=member.member_id)


if __name__ == "__main__":
    main(run)
