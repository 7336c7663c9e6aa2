"""Builders for the organizations, members, sessions and tokens of a test. They call the official client."""

import re
from collections import Counter
from typing import Any

from stytch.shared.method_options import Authorization

from mockstytch import MockStytch


class Given:
    """The builders of one project.

    Attributes:
        mock: the project on the server.
        client: the official client for that project.
    """

    def __init__(self, mock: MockStytch, client: Any) -> None:
        self.mock, self.client, self._count = mock, client, 0
        self._slugs: Counter[str] = Counter()

    def email(self, domain: str = "example.com") -> str:
        """Return an address that no member has."""
        self._count += 1
        return f"person-{self._count}@{domain}"

    def organization(self, name: str = "Acme", organization_slug: str = "", **settings: Any) -> Any:
        """Create an organization. The slug is derived from the name if it isn't given."""
        slug = organization_slug or self.slug(name)
        if organization_slug:
            self._slugs[slug.lower()] += 1
        return self.client.organizations.create(organization_name=name, organization_slug=slug, **settings).organization

    def slug(self, name: str = "Acme") -> str:
        """Return a slug that this object hasn't returned before: ``acme``, then ``acme-2``."""
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        slug = slug if len(slug) > 1 else f"organization-{slug or self._count}"
        self._slugs[slug] += 1
        return slug if self._slugs[slug] == 1 else f"{slug}-{self._slugs[slug]}"

    def member(self, organization: Any, email_address: str = "", **fields: Any) -> Any:
        address = email_address or self.email()
        return self.client.organizations.members.create(organization.organization_id, address, **fields).member

    def link_token(self, organization: Any, email_address: str, **options: Any) -> str:
        """Send a login link, and return its token."""
        self.client.magic_links.email.login_or_signup(organization.organization_id, email_address, **options)
        return self.token(email_address)

    def token(self, email_address: str, kind: str = "") -> str:
        """Return the token of the newest mail to an address."""
        token = self.mock.inbox.latest(to=email_address, kind=kind).token
        assert token
        return token

    def login(self, organization: Any, member: Any, **options: Any) -> Any:
        """Log a member in by link, and return the response of ``magic_links.authenticate``."""
        token = self.link_token(organization, member.email_address)
        return self.client.magic_links.authenticate(token, **options)

    def discovery_token(self, email_address: str, **options: Any) -> str:
        """Send a discovery link, and return its token."""
        self.client.magic_links.email.discovery.send(email_address, **options)
        return self.token(email_address)

    def discovered(self, email_address: str) -> Any:
        """Authenticate a discovery link, and return the response of ``magic_links.discovery.authenticate``."""
        return self.client.magic_links.discovery.authenticate(self.discovery_token(email_address))

    def intermediate_session(self, email_address: str) -> str:
        """Return the token of an intermediate session for an address."""
        return str(self.discovered(email_address).intermediate_session_token)

    def admin(self, organization: Any) -> Any:
        """Log a new administrator in, and return the response."""
        return self.login(organization, self.member(organization, roles=["stytch_admin"]))

    def as_member(self, login: Any) -> Authorization:
        """Return the options for a call on behalf of a member: ``method_options=given.as_member(login)``."""
        return Authorization(session_token=login.session_token)

    def because(self) -> str:
        """Return the reason of the newest refusal in the request log."""
        return self.mock.requests()[-1].because
