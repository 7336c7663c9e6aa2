"""A session is checked, extended and expires.

Authenticating a session doesn't extend it, unless a duration is given. The duration counts from now.
"""

from datetime import timedelta

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    scenario.create_member(organization, person)

    scenario.step(f"{person} logs in. The app asks for a session of two hours with a custom claim")
    login = scenario.log_in(organization, person, session_duration_minutes=120, session_custom_claims={"theme": "dark"})
    token, session = login.session_token, login.member_session
    scenario.expect_equal("lifetime", session.expires_at - session.started_at, timedelta(minutes=120))

    scenario.step("After an hour, the app authenticates the session, which doesn't extend it")
    scenario.advance_clock(minutes=60)
    checked = client.sessions.authenticate(session_token=token).member_session
    scenario.expect(checked, expires_at=session.expires_at, custom_claims={"theme": "dark"})
    scenario.expect_equal("last access is later than the start", checked.last_accessed_at > session.started_at, True)

    scenario.step("Shortly before the end, the app asks for half an hour more")
    scenario.advance_clock(minutes=55)
    extended = client.sessions.authenticate(session_token=token, session_duration_minutes=30).member_session
    gained = (extended.expires_at - session.expires_at) / timedelta(minutes=1)
    scenario.expect_equal("minutes gained", round(gained), 25)

    scenario.step("The session is valid after its first end")
    scenario.advance_clock(minutes=29)
    current = client.sessions.authenticate(session_token=token).member_session
    scenario.expect(current, member_session_id=session.member_session_id)
    listed = client.sessions.get(organization.organization_id, login.member_id).member_sessions
    scenario.expect_equal("sessions of the member", [s.member_session_id for s in listed], [session.member_session_id])

    scenario.step("The session expires at its second end")
    scenario.advance_clock(minutes=1)
    scenario.expect_error("session_not_found", client.sessions.authenticate, session_token=token)
    scenario.expect(client.sessions.get(organization.organization_id, login.member_id), member_sessions=[])


if __name__ == "__main__":
    main(run)
