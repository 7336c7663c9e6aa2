"""``mockstytch mcp``, called by the official MCP client over standard input and output."""

import asyncio
import json
import subprocess
import sys
from functools import cache

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from mockstytch import MockStytch

MAIN = [sys.executable, "-c", "from mockstytch.cli import main; main()"]
TOOLS = {
    "add_fault",
    "clear_faults",
    "create_member",
    "create_organization",
    "diff_snapshot",
    "explain_last_refusal",
    "list_faults",
    "list_requests",
    "list_snapshots",
    "log_in",
    "move_time",
    "read_inbox",
    "reset",
    "restore_snapshot",
    "save_snapshot",
    "seed",
    "server_info",
}


def parameters(mock=None):
    """Return how to start the MCP server: for the server of a handle, or with its own server."""
    options = ["--url", mock.url, "--project-id", mock.project_id, "--secret", mock.secret] if mock else []
    return StdioServerParameters(command=MAIN[0], args=[*MAIN[1:], "mcp", *options])


def session(mock, *calls):
    """Call tools one after the other. Return the result of each; an error's message as a string."""

    async def run():
        found = []
        async with Client(parameters(mock)) as client:
            for name, arguments in calls:
                if callable(arguments):
                    arguments = arguments(found)
                result = await client.call_tool(name, arguments)
                text = result.content[0].text
                found.append(text if result.is_error else json.loads(text))
        return found

    return asyncio.run(run())


def test_every_tool_is_listed_with_a_description_and_a_closed_input():
    async def run():
        async with Client(parameters()) as client:
            return (await client.list_tools()).tools

    tools = asyncio.run(run())
    assert {tool.name for tool in tools} == TOOLS
    assert all(tool.description and tool.input_schema["additionalProperties"] is False for tool in tools)


def test_without_a_url_it_starts_its_own_server():
    [info, organization] = session(
        None, ("server_info", {}), ("create_organization", {"organization_name": "Acme Inc."})
    )
    assert info["environment"]["STYTCH_ENV"] == info["url"]
    assert organization["organization"]["organization_slug"] == "acme-inc"


def test_people_are_created_and_logged_in(mock, client):
    [_, member, started] = session(
        mock,
        ("create_organization", {"organization_name": "Acme", "settings": {"email_invites": "NOT_ALLOWED"}}),
        ("create_member", {"organization_id": "acme", "email_address": "ada@acme.example", "name": "Ada"}),
        ("log_in", {"organization_id": "acme", "member": "ada@acme.example"}),
    )
    assert client.sessions.authenticate(session_token=started["session_token"]).member.name == "Ada"
    assert client.organizations.get("acme").organization.email_invites == "NOT_ALLOWED"
    assert member["member"]["status"] == "active"


def test_inbox_is_read(mock, client, given):
    acme = given.organization("Acme")
    given.member(acme, "ada@acme.example")
    client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.example")
    [inbox, nothing] = session(
        mock, ("read_inbox", {"to": "ada@acme.example", "wait_seconds": 5}), ("read_inbox", {"to": "eve@acme.example"})
    )
    assert client.magic_links.authenticate(inbox["messages"][0]["token"]).member.email_address == "ada@acme.example"
    assert nothing == {"messages": []}


def test_time_moves(mock):
    before = mock.clock.now()
    [clock, same] = session(mock, ("move_time", {"hours": 2}), ("move_time", {}))
    assert 7200 <= same["offset_seconds"] < 7260
    assert clock["offset_seconds"] == same["offset_seconds"]
    assert mock.clock.now() > before


def test_faults_are_added_and_cleared(mock, client, refused):
    rule = {"error_type": "too_many_requests"}
    [fault] = session(mock, ("add_fault", {"operation": "organizations.get", "rule": rule}))
    assert refused(client.organizations.get, "acme") == "too_many_requests"
    [listed, _, empty] = session(mock, ("list_faults", {}), ("clear_faults", {}), ("list_faults", {}))
    assert [(f["fault_id"], f["hits"]) for f in listed["faults"]] == [(fault["fault_id"], 1)]
    assert empty == {"faults": []}


def test_last_refusal_is_explained(mock, client, refused):
    assert refused(client.organizations.get, "nowhere") == "organization_not_found"
    [explained, requests] = session(mock, ("explain_last_refusal", {}), ("list_requests", {}))
    assert explained["refusals"][-1]["error_type"] == "organization_not_found"
    assert explained["refusals"][-1]["because"]
    assert requests["requests"][-1]["operation"] == "organizations.get"


def test_refused_tool_has_the_reason(mock):
    [message] = session(mock, ("create_member", {"organization_id": "nowhere", "email_address": "ada@acme.example"}))
    assert message.startswith("organization_not_found: ")


def test_project_is_seeded_and_returns_to_a_snapshot(mock, client):
    seed = {"organizations": [{"organization_name": "Acme", "members": [{"email_address": "ada@acme.example"}]}]}
    [_, _, saved, _, changes, _, listed, _] = session(
        mock,
        ("seed", {"content": seed}),
        ("list_snapshots", {}),
        ("save_snapshot", {"name": "start"}),
        ("create_organization", {"organization_name": "Hooli"}),
        ("diff_snapshot", {"name": "start"}),
        ("restore_snapshot", {"name": "start"}),
        ("list_snapshots", {}),
        ("reset", {"to": "empty"}),
    )
    assert listed["snapshots"] == [saved]
    assert [o["object_type"] for o in changes["created"] if o["object_type"] == "organization"] == ["organization"]
    assert client.organizations.search().organizations == []


WRONG = [
    ("move_time", {"minute": 3}, "move_time has no argument 'minute'. Did you mean minutes?"),
    ("server_info", {"a": 1}, "server_info has no argument 'a'. It has no arguments."),
    ("move_time", {"minutes": "x"}, "move_time: minutes: Input should be a valid number"),
    ("read_inbox", {"wait_seconds": 61}, "read_inbox: wait_seconds: Input should be less than or equal to 60"),
    ("read_inbox", {"kind": "magic_link.logni"}, "Did you mean magic_link.login?"),
    ("create_member", {"organization_id": "acme"}, "create_member: email_address: Field required"),
    (
        "create_organization",
        {"organization_name": "", "settings": 1},
        "settings: Input should be a valid dictionary",
    ),
    ("log_in", {"organization_id": "acme", "member": "a", "factors": ["x"]}, "log_in: factors.0: Input should be"),
    ("add_fault", {"operation": "organization.get", "rule": {}}, "Did you mean organizations.get?"),
    ("restore_snapshot", {"name": "nothing"}, "Snapshot could not be found."),
    ("seed", {"content": {"organisations": []}}, "organisations"),
    ("reset", {"to": "nowhere"}, "reset: to: Input should be 'seed' or 'empty'"),
    ("explain_last_refusal", {"operation": "organization.get"}, "Did you mean organizations.get?"),
]


@cache
def refusals():
    """The messages for all wrong inputs, from one server: starting it takes longer than all calls."""
    return session(None, *((tool, arguments) for tool, arguments, _ in WRONG))


@pytest.mark.parametrize("number", range(len(WRONG)), ids=[message for _, _, message in WRONG])
def test_wrong_input_is_refused_with_a_clear_message(number):
    assert WRONG[number][2] in refusals()[number]
    assert "pydantic" not in refusals()[number]


def test_missing_server_is_one_line():
    done = subprocess.run(
        [*MAIN, "mcp", "--url", "http://127.0.0.1:1"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "No mockstytch server at http://127.0.0.1:1" in done.stderr


def test_missing_package_is_one_line_that_says_what_to_install():
    code = "import sys; sys.modules['mcp'] = None; from mockstytch.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "mcp"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert 'pip install "PATH[mcp]"' in done.stderr


def test_other_commands_do_not_import_the_package():
    code = "import sys; import mockstytch.cli.serve, mockstytch.cli.mcp; print('mcp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_server_ends_with_its_input():
    with MockStytch() as mock:
        done = subprocess.run(
            [*MAIN, "mcp", "--url", mock.url], input="", capture_output=True, text=True, timeout=60, check=False
        )
    assert (done.returncode, done.stdout) == (0, "")
