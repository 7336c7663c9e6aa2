"""The environment of the command: what is added, and what stays as it was."""

import json
import os
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from mockstytch.settings import DEFAULT_PROJECT_ID, DEFAULT_SECRET
from mockstytch.takeover.environment import Files, program_environment
from mockstytch.takeover.hosts import TakenHosts

FILES = Files(
    {"SSL_CERT_FILE": Path("/t/roots.pem")}, Path("/t/cacerts"), Path("/t/python"), Path("/t/node.cjs"), Path("/t/php")
)
SHOW = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]


def environment_of(before=(), files=FILES, domains=()):
    return program_environment(
        dict(before), TakenHosts(domains), ("127.0.0.1", 9), files, {"MOCKSTYTCH_URL": "http://x"}
    )


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ("", ""),
        ("localhost,db.internal", "db.internal"),
        (".internal, 10.0.0.0/8 ,*.corp.example", ".internal,10.0.0.0/8,*.corp.example"),
        ("*", ""),
        ("stytch.com,.stytch.com,*.stytch.com,com,test.stytch.com,TEST.stytch.com:443,api.stytch.com", ""),
        ("login.acme.example,acme.example,app.acme.example", "app.acme.example"),
        ("a.test.stytch.com,xstytch.com,[fe80::1]", "a.test.stytch.com,xstytch.com,[fe80::1]"),
    ],
)
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_no_proxy_keeps_all_but_the_taken_hosts(variable, before, kept):
    after = environment_of({variable: before}, domains=["login.acme.example"])
    local = "localhost,.localhost,127.0.0.1,127.0.0.0/8,::1,[::1]"
    assert after["NO_PROXY"] == after["no_proxy"] == ",".join(filter(None, (local, kept)))


def test_options_are_added_to_existing_ones():
    before = {
        "NODE_OPTIONS": "--max-old-space-size=4096",
        "JAVA_TOOL_OPTIONS": "-Xmx1g",
        "PYTHONPATH": "/src",
        "PHP_INI_SCAN_DIR": "/php",
        "NO_PROXY": ".internal",
        "HOME": "/h/ada",
    }
    after = environment_of(before)
    assert after["NODE_OPTIONS"] == "--max-old-space-size=4096 --require /t/node.cjs"
    assert after["JAVA_TOOL_OPTIONS"] == (
        "-Xmx1g -Djavax.net.ssl.trustStore=/t/cacerts -Djavax.net.ssl.trustStorePassword=changeit "
        "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=9 "
        "-Dhttp.nonProxyHosts=localhost|*.localhost|127.*|[::1]|*.internal"
    )
    assert after["PYTHONPATH"] == os.pathsep.join(("/t/python", "/src"))
    assert after["PHP_INI_SCAN_DIR"] == os.pathsep.join(("/php", "/t/php"))
    assert (after["HOME"], after["SSL_CERT_FILE"], after["MOCKSTYTCH_URL"]) == ("/h/ada", "/t/roots.pem", "http://x")
    assert "HTTP_PROXY" not in after


def test_libraries_of_the_executable_are_not_the_commands(monkeypatch):
    own = {"LD_LIBRARY_PATH": "/unpacked", "LD_LIBRARY_PATH_ORIG": "/own", "_PYI_ARCHIVE_FILE": "x"}
    assert environment_of({"LD_LIBRARY_PATH": "/own"})["LD_LIBRARY_PATH"] == "/own"
    monkeypatch.setattr(sys, "_MEIPASS", "/unpacked", raising=False)
    after = environment_of(own)
    assert after["LD_LIBRARY_PATH"] == "/own"
    assert not after.keys() & {"LD_LIBRARY_PATH_ORIG", "_PYI_ARCHIVE_FILE"}
    assert "LD_LIBRARY_PATH" not in environment_of({"LD_LIBRARY_PATH": "/unpacked"})


def test_paths_with_blanks_are_quoted():
    folder = Path("/t/a b")
    after = environment_of(files=Files({}, folder / "cacerts", folder, folder / "node.cjs", folder))
    assert after["NODE_OPTIONS"] == '--require "/t/a b/node.cjs"'
    assert "'-Djavax.net.ssl.trustStore=/t/a b/cacerts'" in after["JAVA_TOOL_OPTIONS"]


def test_command_runs_in_a_folder_with_blanks(run, environment, program, tmp_path):
    folder = tmp_path / "a b"
    folder.mkdir()
    environment["TMPDIR"] = str(folder)
    assert run("--no-namespace", "--", *program("node", "fetch.js")).stdout == "Acme\n"
    assert run("--no-namespace", "--", *program("java", "httpclient")).stdout == "Acme\n"


def shown(run, *options):
    return json.loads(run("--quiet", "--no-namespace", *options, "--", *SHOW).stdout)


def test_credentials_of_the_default_project(run):
    seen = shown(run)
    public_token = DEFAULT_PROJECT_ID.replace("project", "public-token")
    for prefix in ("STYTCH", "MOCKSTYTCH"):
        names = ("PROJECT_ID", "SECRET", "PUBLIC_TOKEN")
        values = (DEFAULT_PROJECT_ID, DEFAULT_SECRET, public_token)
        assert tuple(seen[f"{prefix}_{name}"] for name in names) == values
    assert "STYTCH_ENV" not in seen


def test_credentials_of_the_environment_stay(run, environment):
    project_id = "project-test-11111111-1111-4111-8111-111111111111"
    environment |= {"STYTCH_PROJECT_ID": project_id, "STYTCH_SECRET": "own", "STYTCH_PUBLIC_TOKEN": "token"}
    seen = shown(run)
    assert (seen["STYTCH_PROJECT_ID"], seen["STYTCH_SECRET"], seen["STYTCH_PUBLIC_TOKEN"]) == (
        project_id,
        "own",
        "token",
    )
    assert (seen["MOCKSTYTCH_PROJECT_ID"], seen["MOCKSTYTCH_SECRET"]) == (project_id, "own")


def test_files_of_the_environment_are_extended(run, environment, tmp_path):
    own = tmp_path / "own.pem"
    own.write_text("# a comment\n")
    environment |= {"REQUESTS_CA_BUNDLE": str(own), "NODE_EXTRA_CA_CERTS": str(own), "CURL_CA_BUNDLE": str(tmp_path)}
    environment.pop("SSL_CERT_FILE", None)
    names = ["REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "DENO_CERT"]
    script = f"import os, json; print(json.dumps([open(os.environ[name]).read() for name in {names}]))"
    contents = json.loads(run("--quiet", "--no-namespace", "--", sys.executable, "-c", script).stdout)
    assert contents[0] == contents[1]
    assert contents[0].startswith("# a comment\n-----BEGIN CERTIFICATE-----")
    counts = [content.count("BEGIN CERTIFICATE") for content in contents]
    assert (counts[0], counts[4]) == (1, 1)
    assert counts[2] == counts[3] > 1, "a folder, or no file: the system's certificates are used"
    ssl.create_default_context(cadata=contents[3])


@pytest.mark.parametrize("name", ["http://a", "a b", "a:1", "", "10.0.0.1", "::1", "a_b.example", "x" * 300])
def test_unusable_domain_is_refused(run, name):
    finished = run("--domain", name, "--", "true")
    assert finished.returncode == 2
    assert "--domain" in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_domain_of_the_project(run, environment, program):
    environment["MOCKSTYTCH_DOMAIN"] = "login.acme.example,Auth.Acme.example"
    program("curl")
    url = "https://auth.acme.example/.well-known/openid-configuration"
    finished = run("--", "curl", "--silent", "--show-error", url)
    assert json.loads(finished.stdout)["issuer"] == "https://auth.acme.example"


def test_server_options(run, program, tmp_path):
    program("curl")
    seed = tmp_path / "seed.toml"
    seed.write_text('[[organizations]]\norganization_name = "Acme"\n')
    script = 'curl -sS --fail -u "$STYTCH_PROJECT_ID:$STYTCH_SECRET" https://test.stytch.com/v1/b2b/organizations/acme'
    finished = run("--seed", str(seed), "--db", str(tmp_path / "mock.sqlite"), "--log", "--", "sh", "-c", script)
    assert json.loads(finished.stdout)["organization"]["organization_name"] == "Acme"
    assert (tmp_path / "mock.sqlite").exists()
    assert '"type":"request"' in finished.stderr
    again = run("--db", str(tmp_path / "mock.sqlite"), "--quiet", "--", "sh", "-c", script)
    assert json.loads(again.stdout)["organization"]["organization_name"] == "Acme"


@pytest.mark.parametrize(
    ("options", "code"),
    [(["--db", "/nowhere/x.sqlite"], 1), (["--seed", "/nowhere"], 1), (["--smtp", "x"], 2), (["--port", "70000"], 2)],
)
def test_server_that_cannot_start(run, environment, options, code):
    finished = run(*options, "--", "echo", "started")
    assert (finished.returncode, finished.stdout) == (code, "")
    assert finished.stderr.count("\n") == 1
    assert list(Path(environment["TMPDIR"]).iterdir()) == []


def test_temporary_folder_that_cannot_be_used(run, environment, tmp_path):
    """The system's own temporary folder is used instead, as every Python program does."""
    environment["TMPDIR"] = str(tmp_path / "nowhere")
    assert run("--", "true").returncode == 0


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://test.stytch.com/v1/b2b/organizations/x", 400),
        ("https://api.stytch.com/v1/b2b/organizations/x", 400),
        ("https://telemetry.stytch.com/v1/rules/list", 404),  # only POST
        ("https://management.stytch.com/pwa/v3/projects", 400),
        ("https://js.stytch.com/clientside-services/index.html", 200),
        ("https://test.stytch.com/_mock/api/project", 403),  # no control API under public names
        ("http://test.stytch.com/v1/b2b/organizations/x", 400),
    ],
)
def test_every_host_is_served(run, program, url, status):
    program("curl")
    write = ["--silent", "--show-error", "--output", os.devnull, "--write-out", "%{http_code}"]
    script = f'exec curl {" ".join(write)} --proxy "$HTTPS_PROXY" {url}'
    assert run("--no-namespace", "--", "sh", "-c", script).stdout == str(status)


# The preload of Python


@pytest.fixture
def python(run, environment, tmp_path):
    """``python(code)`` runs code below ``mockstytch run``. Modules in ``tmp_path / "own"`` are on its path."""
    (tmp_path / "own").mkdir()
    environment["PYTHONPATH"] = str(tmp_path / "own")

    def call(code: str) -> subprocess.CompletedProcess[str]:
        return run("--quiet", "--no-namespace", "--", sys.executable, "-c", code)

    return call


def test_own_sitecustomize_still_runs(python, tmp_path):
    (tmp_path / "own" / "sitecustomize.py").write_text("import builtins\nbuiltins.own = 'ran'\n")
    code = (
        "import sys, sitecustomize; print(own, sitecustomize.__file__, [p for p in sys.path if 'mockstytch-run' in p])"
    )
    assert python(code).stdout == f"ran {tmp_path / 'own' / 'sitecustomize.py'} []\n"


def test_error_in_own_sitecustomize_is_shown(python, tmp_path):
    (tmp_path / "own" / "sitecustomize.py").write_text("import missing_module\n")
    finished = python("print('went on')")
    assert finished.stdout == "went on\n"
    assert "missing_module" in finished.stderr


def test_other_names_are_resolved_as_before(python):
    code = (
        "import socket; print(socket.getaddrinfo('127.0.0.1', 80)[0][4], "
        "socket.getaddrinfo('test.stytch.com', 443, socket.AF_INET6)[0][4][0], "
        "socket.getaddrinfo(b'Test.stytch.com.', '443')[0][4][0])"
    )
    assert python(code).stdout == "('127.0.0.1', 80) 127.0.0.1 127.0.0.1\n"


def test_changed_aiohttp_is_reported(python, tmp_path):
    (tmp_path / "own" / "aiohttp").mkdir()
    (tmp_path / "own" / "aiohttp" / "__init__.py").write_text("from aiohttp import client\n")
    (tmp_path / "own" / "aiohttp" / "client.py").write_text("")
    finished = python("import aiohttp; print('imported')")
    assert finished.stdout == "imported\n"
    assert finished.stderr.startswith("mockstytch: aiohttp.client can't be led to the local server: ")


# The preload of Node


def test_node_connects_to_other_hosts_as_before(run, program):
    program("node", "fetch.js")
    code = """
    const net = require("net");
    const server = net.createServer((socket) => socket.end()).listen(0, "127.0.0.1", async () => {
      const { port } = server.address();
      const ways = [[port, "127.0.0.1"], [port], [{ port }], [{ port, host: "localhost" }]];
      for (const way of ways) await new Promise((done) => net.connect(...way, done));
      const taken = [[443, "test.stytch.com"], [{ port: 443, host: "TEST.stytch.com." }], [80, "test.stytch.com"]];
      for (const way of taken) await new Promise((done) => net.connect(...way, done));
      console.log("connected");
      process.exit();
    });
    """
    finished = run("--quiet", "--no-namespace", "--", "node", "-e", code)
    assert finished.stdout == "connected\n", finished.stderr
