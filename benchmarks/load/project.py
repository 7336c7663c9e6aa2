"""One project under load. Each step sends the requests of one thing that an app or a test does, chosen at random.

A project stays small: the oldest organization is deleted when there are too many, and its members and sessions with it.
"""

import base64
from collections.abc import Callable
from random import Random
from time import monotonic
from typing import Any, NamedTuple

from benchmarks.load.caller import Caller

MOST_ORGANIZATIONS = 3
MOST_MEMBERS = 40  # in an organization, deleted ones included; then a new organization follows
_MOST_SESSIONS = 8
_SESSION_SECONDS = 3000  # by the project's clock; sessions last an hour
_CALLS = "/v1/b2b"


class Session(NamedTuple):
    token: str
    jwt: str
    organization_id: str
    began: float


class Organization:
    """An organization that the load created.

    Attributes:
        members: ids and addresses of its active members.
        size: the number of its members, deleted ones included.
    """

    def __init__(self, organization_id: str, slug: str) -> None:
        self.id, self.slug = organization_id, slug
        self.members: list[tuple[str, str]] = []
        self.size = 0

    @property
    def path(self) -> str:
        return f"{_CALLS}/organizations/{self.id}"


class LoadedProject:
    """Sends the load of one project.

    Args:
        number: is part of the project's addresses and names, and decides the order of its steps.
        webhook_url: where the project's webhooks are sent to.
    """

    def __init__(self, call: Caller, number: int, webhook_url: str) -> None:
        self.call, self.random = call, Random(number)
        self._number, self._webhook_url = number, webhook_url
        self._names = 0
        self.skipped = 0.0  # seconds that the project's clock was moved
        self.weights: dict[Callable[[], None], int] = {
            self._create_member: 10,
            self._read_member: 10,
            self._update_member: 5,
            self._delete_member: 3,
            self._search: 8,
            self._read_organization: 8,
            self._update_organization: 3,
            self._replace_organization: 1,
            self._log_in_by_magic_link: 10,
            self._log_in_by_discovery: 4,
            self._log_in_by_code: 4,
            self._use_session: 20,
            self._end_session: 3,
            self._use_browser: 6,
            self._fail: 12,
            self._use_machine: 2,
            self._read_keys: 4,
            self._look: 4,
            self._use_directory: 1,
            self._move_clock: 2,
        }
        self.begin()

    def begin(self) -> None:
        """Set the project up: a new one, or one that was reset."""
        self.organizations: list[Organization] = []
        self.sessions: list[Session] = []
        self.call.api("PUT", "/_mock/api/webhooks", [{"url": self._webhook_url}])
        self._create_organization()

    def step(self) -> None:
        (step,) = self.random.choices(list(self.weights), list(self.weights.values()))
        step()

    @property
    def now(self) -> float:
        return monotonic() + self.skipped

    @property
    def organization(self) -> Organization:
        return self.random.choice(self.organizations)

    def _name(self) -> str:
        """Return a name that wasn't used before."""
        self._names += 1
        return f"load-{self._number}-{self._names}"

    # Organizations

    def _create_organization(self) -> None:
        name = self._name()
        body = {
            "organization_name": f"Organization {name}",
            "organization_slug": name,
            "email_jit_provisioning": "RESTRICTED",
            "email_allowed_domains": [f"{name}.example"],
        }
        made = self.call.api("POST", f"{_CALLS}/organizations", body)
        if made:
            self.organizations.append(Organization(made["organization"]["organization_id"], name))

    def _replace_organization(self) -> None:
        if len(self.organizations) >= MOST_ORGANIZATIONS:
            oldest = self.organizations.pop(0)
            self.sessions = [session for session in self.sessions if session.organization_id != oldest.id]
            self.call.api("DELETE", oldest.path)
        self._create_organization()

    def _read_organization(self) -> None:
        found = self.organization
        self.call.api("GET", found.path)
        self.call.api("GET", f"{_CALLS}/organizations/{found.slug}")

    def _update_organization(self) -> None:
        self.call.api("PUT", self.organization.path, {"trusted_metadata": {"note": self._name()}})

    def _search(self) -> None:
        found = self.organization
        address = found.members[0][1] if found.members else "nobody@example.com"
        operand: dict[str, Any] = {"filter_name": "member_emails", "filter_value": [address]}
        if self.random.random() < 0.3:
            operand = {"filter_name": "member_email_fuzzy", "filter_value": address[:6]}
        query = {"operator": "AND", "operands": [operand]}
        body = {"organization_ids": [found.id], "query": query, "limit": 20}
        self.call.api("POST", f"{_CALLS}/organizations/members/search", body)
        if self.random.random() < 0.2:
            self.call.api("POST", f"{_CALLS}/organizations/search", {"limit": 10})

    # Members

    def _room(self) -> Organization:
        """Return an organization with room for one more member."""
        found = self.organization
        if found.size >= MOST_MEMBERS:
            self._replace_organization()
            found = self.organizations[-1]
        found.size += 1
        return found

    def _create_member(self) -> None:
        found, name = self._room(), self._name()
        address = f"{name}@{found.slug}.example"
        body = {"email_address": address, "name": f"Member {name}", "untrusted_metadata": {"theme": name}}
        if made := self.call.api("POST", f"{found.path}/members", body):
            found.members.append((made["member_id"], address))

    def _read_member(self) -> None:
        found = self.organization
        if found.members:
            member_id, address = self.random.choice(found.members)
            self.call.api("GET", f"{found.path}/member?member_id={member_id}")
            self.call.api("GET", f"{found.path}/member?email_address={address}")

    def _update_member(self) -> None:
        found = self.organization
        if found.members:
            member_id, _ = self.random.choice(found.members)
            self.call.api("PUT", f"{found.path}/members/{member_id}", {"name": self._name()})

    def _delete_member(self) -> None:
        found = self.organization
        if found.members:
            member_id, _ = found.members.pop()
            self.call.api("DELETE", f"{found.path}/members/{member_id}")
            self.sessions = [session for session in self.sessions if session.organization_id != found.id]

    # Logins and sessions

    def _message(self, address: str) -> Any:
        return self.call.api("GET", f"/_mock/api/messages/latest?to={address}")

    def _logged_in(self, response: Any) -> None:
        if response:
            inside = response["organization"]["organization_id"]
            self.sessions.append(Session(response["session_token"], response["session_jwt"], inside, self.now))
            self.sessions = self.sessions[-_MOST_SESSIONS:]

    def _log_in_by_magic_link(self) -> None:
        found = self._room()
        address = f"{self._name()}@{found.slug}.example"
        body = {"organization_id": found.id, "email_address": address}
        self.call.api("POST", f"{_CALLS}/magic_links/email/login_or_signup", body)
        if message := self._message(address):
            body = {"magic_links_token": message["token"], "session_duration_minutes": 60}
            self._logged_in(self.call.api("POST", f"{_CALLS}/magic_links/authenticate", body))

    def _log_in_by_code(self) -> None:
        found = self._room()
        address = f"{self._name()}@{found.slug}.example"
        body = {"organization_id": found.id, "email_address": address}
        self.call.api("POST", f"{_CALLS}/otps/email/login_or_signup", body)
        if message := self._message(address):
            body = {**body, "code": message["code"], "session_duration_minutes": 60}
            self._logged_in(self.call.api("POST", f"{_CALLS}/otps/email/authenticate", body))

    def _log_in_by_discovery(self) -> None:
        found = self.organization
        address = found.members[-1][1] if found.members else f"{self._name()}@example.com"
        self.call.api("POST", f"{_CALLS}/magic_links/email/discovery/send", {"email_address": address})
        if not (message := self._message(address)):
            return
        body = {"discovery_magic_links_token": message["token"]}
        proved = self.call.api("POST", f"{_CALLS}/magic_links/discovery/authenticate", body)
        if not proved:
            return
        intermediate = {"intermediate_session_token": proved["intermediate_session_token"]}
        self.call.api("POST", f"{_CALLS}/discovery/organizations", intermediate)
        if found.members:
            body = {**intermediate, "organization_id": found.id, "session_duration_minutes": 60}
            self._logged_in(self.call.api("POST", f"{_CALLS}/discovery/intermediate_sessions/exchange", body))

    def _session(self) -> Session | None:
        self.sessions = [session for session in self.sessions if self.now - session.began < _SESSION_SECONDS]
        return self.random.choice(self.sessions) if self.sessions else None

    def _use_session(self) -> None:
        if session := self._session():
            self.call.api("POST", f"{_CALLS}/sessions/authenticate", {"session_token": session.token})
            if self.random.random() < 0.3:
                self.call.api("POST", f"{_CALLS}/sessions/authenticate", {"session_jwt": session.jwt})

    def _end_session(self) -> None:
        if session := self._session():
            self.sessions.remove(session)
            self.call.api("POST", f"{_CALLS}/sessions/revoke", {"session_token": session.token})

    def _use_browser(self) -> None:
        if session := self._session():
            self.call.browser("POST", "/sdk/v1/b2b/sessions/authenticate", {}, session.token)
            self.call.browser("GET", "/sdk/v1/b2b/organizations/members/me", None, session.token)
        else:
            body = {"organization_slug": self.organization.slug}
            self.call.browser("POST", "/sdk/v1/b2b/organizations/search", body)

    # Everything else

    def _fail(self) -> None:
        """Send a request that is refused."""
        name, chosen = self._name(), self.random.randrange(7)
        if chosen == 0:
            self.call.api("GET", f"{_CALLS}/organizations/{name}", expect=404)
        elif chosen == 1:
            body = {"organization_name": name, "organization_slug": self.organization.slug}
            self.call.api("POST", f"{_CALLS}/organizations", body, expect=400)
        elif chosen == 2:
            body = {"magic_links_token": self._unknown_token()}
            self.call.api("POST", f"{_CALLS}/magic_links/authenticate", body, expect=404)
        elif chosen == 3:
            body = {"session_token": self._unknown_token()}
            self.call.api("POST", f"{_CALLS}/sessions/authenticate", body, expect=404)
        elif chosen == 4:
            self.call.api("POST", f"{_CALLS}/{name}", {"name": name}, expect=404)
        elif chosen == 5:
            self.call.api("POST", f"{_CALLS}/organizations", b'{"organization_name": "' + name.encode(), expect=400)
        else:
            self.call.send("GET", self.organization.path, None, {}, expect=400)

    def _unknown_token(self) -> str:
        return base64.urlsafe_b64encode(self.random.randbytes(32)).decode()

    def _use_machine(self) -> None:
        """Create an M2M client, get a token with it, and delete it."""
        made = self.call.api("POST", "/v1/m2m/clients", {"client_name": self._name(), "scopes": ["read:all"]})
        if made:
            machine = made["m2m_client"]
            fields = {"grant_type": "client_credentials", "client_id": machine["client_id"]}
            fields["client_secret"] = machine["client_secret"]
            self.call.form(f"/v1/public/{self.call.project_id}/oauth2/token", fields)
            self.call.api("DELETE", f"/v1/m2m/clients/{machine['client_id']}")

    def _read_keys(self) -> None:
        self.call.api("GET", f"{_CALLS}/sessions/jwks/{self.call.project_id}")
        self.call.api("GET", f"{_CALLS}/rbac/policy")

    def _look(self) -> None:
        """Look at the inbox, the request log, the webhooks and the console, as tests and people do."""
        for path in ("messages", "requests", "webhooks/deliveries", "project"):
            self.call.api("GET", f"/_mock/api/{path}?limit=20" if path != "project" else f"/_mock/api/{path}")
        self.call.api("GET", f"/_mock/requests?project_id={self.call.project_id}")

    def _use_directory(self) -> None:
        """Connect a directory by SCIM, let it create and delete a user, and disconnect it."""
        found = self._room()
        made = self.call.api("POST", f"{_CALLS}/scim/{found.id}/connection", {"display_name": "Directory"})
        if made:
            connection = made["connection"]["connection_id"]
            user = f"{self._name()}@{found.slug}.example"
            operations = [{"op": "create_user", "email": user}, {"op": "delete_user", "user": user}]
            body = {"connection_id": connection, "operations": operations}
            self.call.api("POST", "/_mock/api/scim/push", body)
            self.call.api("DELETE", f"{_CALLS}/scim/{found.id}/connection/{connection}")

    def _move_clock(self) -> None:
        seconds = self.random.choice((1, 5, 60, 600))
        if self.call.api("POST", "/_mock/api/clock/advance", {"seconds": seconds}):
            self.skipped += seconds
