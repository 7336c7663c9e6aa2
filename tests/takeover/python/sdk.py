"""The official SDK, its synchronous calls: the API, the fraud host, and the JWKS."""

import os

import stytch

client = stytch.B2BClient(os.environ["STYTCH_PROJECT_ID"], os.environ["STYTCH_SECRET"])
acme = client.organizations.create("Acme", organization_slug="acme").organization
member = client.organizations.members.create(acme.organization_id, "ada@acme.example").member
client.magic_links.email.login_or_signup(acme.organization_id, member.email_address)

from mockstytch import MockStytch  # noqa: E402 · as a test of the app reads the inbox

token = MockStytch(url=os.environ["MOCKSTYTCH_URL"]).inbox.latest(to=member.email_address).token
session = client.magic_links.authenticate(token, session_duration_minutes=60)
assert client.sessions.authenticate_jwt_local(session.session_jwt, max_token_age_seconds=300) is not None
assert client.fraud.rules.list().status_code == 200
print("Acme")
