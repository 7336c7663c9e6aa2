"""A third-party app: consent, a token, refreshed, and revoked.

The app is a plain OAuth client. It finds the endpoints by discovery, sends the browser to the consent page and gets a
code, which it exchanges with a verifier. The member takes the access back, and the app is out.
"""

from ._story import APP_URL, Story
from ._tell import main


def run(story: Story) -> None:
    import hashlib
    from base64 import urlsafe_b64encode

    import httpx

    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)
    organization = story.organization(company)
    organization_id = organization.organization_id
    member = story.member(organization, person)
    scopes = ["openid", "email", "offline_access"]

    story.step("A third party's app is registered")
    app = client.connected_app.clients.create(
        "third_party_public", client_name="Reports", redirect_urls=[APP_URL]
    ).connected_app
    story.expect(app, client_name="Reports", client_type="third_party_public")

    story.step("It finds the endpoints by OpenID discovery")
    public = f"{story.url}/v1/public/{story.project_id}"
    found = httpx.get(f"{public}/.well-known/openid-configuration", trust_env=False).json()
    story.equal("PKCE", found["code_challenge_methods_supported"], ["S256"])

    story.step(f"{person} is asked, and agrees")
    verifier = "a-verifier-that-is-long-enough-for-everybody-0123"
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    login = story.login(organization, person)
    asked = client.idp.oauth.authorize_start(app.client_id, APP_URL, "code", scopes, session_token=login.session_token)
    story.expect(asked, consent_required=True)
    agreed = client.idp.oauth.authorize(
        True,
        scopes,
        app.client_id,
        APP_URL,
        "code",
        session_token=login.session_token,
        state="xyz",
        code_challenge=challenge,
    )
    story.equal("back at the app", agreed.redirect_uri.partition("?")[0], APP_URL)

    story.step("The code becomes tokens, for whoever has the verifier")
    grant = {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "code": agreed.authorization_code,
        "redirect_uri": APP_URL,
    }

    def token(**fields: str) -> dict[str, str]:
        answer: dict[str, str] = httpx.post(found["token_endpoint"], data=fields, trust_env=False).json()
        return answer

    story.equal("with another verifier", token(**grant, code_verifier="x" * 43)["error"], "invalid_grant")
    again = client.idp.oauth.authorize(
        True, scopes, app.client_id, APP_URL, "code", session_token=login.session_token, code_challenge=challenge
    )
    tokens = token(**{**grant, "code": again.authorization_code}, code_verifier=verifier)
    story.equal("token type", tokens["token_type"], "bearer")

    story.step(f"The app asks who {person} is")
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    info = httpx.get(found["userinfo_endpoint"], headers=headers, trust_env=False).json()
    story.equal("email", info["email"], person.email_address)

    story.step("An hour later it refreshes; the former refresh token is used up")
    story.later(minutes=61)
    refresh = {"grant_type": "refresh_token", "client_id": app.client_id}
    fresh = token(**refresh, refresh_token=tokens["refresh_token"])
    story.equal("scopes", sorted(fresh["scope"].split()), sorted(scopes))

    story.step(f"{person} sees the app, and takes the access back")
    apps = client.organizations.members.connected_apps
    mine = client.organizations.members.get_connected_apps(organization_id, member.member_id).connected_apps
    story.expect(mine[0], name="Reports", connected_app_id=app.client_id)
    apps.revoke(organization_id, member.member_id, app.client_id)
    story.equal("refreshing", token(**refresh, refresh_token=fresh["refresh_token"])["error"], "invalid_grant")
    headers = {"Authorization": f"Bearer {fresh['access_token']}"}
    out = httpx.get(found["userinfo_endpoint"], headers=headers, trust_env=False)
    story.equal("userinfo", out.status_code, 401)


if __name__ == "__main__":
    main(run)
