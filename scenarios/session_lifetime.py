"""A session lives, is extended, and expires.

Looking at a session leaves its end where it is; asking for minutes moves it, from now on.
"""

from datetime import timedelta

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)
    organization = story.organization(company)
    story.member(organization, person)

    story.step(f"{person} logs in; the app wants sessions of two hours, and notes a claim of its own")
    login = story.login(organization, person, session_duration_minutes=120, session_custom_claims={"theme": "dark"})
    token, session = login.session_token, login.member_session
    story.equal("lives for", session.expires_at - session.started_at, timedelta(minutes=120))

    story.step("After half of the time it is looked at, which extends nothing")
    story.later(minutes=60)
    seen = client.sessions.authenticate(session_token=token).member_session
    story.expect(seen, expires_at=session.expires_at, custom_claims={"theme": "dark"})
    story.equal("looked at later than begun", seen.last_accessed_at > session.started_at, True)

    story.step("Shortly before the end the app asks for half an hour more")
    story.later(minutes=55)
    extended = client.sessions.authenticate(session_token=token, session_duration_minutes=30).member_session
    gained = (extended.expires_at - session.expires_at) / timedelta(minutes=1)
    story.equal("minutes gained", round(gained), 25)

    story.step("So it lives past its first end")
    story.later(minutes=29)
    alive = client.sessions.authenticate(session_token=token).member_session
    story.expect(alive, member_session_id=session.member_session_id)
    listed = client.sessions.get(organization.organization_id, login.member_id).member_sessions
    story.equal("listed", [s.member_session_id for s in listed], [session.member_session_id])

    story.step("And not past its second")
    story.later(minutes=1)
    story.refused("session_not_found", client.sessions.authenticate, session_token=token)
    story.expect(client.sessions.get(organization.organization_id, login.member_id), member_sessions=[])


if __name__ == "__main__":
    main(run)
