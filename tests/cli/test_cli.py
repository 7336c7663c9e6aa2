"""The command line."""

import os
import re
import shlex
import socket
import ssl
import subprocess
import urllib.request

import httpx
import pytest

from mockstytch import MockStytch


def test_serve_prints_its_facts_as_json(serve):
    facts = serve()
    assert set(facts) == {
        "url",
        "tls_url",
        "ca_file",
        "console_url",
        "project_id",
        "secret",
        "public_token",
        "pid",
    }
    mock = MockStytch(url=facts["url"], project_id=facts["project_id"], secret=facts["secret"])
    assert mock.client().debug.whoami().project_id == facts["project_id"]
    assert facts["tls_url"] is None


def test_database_file_outlives_the_server(serve, started, tmp_path):
    file = str(tmp_path / "mock.sqlite")
    first = serve("--db", file)
    organization = (
        MockStytch(url=first["url"]).client().organizations.create("Acme", organization_slug="acme").organization
    )
    started[0].terminate()
    started[0].communicate(timeout=10)
    second = serve("--db", file)
    found = MockStytch(url=second["url"]).client().organizations.get(organization.organization_id)
    assert found.organization == organization


def test_options_have_environment_variables(serve, tmp_path):
    seed = tmp_path / "seed.toml"
    seed.write_text('[[organizations]]\norganization_name = "Acme"\n')
    environment = {**os.environ, "MOCKSTYTCH_SEED": str(seed), "MOCKSTYTCH_PUBLIC_URL": "http://mail.test:1234/"}
    mock = MockStytch(url=serve(env=environment)["url"])
    client = mock.client()
    assert client.organizations.get("acme").organization.organization_name == "Acme"
    client.magic_links.email.discovery.send("ada@acme.test")
    assert mock.inbox.latest().link.startswith("http://mail.test:1234/v1/magic_links/redirect?")


def test_environment_variable_can_have_several_values(serve):
    facts = serve(env={**os.environ, "MOCKSTYTCH_ALLOWED_HOST": "mock,stytch"})
    for name, status in (("mock", 200), ("stytch", 200), ("other", 403)):
        response = httpx.get(f"{facts['url']}/_mock/api/project", headers={"Host": f"{name}:4700"}, trust_env=False)
        assert response.status_code == status


def test_help_lists_the_most_important_options_first(run):
    options = re.findall(r"^  (--[a-z-]+)", run("serve", "--help").stdout, re.MULTILINE)
    assert options[:3] == ["--host", "--port", "--db"]


def test_closed_server_refuses_unknown_projects(serve, refused):
    mock = MockStytch(url=serve("--closed")["url"])
    assert mock.client().debug.whoami().status_code == 200
    assert refused(mock.project().client().debug.whoami) == "unauthorized_credentials"


def test_https_uses_a_certificate_of_the_local_ca(serve, tmp_path):
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "HOME": str(tmp_path)}
    facts = serve("--tls-port", "0", env=environment)
    trust = ssl.create_default_context(cafile=facts["ca_file"])
    with urllib.request.urlopen(f"{facts['tls_url']}/_mock/api/health", context=trust) as response:
        assert response.status == 200
    again = serve("--tls-port", "0", env=environment)
    with urllib.request.urlopen(f"{again['tls_url']}/_mock/api/health", context=trust) as response:
        assert response.status == 200  # the CA is created once


def test_inbox_reset_and_clock_commands_control_a_server(run, mock, given):
    connection = ["--url", mock.url, "--project-id", mock.project_id, "--secret", mock.secret]
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    given.link_token(acme, "ada@acme.test")
    link = mock.inbox.latest().link
    assert run("inbox", "--to", "ada@acme.test", "--link", *connection).stdout == f"{link}\n"
    assert "Your login link for Acme" in run("inbox", *connection).stdout
    assert '"kind": "magic_link.login"' in run("inbox", "--json", *connection).stdout
    no_code = run("inbox", "--code", *connection)
    assert (no_code.returncode, no_code.stderr) == (1, "mockstytch: the newest message has no code\n")
    before = mock.clock.now()
    assert run("clock", "advance", "1h30m", *connection).returncode == 0
    assert (mock.clock.now() - before).total_seconds() >= 5400
    assert run("clock", "set", "2031-02-03T04:05:06Z", *connection).stdout.startswith("2031-02-03T04:05:0")
    assert run("clock", "freeze", *connection).returncode == run("clock", "unfreeze", *connection).returncode == 0
    done = run("reset", *connection)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{mock.project_id} is reset.\n")
    assert mock.inbox.all() == []
    assert run("inbox", *connection).stderr == "No message matches. (the inbox is empty)\n"


@pytest.mark.parametrize("output", [[], ["--json"], ["--link"], ["--code"]])
def test_inbox_that_waits_in_vain_fails_and_says_what_there_is(run, mock, client, output):
    client.magic_links.email.discovery.send("ada@acme.test")
    connection = ["--url", mock.url, "--project-id", mock.project_id, "--secret", mock.secret]
    finished = run("inbox", "--to", "zoe@acme.test", "--wait", "0.1", *output, *connection)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == (
        "mockstytch: No message matches. "
        "(to=zoe@acme.test; waited 0.1 s; the inbox has 1 magic_link.discovery to ada@acme.test)\n"
    )
    at_once = run("inbox", "--to", "zoe@acme.test", *connection)
    assert (at_once.returncode, at_once.stderr) == (
        0,
        "No message matches. (to=zoe@acme.test; the inbox has 1 magic_link.discovery to ada@acme.test)\n",
    )


def test_mistyped_kind_is_refused_by_the_inbox_command(run, mock):
    connection = ["--url", mock.url, "--project-id", mock.project_id, "--secret", mock.secret]
    finished = run("inbox", "--kind", "magic_link.logn", *connection)
    assert finished.returncode == 1
    assert "Did you mean magic_link.login?" in finished.stderr
    assert finished.stderr.count("\n") == 1


@pytest.mark.parametrize("sdk", ["python", "node", "go", "java", "ruby", "rust", "php", "dotnet", "browser"])
def test_env_prints_variables_and_code_for_each_sdk(run, sdk):
    printed = run("env", "--sdk", sdk).stdout
    assert "export STYTCH_ENV=http://127.0.0.1:4700\n" in printed
    assert "STYTCH_ENV" in printed.partition("\n\n")[2]


def test_variables_of_env_can_be_evaluated_by_a_shell(run):
    secret = "it's $HOME; # all one secret"
    lines = run("env", "--variables", "--secret", secret).stdout.splitlines()
    given = dict(shlex.split(line)[1].split("=", 1) for line in lines)
    assert all(shlex.split(line)[0] == "export" for line in lines)
    assert (given["STYTCH_SECRET"], given["STYTCH_ENV"]) == (secret, "http://127.0.0.1:4700")


@pytest.mark.parametrize(
    "args",
    [
        ["--port", "70000"],
        ["--port", "many"],
        ["nonsense"],
        ["serve", "--nonsense"],
        ["clock", "advance"],
        ["clock", "advance", "soon"],
        ["clock", "set", "yesterday"],
        ["inbox", "--link", "--code"],
        ["inbox", "--wait", "61"],
        ["inbox", "--wait", "nan"],
        ["inbox", "--url", "127.0.0.1:9"],
        ["inbox", "--url", "http://127.0.0.1:9/x?"],
        ["reset", "--url", "ftp://127.0.0.1"],
        ["env", "--url", "http://127.0.0.1:4700/?x=1"],
        ["env", "--sdk", "cobol"],
        ["scenario", "--url", "127.0.0.1:4700"],
    ],
)
def test_wrong_usage_is_reported_in_one_line(run, args):
    finished = run(*args)
    assert finished.returncode == 2
    assert finished.stderr.startswith("Error: ")
    assert finished.stderr.count("\n") == 1


def test_people_are_created_at_the_start_and_by_each_reset(serve, tmp_path):
    (tmp_path / "seed.yaml").write_text("organizations:\n- organization_name: Acme\n")
    mock = MockStytch(url=serve("--people", "30", "--seed", str(tmp_path / "seed.yaml"))["url"])
    client = mock.client()
    for _ in range(2):
        organizations = client.organizations.search().organizations
        assert len(organizations) == 3
        members = client.organizations.members.search([o.organization_id for o in organizations])
        assert members.results_metadata.total == 30
        client.organizations.delete("acme")
        mock.reset()


def test_failure_is_reported_in_one_line(run, tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text("[[organizations]]\n")
    not_toml = tmp_path / "not.toml"
    not_toml.write_text("{")
    generated = tmp_path / "generated.toml"
    generated.write_text("[generate]\npeople = 3\n")
    other = tmp_path / "other.sqlite"
    other.write_text("this is not a database, but long enough to look like something else entirely")
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "HOME": str(tmp_path)}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        for args, message in (
            (["--port", port], f"port {port} on 127.0.0.1 is in use. Choose another with --port."),
            (
                ["--port", "0", "--tls-port", port],
                f"port {port} on 127.0.0.1 is in use. Choose another with --tls-port.",
            ),
            (
                ["--port", "0", "--db", str(tmp_path / "no" / "where.sqlite")],
                "doesn't exist. Create it, or use another path.",
            ),
            (["--port", "0", "--db", str(other)], "can't be used as a database"),
            (["--port", "0", "--seed", str(tmp_path / "absent.toml")], "can't be read"),
            (["--port", "0", "--seed", str(not_toml)], "isn't valid TOML"),
            (["--port", "0", "--seed", str(broken)], "organization_name_missing"),
            (["--port", "0", "--seed", str(generated), "--people", "3"], "use the section generate or --people"),
            (["inbox", "--url", "http://127.0.0.1:9"], "No mockstytch server at http://127.0.0.1:9: "),
        ):
            finished = run(*args, env=environment)
            assert finished.returncode == 1, args
            assert finished.stderr.startswith("mockstytch: ")
            assert message in finished.stderr
            assert finished.stderr.count("\n") == 1


def test_help_shows_whole_sentences(run):
    assert "..." not in run("--help").stdout.replace("COMMAND [ARGS]...", "")
    narrow = run("--help", env={**os.environ, "COLUMNS": "60"}).stdout
    assert max(map(len, narrow.splitlines())) <= 60


def test_help_is_also_a_command(run):
    assert run("help").stdout == run("--help").stdout
    assert run("help", "inbox").stdout == run("inbox", "--help").stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["serv"], "Error: No such command 'serv'. Did you mean serve? See "),
        (["fault", "ad"], "Error: No such command 'ad'. Did you mean add? See "),
        (["xyzzy"], "Error: No such command 'xyzzy'. See "),
        (
            ["inbox", "--too", "x"],
            "Error: No such option '--too'. Did you mean '--to'? See ",
        ),
        (
            ["--port", "x"],
            "Error: Invalid value for '--port': 'x' isn't a whole number. See ",
        ),
        (["scenario", "xyzzy"], "Error: no scenario 'xyzzy'. --list shows all. See "),
        (["scenario", "jit_jion"], "Did you mean jit_join? --list shows all."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_typing_mistake_gets_the_similar_name(run, args, message):
    finished = run(*args)
    assert finished.returncode == 2
    assert message in finished.stderr


def test_fault_without_a_command_prints_its_help(run):
    finished = run("fault")
    assert finished.returncode == 2
    assert finished.stderr == run("fault", "--help").stdout


def test_url_of_the_mockstytch_server_that_uses_the_port_is_shown(run, mock):
    port = mock.url.rpartition(":")[2]
    finished = run("--port", port)
    assert finished.returncode == 1
    assert f"a mockstytch server already runs there. Use it at http://127.0.0.1:{port}, or" in finished.stderr


def test_missing_seed_file_is_named_once(run, tmp_path):
    file = tmp_path / "absent.toml"
    finished = run("--port", "0", "--seed", str(file))
    assert finished.stderr == f"mockstytch: {file} can't be read: No such file or directory\n"


def test_help_lists_the_commands(run):
    text = run("--help").stdout
    for command in ("serve", "demo", "scenario", "inbox", "reset", "clock", "env"):
        assert f"  {command} " in text
    assert run("--version").stdout.startswith("mockstytch, version ")


def test_server_stops_when_its_stdin_is_closed(serve, started):
    serve("--stop-with-stdin", stdin=subprocess.PIPE)
    (process,) = started
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(timeout=30) == 0
    process.stdin = None  # communicate() would use it


def test_server_whose_stdin_is_closed_at_the_start_stops_when_it_is_ready(serve, started):
    serve("--stop-with-stdin", stdin=subprocess.DEVNULL)
    assert started[0].wait(timeout=30) == 0


def test_server_runs_without_stdin(serve, started):
    facts = serve(stdin=subprocess.DEVNULL)
    response = httpx.get(f"{facts['url']}/_mock/api/health", trust_env=False)
    assert response.status_code == 200
