"""A whole project, set up by the management client.

Redirect URLs, a policy, a claims template, a secret: what Terraform or a script sets up reads back as it was written,
and takes effect at once for an app that has the new secret. When that is deleted, the app is out.
"""

from urllib.parse import parse_qs, urlsplit

from ._story import Story, StorySkipped
from ._tell import main


def run(story: Story) -> None:
    try:
        from stytch_management import Client
    except ModuleNotFoundError:
        raise StorySkipped("stytch-management is not installed") from None
    import httpx
    import jwt
    import requests
    import stytch
    from requests.adapters import HTTPAdapter

    class PlainHttp(HTTPAdapter):
        """The client insists on https, which a server on this machine need not speak."""

        def send(self, request: requests.PreparedRequest, *args: object, **options: object) -> requests.Response:
            request.url = (request.url or "").replace("https://", "http://", 1)
            return super().send(request, *args, **options)  # type: ignore[arg-type]

    company = story.cast.company()
    person, callback = story.cast.person(works_at=company), f"https://{company.domain}/in"
    session = requests.Session()
    session.trust_env = False
    secure = story.url.replace("http://", "https://", 1)
    if story.url.startswith("http://"):
        session.mount(secure, PlainHttp())
    admin = Client("workspace-key-of-a-story", "secret", secure, session=session)

    story.step(f"A project for {company}, with an environment for tests")
    project = admin.projects.create(company.name, vertical="B2B").project
    environment = admin.environments.create(project.project_slug, "Testing", type="TEST").environment
    place = (project.project_slug, environment.environment_slug)
    story.expect(environment, name="Testing", type="TEST")
    try:
        story.step("Where links may lead, what roles there are, what a JWT says")
        wanted = [{"type": kind, "is_default": True} for kind in ("LOGIN", "SIGNUP", "DISCOVERY")]
        admin.redirect_urls.create(*place, callback, wanted)
        may_read = {"resource_id": "report", "actions": ["read"]}
        admin.rbac_policy.set(
            *place,
            custom_resources=[{"resource_id": "report", "description": "", "available_actions": ["read", "write"]}],
            custom_roles=[{"role_id": "reader", "description": "Reads reports.", "permissions": [may_read]}],
        )
        template = '{"company": {{ organization.organization_slug }}}'
        admin.jwt_templates.set(*place, template, "", "SESSION")

        story.step("All of it reads back as it was written")
        url = admin.redirect_urls.get(*place, callback).redirect_url
        story.equal(
            "types", sorted(t.type.value for t in url.valid_types if t.is_default), ["DISCOVERY", "LOGIN", "SIGNUP"]
        )
        policy = admin.rbac_policy.get(*place).policy
        story.equal("roles", [role.role_id for role in policy.custom_roles], ["reader"])
        story.equal("template", admin.jwt_templates.get(*place, "SESSION").jwt_template.template_content, template)

        story.step("The app gets a secret of its own, and works with it")
        secret = admin.secrets.create(*place).secret
        app = requests.Session()
        app.trust_env = False
        client = stytch.B2BClient(
            environment.project_id, secret.secret, environment=f"{story.url}/", suppress_warnings=True, sync_session=app
        )
        organization = client.organizations.create(company.name, organization_slug=company.slug).organization
        client.organizations.members.create(organization.organization_id, person.email_address, roles=["reader"])
        story.expect(organization, organization_slug=company.slug)

        story.step("A URL that is not registered is refused, the registered one is taken")
        send = client.magic_links.email.login_or_signup
        where = {"organization_id": organization.organization_id, "email_address": person.email_address}
        story.refused("no_match_for_provided_magic_link_url", send, **where, login_redirect_url="https://else.test/")
        send(**where)

        story.step(f"{person} logs in: role and claim are there")
        inbox = {"to": person.email_address, "wait": 10}
        credentials = (environment.project_id, secret.secret)
        latest = f"{story.url}/_mock/api/messages/latest"
        link = httpx.get(latest, params=inbox, auth=credentials, trust_env=False, timeout=20).json()["link"]
        landed = httpx.get(link, trust_env=False).headers["location"]
        story.equal("landing", landed.partition("?")[0], callback)
        came = client.magic_links.authenticate(parse_qs(urlsplit(landed).query)["token"][0])
        story.expect(came.member_session, roles=["stytch_member", "reader"])
        claims = jwt.decode(came.session_jwt, options={"verify_signature": False})
        story.equal("claim company", claims["company"], company.slug)

        story.step("The secret is deleted: the app is out")
        admin.secrets.delete(*place, secret.secret_id)
        story.refused("unauthorized_credentials", client.organizations.get, organization.organization_id)
    finally:
        admin.environments.delete(*place)
        admin.projects.delete(project.project_slug)
        session.close()


if __name__ == "__main__":
    main(run)
