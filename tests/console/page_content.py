"""What the tests of the console's pages share."""

import re
from typing import Any

import httpx

from tests.support.given import Given


def rows(response: httpx.Response) -> list[str]:
    """Return the ids of a page's rows, from top to bottom."""
    return re.findall(r'<(?:li|tr) id="([^"]+)"', response.text)


def send_login_link(given: Given, email_address: str, organization: Any = None, **options: Any) -> Any:
    """Create a member, send a login link, and return the message."""
    organization = organization or given.organization()
    given.member(organization, email_address)
    given.client.magic_links.email.login_or_signup(organization.organization_id, email_address, **options)
    return given.mock.inbox.latest(to=email_address)
