"""Local JWT verification, and its limits.

The client verifies a JWT with the project's public keys, without a request. So the JWT of a revoked session stays valid
locally until it expires after five minutes; the server refuses it at once. Local verification uses this machine's
clock, not the project's.
"""

import time

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    import jwt

    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    member = scenario.create_member(organization, person)

    scenario.step(f"{person} logs in, and gets a session token and a JWT")
    login = scenario.log_in(organization, person)
    claims = jwt.decode(login.session_jwt, options={"verify_signature": False})
    scenario.expect_equal("issuer", claims["iss"], f"stytch.com/{scenario.project_id}")
    scenario.expect_equal("lifetime in seconds", claims["exp"] - claims["iat"], 300)

    scenario.step("The client verifies the JWT with the public keys, without a request")
    local = client.sessions.authenticate_jwt_local(login.session_jwt)
    scenario.expect(local, member_id=member.member_id, organization_id=organization.organization_id)
    scenario.expect(local, roles=["stytch_member"])

    scenario.step("The session is revoked: local verification still succeeds")
    client.sessions.revoke(session_jwt=login.session_jwt)
    scenario.expect_equal("valid locally", client.sessions.authenticate_jwt_local(login.session_jwt) is not None, True)

    scenario.step("The server refuses it. An app can ask the server, or limit the age of JWTs")
    scenario.expect_error("session_not_found", client.sessions.authenticate, session_jwt=login.session_jwt)
    scenario.expect_error(
        "session_not_found", client.sessions.authenticate_jwt, login.session_jwt, max_token_age_seconds=0
    )

    scenario.step("A forged JWT is refused everywhere")
    header, payload, _ = login.session_jwt.split(".")
    _, _, other_signature = scenario.log_in(organization, person, session_custom_claims={"x": 1}).session_jwt.split(".")
    forged = f"{header}.{payload}.{other_signature}"
    scenario.expect_equal("valid locally", client.sessions.authenticate_jwt_local(forged) is not None, False)
    scenario.expect_error("unable_to_parse_session_jwt", client.sessions.authenticate, session_jwt=forged)

    scenario.step("The project's clock is moved ahead: new JWTs aren't valid yet by this machine's clock")
    scenario.advance_clock(hours=2)
    later_login = scenario.log_in(organization, person)
    not_before = jwt.decode(later_login.session_jwt, options={"verify_signature": False})["nbf"]
    scenario.expect_equal("not valid yet", not_before > time.time(), True)
    scenario.expect_equal(
        "valid locally", client.sessions.authenticate_jwt_local(later_login.session_jwt) is not None, False
    )

    scenario.step("The client falls back to the server, which uses the project's clock")
    remote = client.sessions.authenticate_jwt(later_login.session_jwt)
    scenario.expect(remote.member_session, member_session_id=later_login.member_session.member_session_id)


if __name__ == "__main__":
    main(run)
