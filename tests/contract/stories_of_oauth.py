"""Stories of M2M clients, connected apps, and the OAuth authorization server."""

from typing import Any

from tests.contract.oauth import CALLBACK, CHALLENGE, OPENID, authorized, installed, login, new_app, tokens
from tests.contract.story import story
from tests.support.given import Given


def machine(given: Given) -> Any:
    made = given.client.m2m.clients.create(
        ["read:users"], client_name="Billing", client_description="Bills.", trusted_metadata={"tier": 3}
    )
    return made.m2m_client


@story("m2m.clients.create")
def _(given: Given) -> Any:
    return machine(given)


@story("m2m.clients.get")
def _(given: Given) -> Any:
    return given.client.m2m.clients.get(machine(given).client_id)


@story("m2m.clients.update")
def _(given: Given) -> Any:
    return given.client.m2m.clients.update(machine(given).client_id, status="inactive", scopes=["write:users"])


@story("m2m.clients.delete")
def _(given: Given) -> Any:
    return given.client.m2m.clients.delete(machine(given).client_id)


@story("m2m.clients.search")
def _(given: Given) -> Any:
    """The first of two pages. The client on it is rotating its secret."""
    machine(given)
    given.client.m2m.clients.secrets.rotate_start(machine(given).client_id)
    return given.client.m2m.clients.search(limit=1, query={"operator": "OR", "operands": []})


@story("m2m.clients.secrets.rotate_start")
def _(given: Given) -> Any:
    return given.client.m2m.clients.secrets.rotate_start(machine(given).client_id)


@story("m2m.clients.secrets.rotate_cancel")
def _(given: Given) -> Any:
    client_id = machine(given).client_id
    given.client.m2m.clients.secrets.rotate_start(client_id)
    return given.client.m2m.clients.secrets.rotate_cancel(client_id)


@story("m2m.clients.secrets.rotate")
def _(given: Given) -> Any:
    client_id = machine(given).client_id
    given.client.m2m.clients.secrets.rotate_start(client_id)
    return given.client.m2m.clients.secrets.rotate(client_id)


@story("m2m.token")
def _(given: Given) -> Any:
    made = machine(given)
    return given.client.m2m.token(made.client_id, made.client_secret, ["read:users"])


# Connected apps


@story("connected_app.clients.create")
def _(given: Given) -> Any:
    return given.client.connected_app.clients.create(
        client_type="first_party",
        client_name="Reports",
        client_description="Reports on things.",
        redirect_urls=[CALLBACK],
        full_access_allowed=True,
        access_token_expiry_minutes=5,
        access_token_custom_audience="https://api.acme.test",
        access_token_template_content='{"plan": "{{ organization.trusted_metadata.plan }}"}',
        post_logout_redirect_urls=["http://localhost:3000/bye"],
        logo_url="https://acme.test/logo.png",
        bypass_consent_for_offline_access=True,
        id_token_template_content='{"full_name": "{{ member.name }}"}',
    )


@story("connected_app.clients.get")
def _(given: Given) -> Any:
    return given.client.connected_app.clients.get(new_app(given, "third_party_public").client_id)


@story("connected_app.clients.update")
def _(given: Given) -> Any:
    return given.client.connected_app.clients.update(new_app(given).client_id, client_name="New")


@story("connected_app.clients.delete")
def _(given: Given) -> Any:
    return given.client.connected_app.clients.delete(new_app(given).client_id)


@story("connected_app.clients.search")
def _(given: Given) -> Any:
    new_app(given)
    given.client.connected_app.clients.secrets.rotate_start(new_app(given).client_id)
    return given.client.connected_app.clients.search(limit=1)


@story("connected_app.clients.secrets.rotate_start")
def _(given: Given) -> Any:
    return given.client.connected_app.clients.secrets.rotate_start(new_app(given).client_id)


@story("connected_app.clients.secrets.rotate_cancel")
def _(given: Given) -> Any:
    client_id = new_app(given).client_id
    given.client.connected_app.clients.secrets.rotate_start(client_id)
    return given.client.connected_app.clients.secrets.rotate_cancel(client_id)


@story("connected_app.clients.secrets.rotate")
def _(given: Given) -> Any:
    client_id = new_app(given).client_id
    given.client.connected_app.clients.secrets.rotate_start(client_id)
    return given.client.connected_app.clients.secrets.rotate(client_id)


@story("organizations.connected_apps")
def _(given: Given) -> Any:
    who, _ = installed(given, logo_url="https://acme.test/logo.png")
    return given.client.organizations.connected_apps(who.organization_id)


@story("organizations.get_connected_app")
def _(given: Given) -> Any:
    who, app = installed(given)
    return given.client.organizations.get_connected_app(who.organization_id, app.client_id)


@story("organizations.members.get_connected_apps")
def _(given: Given) -> Any:
    who, _ = installed(given)
    return given.client.organizations.members.get_connected_apps(who.organization_id, who.member_id)


@story("organizations.members.connected_apps.revoke")
def _(given: Given) -> Any:
    who, app = installed(given)
    members = given.client.organizations.members
    return members.connected_apps.revoke(who.organization_id, who.member_id, app.client_id)


# The authorization server


@story("idp.oauth.authorize_start")
def _(given: Given) -> Any:
    who, app = login(given), new_app(given)
    return given.client.idp.oauth.authorize_start(
        app.client_id, CALLBACK, "code", [*OPENID, "unknown"], session_jwt=who.session_jwt, prompt="consent"
    )


@story("idp.oauth.authorize")
def _(given: Given) -> Any:
    who, app = login(given), new_app(given)
    return authorized(
        given,
        app,
        OPENID,
        organization_id=who.organization_id,
        member_id=who.member_id,
        state="s",
        nonce="n",
        code_challenge=CHALLENGE,
        resources=["https://api.acme.test"],
    )


@story("idp.introspect_token_network")
def _(given: Given) -> Any:
    who, app = login(given), new_app(given)
    code = authorized(given, app, OPENID, session_token=who.session_token).authorization_code
    token = tokens(given, app, code)["access_token"]
    return given.client.idp.introspect_token_network(token, app.client_id, app.client_secret)


@story("sessions.exchange_access_token")
def _(given: Given) -> Any:
    who, app = login(given), new_app(given, "first_party", full_access_allowed=True)
    code = authorized(given, app, ["full_access"], session_token=who.session_token).authorization_code
    token = tokens(given, app, code)["access_token"]
    return given.client.sessions.exchange_access_token(
        token, session_duration_minutes=30, session_custom_claims={"plan": "pro"}
    )
