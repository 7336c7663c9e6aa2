"""A token brought to the wrong call.

Tokens look alike; ``stytch_token_type`` in the link says which call redeems it. A token that came to the wrong one is
unknown there, and not spent by it.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    import httpx

    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)
    organization = story.organization(company)
    story.member(organization, person)

    story.step(f"{person} asks for a link on the page of {company}")
    client.magic_links.email.login_or_signup(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person, "magic_link.login"))
    story.expect(landing, token_type="multi_tenant_magic_links")

    story.step("The app takes it for a discovery token")
    story.refused("magic_link_not_found", client.magic_links.discovery.authenticate, landing.token)

    story.step("That spent nothing: where it belongs, it works")
    login = client.magic_links.authenticate(landing.token)
    story.expect(login, member_authenticated=True)

    story.step("Half a token is no token: it was cut off on the way")
    story.refused("invalid_token", client.magic_links.authenticate, landing.token[:20])

    story.step("The other way round: a discovery token at the organizations' call, as older guides have it")
    client.magic_links.email.discovery.send(person.email_address)
    landing = story.click(story.mail(person, "magic_link.discovery"))
    story.expect(landing, token_type="discovery")
    # not through the client, whose model of this answer is of today
    answer = httpx.post(
        f"{story.url}/v1/b2b/magic_links/authenticate",
        auth=(story.project_id, story.secret),
        json={"magic_links_token": landing.token},
        trust_env=False,
    ).json()
    story.equal("answered as discovery answers", answer.get("email_address"), person.email_address)
    story.equal("with a session", "session_token" in answer, False)

    story.step("A session token is no intermediate session token, nor the reverse")
    proof = answer["intermediate_session_token"]
    story.refused("session_not_found", client.sessions.authenticate, session_token=proof)
    story.refused(
        "intermediate_session_not_found",
        client.discovery.organizations.list,
        intermediate_session_token=login.session_token,
    )


if __name__ == "__main__":
    main(run)
