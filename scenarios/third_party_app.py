"""A third-party app: consent, tokens, refresh and revocation.

The app is a plain OAuth client with PKCE. It finds the endpoints by OpenID discovery.
"""

from ._runner import main
from ._scenario import APP_URL, Scenario


def run(scenario: Scenario) -> None:
    import hashlib
    from base64 import urlsafe_b64encode

    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    organization_id = organization.organization_id
    member = scenario.create_member(organization, person)
    scopes = ["openid", "email", "offline_access"]

    scenario.step("A third-party app is registered")
    app = client.connected_app.clients.create(
        "third_party_public", client_name="Reports", redirect_urls=[APP_URL]
    ).connected_app
    scenario.expect(app, client_name="Reports", client_type="third_party_public")

    scenario.step("The app finds the endpoints by OpenID discovery")
    public = f"{scenario.url}/v1/public/{scenario.project_id}"
    endpoints = scenario.http.get(f"{public}/.well-known/openid-configuration").json()
    scenario.expect_equal("PKCE methods", endpoints["code_challenge_methods_supported"], ["S256"])

    scenario.step(f"{person} is asked for consent, and agrees")
    verifier = "a-code-verifier-that-has-at-least-43-characters-0123"
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    login = scenario.log_in(organization, person)
    consent = client.idp.oauth.authorize_start(
        app.client_id, APP_URL, "code", scopes, session_token=login.session_token
    )
    scenario.expect(consent, consent_required=True)
    authorized = client.idp.oauth.authorize(
        True,
        scopes,
        app.client_id,
        APP_URL,
        "code",
        session_token=login.session_token,
        state="xyz",
        code_challenge=challenge,
    )
    scenario.expect_equal("redirect URL", authorized.redirect_uri.partition("?")[0], APP_URL)

    scenario.step("The app exchanges the code for tokens. That needs the code verifier")
    grant = {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "code": authorized.authorization_code,
        "redirect_uri": APP_URL,
    }

    def token(**fields: str) -> dict[str, str]:
        response: dict[str, str] = scenario.http.post(endpoints["token_endpoint"], data=fields).json()
        return response

    scenario.expect_equal("with a wrong verifier", token(**grant, code_verifier="x" * 43)["error"], "invalid_grant")
    again = client.idp.oauth.authorize(
        True, scopes, app.client_id, APP_URL, "code", session_token=login.session_token, code_challenge=challenge
    )
    tokens = token(**{**grant, "code": again.authorization_code}, code_verifier=verifier)
    scenario.expect_equal("token type", tokens["token_type"], "bearer")

    scenario.step(f"The app reads the profile of {person}")
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    profile = scenario.http.get(endpoints["userinfo_endpoint"], headers=headers).json()
    scenario.expect_equal("email", profile["email"], person.email_address)

    scenario.step("An hour later, the app refreshes the access token")
    scenario.advance_clock(minutes=61)
    refresh = {"grant_type": "refresh_token", "client_id": app.client_id}
    refreshed = token(**refresh, refresh_token=tokens["refresh_token"])
    scenario.expect_equal("scopes", sorted(refreshed["scope"].split()), sorted(scopes))

    scenario.step(f"{person} revokes the app's access")
    apps = client.organizations.members.connected_apps
    listed = client.organizations.members.get_connected_apps(organization_id, member.member_id).connected_apps
    scenario.expect(listed[0], name="Reports", connected_app_id=app.client_id)
    apps.revoke(organization_id, member.member_id, app.client_id)
    scenario.expect_equal(
        "refresh", token(**refresh, refresh_token=refreshed["refresh_token"])["error"], "invalid_grant"
    )
    headers = {"Authorization": f"Bearer {refreshed['access_token']}"}
    userinfo = scenario.http.get(endpoints["userinfo_endpoint"], headers=headers)
    scenario.expect_equal("userinfo", userinfo.status_code, 401)


if __name__ == "__main__":
    main(run)
