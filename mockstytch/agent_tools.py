"""The tools of ``mockstytch mcp``: what a coding agent does with a server while it writes and runs tests.

Each tool is a method of ``Tools``. Its signature is the schema of its input, and its docstring is the description that
the agent reads. Only ``mockstytch mcp`` imports this module, because it needs the package ``mcp``.
"""

import functools
import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal
from urllib.parse import quote

import httpx
import msgspec
from mcp.server import MCPServer
from mcp.server.mcpserver.context import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools.base import Tool
from pydantic import Field, ValidationError

from mockstytch.client.handle import MockStytch
from mockstytch.client.models import FactorName
from mockstytch.client.transport import MockError
from mockstytch.nearest import nearest
from mockstytch.version import __version__

Json = dict[str, Any]

_INSTRUCTIONS = (
    "A local mockstytch server, which emulates Stytch's B2B API for tests. Call server_info first: it has the URL and "
    "the credentials for the app, and the address of a guide. Everything is about one project. Never sleep in a test: "
    "use move_time. If a request of the app is refused, call explain_last_refusal."
)
_REQUEST_SECONDS = 10

Text = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(ge=0, le=60, description="Seconds to wait for a message that matches.")]


def build(mock: MockStytch) -> MCPServer:
    """Return the MCP server.

    Args:
        mock: the mockstytch server and the project that the tools are about.
    """
    methods = inspect.getmembers(Tools(mock), inspect.ismethod)
    tools = [_tool(method) for name, method in methods if not name.startswith("_")]
    return MCPServer("mockstytch", version=__version__, instructions=_INSTRUCTIONS, tools=tools, log_level="WARNING")


class Tools:
    """The tools for one project."""

    def __init__(self, mock: MockStytch) -> None:
        self._mock = mock

    def server_info(self) -> Json:
        """Return the server's URL, the credentials and environment variables for the app, and where the guide is."""
        mock = self._mock
        return {
            "url": mock.url,
            "project_id": mock.project_id,
            "secret": mock.secret,
            "public_token": mock.public_token,
            "environment": mock.environment,
            "guide": f"{mock.url}/llms.txt",
            "openapi": f"{mock.url}/_mock/api/openapi.json",
            "console": f"{mock.url}/_mock/",
        }

    def read_inbox(
        self,
        to: str = "",
        kind: str = "",
        wait_seconds: Seconds = 0,
        limit: Annotated[int, Field(ge=1, le=100)] = 5,
    ) -> Json:
        """Return captured e-mails and text messages, newest last, with link, token and code.

        "to" is the recipient's address or number, "kind" for example magic_link.login. Both are optional.
        """
        if wait_seconds:
            self._mock.inbox.latest(to, kind, wait_seconds)
        query = {"to": to, "kind": kind, "limit": limit}
        messages = self._mock.call("GET", "/messages", query)["messages"]
        return {"messages": [{name: m[name] for name in m if name != "html"} for m in messages]}

    def create_organization(
        self, organization_name: Text, organization_slug: str = "", settings: Json | None = None
    ) -> Json:
        """Create an organization. "settings" has more fields of organizations.create, such as email_allowed_domains.

        Without a slug, it is made of the name.
        """
        slug = organization_slug or re.sub(r"[^a-z0-9]+", "-", organization_name.lower()).strip("-")
        body = {"organization_name": organization_name, "organization_slug": slug, **(settings or {})}
        return self._api("POST", "/v1/b2b/organizations", body)

    def create_member(
        self, organization_id: Text, email_address: Text, name: str = "", settings: Json | None = None
    ) -> Json:
        """Create a member of an organization. "settings" has more fields of organizations.members.create."""
        body = {"email_address": email_address, "name": name, **(settings or {})}
        return self._api("POST", f"/v1/b2b/organizations/{quote(organization_id, safe='')}/members", body)

    def log_in(
        self,
        organization_id: Text,
        member: Text,
        session_duration_minutes: Annotated[int, Field(ge=5, le=527040)] = 60,
        factors: list[FactorName] | None = None,
    ) -> Json:
        """Start a session of a member without a login. "member" is a member_id or an e-mail address.

        Without factors, it is a session as after a login by magic link.
        """
        named = factors or ["magic_link"]
        session = self._mock.log_in(
            member, organization_id, session_duration_minutes=session_duration_minutes, factors=named
        )
        found: Json = msgspec.to_builtins(session)
        return found

    def move_time(self, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> Json:
        """Move the project's clock. Everything that expires follows it. Without arguments, return the time."""
        if seconds or minutes or hours or days:
            self._mock.clock.advance(seconds=seconds, minutes=minutes, hours=hours, days=days)
        return self._mock.call("GET", "/clock")

    def add_fault(self, operation: Text, rule: Json) -> Json:
        """Make an operation fail on purpose, until clear_faults.

        "operation" is a name of the SDK, such as sessions.authenticate, or message.email, message.sms or webhook; * is
        a wildcard. "rule" has for example error_type, status_code, delay_ms, connection, lose, times. The manifest at
        /_mock/api/manifest lists them in fault_fields.
        """
        return self._mock.call("POST", "/faults", body={**rule, "operation": operation})

    def list_faults(self) -> Json:
        """Return the faults, with how often each happened."""
        return self._mock.call("GET", "/faults")

    def clear_faults(self) -> Json:
        """Remove all faults."""
        self._mock.faults.clear()
        return {}

    def explain_last_refusal(self, limit: Annotated[int, Field(ge=1, le=100)] = 1, operation: str = "") -> Json:
        """Return the latest refused requests, newest last, with the reason, a hint, the request and the response.

        "because" is the reason, which the real API doesn't tell. "hint" says what was probably meant.
        """
        refused = self._mock.requests(limit, status="4xx,5xx", operation=operation)
        found: Json = {"refusals": msgspec.to_builtins(refused)}
        return found

    def list_requests(self, limit: Annotated[int, Field(ge=1, le=100)] = 20, operation: str = "") -> Json:
        """Return the latest requests that the app sent, newest last."""
        names = ("at", "operation", "method", "path", "status_code", "error_type", "because")
        requests = msgspec.to_builtins(self._mock.requests(limit, operation=operation))
        return {"requests": [{name: request[name] for name in names} for request in requests]}

    def seed(self, content: Json) -> Json:
        """Create what a seed describes: settings, organizations with members, clients.

        Example: {"organizations": [{"organization_name": "Acme", "members": [{"email_address": "ada@acme.example"}]}]}.
        The schema is at /_mock/api/seed-schema.json.
        """
        self._mock.seed(content)
        return {}

    def reset(self, to: Literal["seed", "empty"] = "seed") -> Json:
        """Return the project to its start: the data of its seed, or nothing."""
        self._mock.reset(to=to)
        return {}

    def save_snapshot(self, name: Text) -> Json:
        """Save the project's data, settings and clock under a name."""
        found: Json = msgspec.to_builtins(self._mock.snapshots.save(name))
        return found

    def restore_snapshot(self, name: Text) -> Json:
        """Return the project to a snapshot."""
        self._mock.snapshots.restore(name)
        return {}

    def list_snapshots(self) -> Json:
        """Return the snapshots, oldest first."""
        return self._mock.call("GET", "/snapshots")

    def diff_snapshot(self, name: Text) -> Json:
        """Return what was created, changed and deleted since a snapshot."""
        found: Json = msgspec.to_builtins(self._mock.snapshots.diff(name))
        return found

    def _api(self, method: str, path: str, body: Json) -> Json:
        """Call the API as the app's backend does.

        Raises:
            ToolError: if the server refuses the request, with the reason from the request log.
        """
        mock = self._mock
        auth = (mock.project_id, mock.secret)
        try:
            with httpx.Client(base_url=mock.url, auth=auth, trust_env=False, timeout=_REQUEST_SECONDS) as client:
                response = client.request(method, path, json=body)
                answer: Json = response.json()
        except (httpx.HTTPError, ValueError) as e:
            raise ToolError(f"No mockstytch server at {mock.url}: {e}") from None
        if response.is_success:
            return answer
        logged = [r for r in mock.requests(10) if r.request_id == answer["request_id"]]
        reasons = [text for request in logged for text in (request.because, request.hint) if text]
        raise ToolError(": ".join([answer["error_type"], answer["error_message"], *reasons]))


class _Tool(Tool):
    """A tool that refuses arguments which it doesn't have. Its messages say what is wrong, without pydantic's terms."""

    async def run(self, arguments: Json, context: Context[Any, Any], convert_result: bool = False) -> Any:
        names = list(self.parameters.get("properties", {}))
        for name in arguments.keys() - set(names):
            known = f"Did you mean {nearest(name, names)}?" if names else "It has no arguments."
            raise ToolError(f"{self.name} has no argument {name!r}. {known}")
        try:
            return await super().run(arguments, context, convert_result)
        except ToolError as e:
            if isinstance(e.__cause__, ValidationError):
                found = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in e.__cause__.errors()]
                raise ToolError(f"{self.name}: {'; '.join(found)}") from None
            raise ToolError(str(e).removeprefix(f"Error executing tool {self.name}: ")) from None


def _tool(method: Callable[..., Json]) -> Tool:
    """Return a method as a tool. A refusal of the server becomes the tool's error, with its reason."""

    @functools.wraps(method)
    def call(**arguments: Any) -> Json:
        try:
            return method(**arguments)
        except MockError as e:
            raise ToolError(str(e)) from None

    tool = _Tool.from_function(call, structured_output=False)
    tool.parameters["additionalProperties"] = False
    return tool
