"""Switching organizations without logging in again.

What was proven in one organization counts in the other: the session is exchanged, and the first one lives on.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, cast = story.client, story.cast
    employer, customer, stranger = cast.company(), cast.company(), cast.company()
    person = cast.person(works_at=employer)

    story.step(f"{person} works at {employer}, and is invited by {customer}; {stranger} knows nothing of it")
    here, there, elsewhere = map(story.organization, (employer, customer, stranger))
    at_home = story.member(here, person)
    invited = client.magic_links.email.invite(there.organization_id, person.email_address)
    story.expect(invited.member, status="invited")

    story.step(f"{person} logs in to {employer}")
    first = story.login(here, person)
    story.expect(first, member_authenticated=True, member_id=at_home.member_id)

    story.step("From inside, the app lists where else the person can go")
    listed = client.discovery.organizations.list(session_token=first.session_token).discovered_organizations
    story.equal("places", [o.organization.organization_name for o in listed], [employer.name, customer.name])

    story.step(f"Going over to {customer} takes no mail, and accepts the invitation")
    second = client.sessions.exchange(there.organization_id, session_token=first.session_token)
    story.expect(second, member_authenticated=True, member_id=invited.member_id)
    story.expect(second.member, status="active")
    story.expect(second.member_session, organization_id=there.organization_id, roles=["stytch_member"])
    story.equal("another session", second.session_token != first.session_token, True)

    story.step("The session that was exchanged lives on")
    story.expect(client.sessions.authenticate(session_token=first.session_token).member, member_id=at_home.member_id)

    story.step(f"And {stranger} is no place to go")
    story.refused(
        "member_not_found", client.sessions.exchange, elsewhere.organization_id, session_token=first.session_token
    )


if __name__ == "__main__":
    main(run)
