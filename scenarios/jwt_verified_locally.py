"""A JWT verified locally, and then revoked.

The client checks a JWT by the project's public keys, without asking. So a revoked session's JWT passes there until it
expires, five minutes after it was made; the server refuses it at once. Local checks use this machine's clock, not the
project's.
"""

import time

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    import jwt

    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)
    organization = story.organization(company)
    member = story.member(organization, person)

    story.step(f"{person} logs in, and gets a JWT beside the session token")
    login = story.login(organization, person)
    claims = jwt.decode(login.session_jwt, options={"verify_signature": False})
    story.equal("issuer", claims["iss"], f"stytch.com/{story.project_id}")
    story.equal("seconds until it expires", claims["exp"] - claims["iat"], 300)

    story.step("The client verifies it by the public keys, and asks nobody")
    local = client.sessions.authenticate_jwt_local(login.session_jwt)
    story.expect(local, member_id=member.member_id, organization_id=organization.organization_id)
    story.expect(local, roles=["stytch_member"])

    story.step("The session is revoked: the local check can't know")
    client.sessions.revoke(session_jwt=login.session_jwt)
    story.equal("passes locally", client.sessions.authenticate_jwt_local(login.session_jwt) is not None, True)

    story.step("The server knows; an app that wants no such gap asks it, or takes only young JWTs")
    story.refused("session_not_found", client.sessions.authenticate, session_jwt=login.session_jwt)
    story.refused("session_not_found", client.sessions.authenticate_jwt, login.session_jwt, max_token_age_seconds=0)

    story.step("A JWT that was tampered with passes nowhere")
    header, payload, _ = login.session_jwt.split(".")
    _, _, other_signature = story.login(organization, person, session_custom_claims={"x": 1}).session_jwt.split(".")
    forged = f"{header}.{payload}.{other_signature}"
    story.equal("passes locally", client.sessions.authenticate_jwt_local(forged) is not None, False)
    story.refused("unable_to_parse_session_jwt", client.sessions.authenticate, session_jwt=forged)

    story.step("The project's clock goes ahead: its JWTs are of a time to come for this machine's clock")
    story.later(hours=2)
    ahead = story.login(organization, person)
    begins = jwt.decode(ahead.session_jwt, options={"verify_signature": False})["nbf"]
    story.equal("begins later than now", begins > time.time(), True)
    story.equal("passes locally", client.sessions.authenticate_jwt_local(ahead.session_jwt) is not None, False)

    story.step("The client asks the server then, whose clock is the one that counts")
    remote = client.sessions.authenticate_jwt(ahead.session_jwt)
    story.expect(remote.member_session, member_session_id=ahead.member_session.member_session_id)


if __name__ == "__main__":
    main(run)
