"""The single-file executable, as ``make binary`` builds it. It runs without Python and without any program on the PATH.

In CI it is built here. Elsewhere the tests run if ``dist/mockstytch`` exists, because building it takes a minute.
"""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from mockstytch import MockStytch, __version__
from tools import binary

IN_CI = bool(os.environ.get("CI"))
BUILT = binary.ROOT / "dist" / binary.NAME
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("binary"),
    pytest.mark.skipif(not (IN_CI or BUILT.exists()), reason="the executable isn't built: run make binary first"),
]


@pytest.fixture(scope="module")
def executable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return binary.build(tmp_path_factory.mktemp("dist")) if IN_CI else BUILT


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment without Python and other programs."""
    home = tmp_path_factory.mktemp("home")
    (home / "tmp").mkdir()
    return {"PATH": "", "PYTHONPATH": "", "HOME": str(home), "TMPDIR": str(home / "tmp")}


@pytest.fixture(scope="module")
def facts(executable: Path, environment: dict[str, str]) -> Iterator[dict[str, Any]]:
    """What a running server has printed. At the end it is stopped as a launcher does."""
    command = [str(executable), "serve", "--json", "--port", "0", "--tls-port", "0", "--quiet", "--stop-with-stdin"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, cwd=environment["HOME"], **pipes) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        yield json.loads(line)
        errors = process.communicate(timeout=60)[1]
        assert (process.returncode, errors) == (0, "")
    assert list(Path(environment["TMPDIR"]).iterdir()) == [], "the unpacked files must be deleted"


@pytest.fixture
def running(facts: dict[str, Any]) -> MockStytch:
    """A new project on the server."""
    return MockStytch(facts["url"]).project()


def run(executable: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(executable), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_executable_prints_its_version(executable, environment):
    done = run(executable, environment, "--version")
    assert (done.stdout, done.stderr) == (f"mockstytch, version {__version__}\n", "")


def test_member_logs_in_with_the_official_sdk(running):
    client = running.client()
    acme = client.organizations.create("Acme", organization_slug="acme").organization
    client.organizations.members.create(acme.organization_id, "ada@acme.example", mfa_phone_number="+12025550123")
    client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.example")
    mail = running.inbox.latest(to="ada@acme.example")
    redirected = httpx.get(str(mail.link), trust_env=False)
    assert mail.token in redirected.headers["location"]
    login = client.magic_links.authenticate(mail.token)
    assert login.member_authenticated
    assert client.sessions.authenticate_jwt(login.session_jwt).member_session


def test_libraries_with_data_and_native_code_work(running, facts):
    client = running.client()
    acme = client.organizations.create("Acme", organization_slug="acme").organization
    ada = client.organizations.members.create(acme.organization_id, "ada@acme.example").member
    totp = client.totps.create(acme.organization_id, ada.member_id)
    assert totp.qr_code.startswith("data:image/")
    code = pyotp.TOTP(totp.secret).at(running.clock.now())
    session = running.log_in(ada).session_token
    login = client.totps.authenticate(acme.organization_id, ada.member_id, code, session_token=session)
    assert {factor.type for factor in login.member_session.authentication_factors} == {"magic_link", "totp"}
    weak = client.passwords.strength_check("password", email_address="ada@acme.example")
    assert not weak.valid_password
    bcrypt = "$2a$12$/hmvPGWGGUHxxaFZS5RUIOnBHjTn2GuPYHjVzCOKqvV4GuTOpV1Wi"
    assert client.passwords.migrate("eve@acme.example", bcrypt, "bcrypt", acme.organization_id).member_created
    saml = running.identity_provider(acme.organization_id, "saml")
    assert "EntityDescriptor" in httpx.get(saml.metadata_url, trust_env=False).text
    assert running.export()["format"].startswith("mockstytch/")
    trust = ssl.create_default_context(cafile=facts["ca_file"])
    tls = httpx.get(f"{facts['tls_url']}/_mock/api/health", verify=trust, trust_env=False)
    assert tls.json() == {"status": "ok", "version": __version__}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/_mock/", "<html"),
        ("/_mock/docs", "<html"),
        ("/_mock/docs/errors/404", "<html"),
        ("/_mock/static/console.css", "{"),
        ("/clientside-services/index.html", "<script"),
        ("/_mock/api/seed-schema.json", "$schema"),
    ],
)
def test_pages_are_served(facts, path, content):
    response = httpx.get(f"{facts['url']}{path}", trust_env=False, follow_redirects=True)
    assert response.status_code == 200
    assert content in response.text


def test_seed_file_is_checked(executable, environment, tmp_path):
    seed = tmp_path / "seed.yaml"
    seed.write_text("organizations:\n  - organization_name: Acme\n", encoding="utf-8")
    assert run(executable, environment, "seed", str(seed), "--check").returncode == 0
    seed.write_text("organization: []\n", encoding="utf-8")
    assert "organizations" in run(executable, environment, "seed", str(seed), "--check").stderr


def test_command_with_taken_over_hosts_uses_the_systems_libraries(executable, environment):
    code = """if True:
        import os, urllib.request
        assert "LD_LIBRARY_PATH" not in os.environ
        keys = f"https://test.stytch.com/v1/b2b/sessions/jwks/{os.environ['STYTCH_PROJECT_ID']}"
        print(urllib.request.urlopen(keys).status)
    """
    variables = {**environment, "PATH": os.environ["PATH"]}
    done = run(executable, variables, "run", "--", sys.executable, "-c", code)
    assert (done.returncode, done.stdout) == (0, "200\n"), done.stderr


@pytest.mark.parametrize("command", ["demo", "scenario"])
def test_parts_that_are_left_out_are_named(executable, environment, command):
    done = run(executable, environment, command)
    assert done.returncode == 1
    assert done.stderr.startswith("mockstytch: this executable doesn't contain the demo app and the scenarios.")


def test_packages_for_development_are_left_out():
    modules = binary.development_modules()
    assert {"pytest", "stytch", "mypy", "ruff"} <= modules
    assert {
        "click",
        "jinja2",
        "mockstytch",
        "msgspec",
        "starlette",
        "uvicorn",
        "yaml",
        "h11",
        "idna",
    } & modules == set()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals: mockstytch run needs them")
def test_program_below_run_reaches_the_server(executable: Path, environment: dict[str, str]):
    """http.client ignores proxies, so only the code that Python loads at its start leads it here."""
    code = (
        "import http.client; connection = http.client.HTTPSConnection('test.stytch.com'); "
        "connection.request('GET', '/nowhere'); print(connection.getresponse().status)"
    )
    done = run(executable, environment, "run", "--quiet", "--no-namespace", "--", sys.executable, "-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "404\n", "")
