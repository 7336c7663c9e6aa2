"""A project is set up with the management API.

Redirect URLs, an RBAC policy, a JWT template and a secret take effect at once. When the secret is deleted, the app is
refused.
"""

from urllib.parse import parse_qs, urlsplit

from ._errors import ScenarioSkipped
from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    try:
        from stytch_management import Client
    except ModuleNotFoundError:
        raise ScenarioSkipped("stytch-management is not installed") from None
    import jwt
    import requests
    import stytch
    from requests.adapters import HTTPAdapter

    class PlainHttp(HTTPAdapter):
        """An adapter that sends https requests over http, because the management client requires https URLs."""

        def send(self, request: requests.PreparedRequest, *args: object, **options: object) -> requests.Response:
            request.url = (request.url or "").replace("https://", "http://", 1)
            return super().send(request, *args, **options)  # type: ignore[arg-type]

    company = scenario.fake.company()
    person, callback = scenario.fake.person(works_at=company), f"https://{company.domain}/in"
    session = requests.Session()
    session.trust_env = False
    secure = scenario.url.replace("http://", "https://", 1)
    if scenario.url.startswith("http://"):
        session.mount(secure, PlainHttp())
    admin = Client("workspace-key-of-a-scenario", "secret", secure, session=session)

    scenario.step(f"A project with a test environment is created for {company}")
    project = admin.projects.create(company.name, vertical="B2B").project
    environment = admin.environments.create(project.project_slug, "Testing", type="TEST").environment
    environment_path = (project.project_slug, environment.environment_slug)
    scenario.expect(environment, name="Testing", type="TEST")
    try:
        scenario.step("A redirect URL, a role and a JWT template are set")
        url_types = [{"type": kind, "is_default": True} for kind in ("LOGIN", "SIGNUP", "DISCOVERY")]
        admin.redirect_urls.create(*environment_path, callback, url_types)
        read_reports = {"resource_id": "report", "actions": ["read"]}
        admin.rbac_policy.set(
            *environment_path,
            custom_resources=[{"resource_id": "report", "description": "", "available_actions": ["read", "write"]}],
            custom_roles=[{"role_id": "reader", "description": "Reads reports.", "permissions": [read_reports]}],
        )
        template = '{"company": {{ organization.organization_slug }}}'
        admin.jwt_templates.set(*environment_path, template, "", "SESSION")

        scenario.step("The API returns the same values")
        url = admin.redirect_urls.get(*environment_path, callback).redirect_url
        scenario.expect_equal(
            "types", sorted(t.type.value for t in url.valid_types if t.is_default), ["DISCOVERY", "LOGIN", "SIGNUP"]
        )
        policy = admin.rbac_policy.get(*environment_path).policy
        scenario.expect_equal("roles", [role.role_id for role in policy.custom_roles], ["reader"])
        scenario.expect_equal(
            "template", admin.jwt_templates.get(*environment_path, "SESSION").jwt_template.template_content, template
        )

        scenario.step("The app uses a new secret")
        secret = admin.secrets.create(*environment_path).secret
        app = requests.Session()
        app.trust_env = False
        client = stytch.B2BClient(
            environment.project_id,
            secret.secret,
            environment=f"{scenario.url}/",
            suppress_warnings=True,
            sync_session=app,
        )
        organization = client.organizations.create(company.name, organization_slug=company.slug).organization
        client.organizations.members.create(organization.organization_id, person.email_address, roles=["reader"])
        scenario.expect(organization, organization_slug=company.slug)

        scenario.step("An unregistered URL is refused, the registered one is accepted")
        send = client.magic_links.email.login_or_signup
        account = {"organization_id": organization.organization_id, "email_address": person.email_address}
        scenario.expect_error(
            "no_match_for_provided_magic_link_url", send, **account, login_redirect_url="https://else.test/"
        )
        send(**account)

        scenario.step(f"{person} logs in: the session has the role, the JWT has the claim")
        inbox = {"to": person.email_address, "wait": 10}
        credentials = (environment.project_id, secret.secret)
        latest = f"{scenario.url}/_mock/api/messages/latest"
        link = scenario.http.get(latest, params=inbox, auth=credentials, timeout=20).json()["link"]
        redirect_url = scenario.http.get(link).headers["location"]
        scenario.expect_equal("redirect URL", redirect_url.partition("?")[0], callback)
        login = client.magic_links.authenticate(parse_qs(urlsplit(redirect_url).query)["token"][0])
        scenario.expect(login.member_session, roles=["stytch_member", "reader"])
        claims = jwt.decode(login.session_jwt, options={"verify_signature": False})
        scenario.expect_equal("company", claims["company"], company.slug)

        scenario.step("The secret is deleted: the app is refused")
        admin.secrets.delete(*environment_path, secret.secret_id)
        scenario.expect_error("unauthorized_credentials", client.organizations.get, organization.organization_id)
    finally:
        admin.environments.delete(*environment_path)
        admin.projects.delete(project.project_slug)
        session.close()


if __name__ == "__main__":
    main(run)
