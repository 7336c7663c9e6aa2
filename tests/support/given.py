"""Builders: a world for a test, made through the official client."""

from typing import Any

from stytch.shared.method_options import Authorization

from mockstytch import MockStytch


class Given:
    def __init__(self, mock: MockStytch, client: Any) -> None:
        self.mock, self.client, self._count = mock, client, 0

    def email(self, domain: str = "example.com") -> str:
        self._count += 1
        return f"person-{self._count}@{domain}"

    def organization(self, name: str = "Acme", **settings: Any) -> Any:
        return self.client.organizations.create(organization_name=name, **settings).organization

    def member(self, organization: Any, email_address: str = "", **fields: Any) -> Any:
        made = self.client.organizations.members.create(
            organization.organization_id, email_address or self.email(), **fields
        )
        return made.member

    def link_token(self, organization: Any, email_address: str, **options: Any) -> str:
        """The token of a link mailed to somebody who may log in to the organization."""
        self.client.magic_links.email.login_or_signup(organization.organization_id, email_address, **options)
        return self.token(email_address)

    def token(self, email_address: str, kind: str = "") -> str:
        """The token in the newest mail to an address."""
        token = self.mock.inbox.latest(to=email_address, kind=kind).token
        assert token
        return token

    def login(self, organization: Any, member: Any, **options: Any) -> Any:
        """A member logged in by link: the answer of ``magic_links.authenticate``."""
        token = self.link_token(organization, member.email_address)
        return self.client.magic_links.authenticate(token, **options)

    def discovery_token(self, email_address: str, **options: Any) -> str:
        self.client.magic_links.email.discovery.send(email_address, **options)
        return self.token(email_address)

    def discovered(self, email_address: str) -> Any:
        """Somebody whose address is proven: the answer of ``magic_links.discovery.authenticate``."""
        return self.client.magic_links.discovery.authenticate(self.discovery_token(email_address))

    def intermediate(self, email_address: str) -> str:
        """The intermediate session token of somebody whose address is proven."""
        return str(self.discovered(email_address).intermediate_session_token)

    def admin(self, organization: Any) -> Any:
        """An administrator, logged in."""
        return self.login(organization, self.member(organization, roles=["stytch_admin"]))

    def acting(self, login: Any) -> Authorization:
        """To call as who logged in: ``method_options=given.acting(login)``."""
        return Authorization(session_token=login.session_token)

    def because(self) -> str:
        """What the request log says of the latest request."""
        return str(self.mock.requests()[-1]["because"])
