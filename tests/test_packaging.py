"""What users install: the wheel, its extra, the image and the Compose file."""

import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterable
from email import message_from_bytes
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

import demo_app
import scenarios
from mockstytch import __version__
from mockstytch.cli.serve import serve
from mockstytch.dev_tls import STYTCH_HOSTS

ROOT = Path(__file__).parent.parent
CONSTRAINTS = ROOT / "constraints.txt"


class Environment:
    """A virtual environment with the wheel in it."""

    def __init__(self, home: Path) -> None:
        venv.create(home, symlinks=os.name != "nt")
        self.home = home
        self.bin = home / ("Scripts" if os.name == "nt" else "bin")
        (self.site,) = home.glob("[Ll]ib/**/site-packages")

    def run(self, *command: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command outside of the checkout, so that nothing is imported from there by accident."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MOCKSTYTCH"))}
        done = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.home,
            env=variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
        return done

    def python(self, code: str) -> str:
        return self.run("python", "-c", code).stdout.strip()


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    unreachable = "No matching distribution", "Could not fetch URL", "Temporary failure in name resolution"
    if done.returncode and any(sign in done.stderr for sign in unreachable):
        pytest.skip("pip can't reach a package index")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def applying(requirements: Iterable[str], extras: Iterable[str] = ()) -> list[Requirement]:
    """Return the requirements that apply to this Python, with these extras."""
    return [
        requirement
        for requirement in map(Requirement, requirements)
        if not requirement.marker or any(requirement.marker.evaluate({"extra": extra}) for extra in ["", *extras])
    ]


def required(wheel: Path, *extras: str) -> list[Requirement]:
    """Return the requirements that the wheel declares."""
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = message_from_bytes(archive.read(name))
    return applying(metadata.get_all("Requires-Dist", []), extras)


def declared(requirements: Iterable[Requirement]) -> dict[str, Distribution]:
    """Return the distributions that these requirements need, with all of their dependencies."""
    found: dict[str, Distribution] = {}
    seen, waiting = set(), list(requirements)
    while waiting:
        needed = waiting.pop()
        if str(needed) in seen:
            continue
        seen.add(str(needed))
        found[needed.name] = package = distribution(needed.name)
        waiting += applying(package.requires or (), needed.extras)
    return found


def link(there: Environment, requirements: Iterable[Requirement]) -> None:
    """Link the distributions from the environment that runs the tests, so that nothing is downloaded or compiled."""
    for package in declared(requirements).values():
        for name in {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}:
            if not (there.site / name).exists():
                (there.site / name).symlink_to(package.locate_file(name))


# Each is made once: the tests that use them run in one worker.


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def plain(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel without extras, and the distributions that it requires."""
    there = Environment(tmp_path_factory.mktemp("plain") / "venv")
    pip("--python", str(there.home), "install", "--quiet", "--no-deps", "--no-compile", str(wheel))
    link(there, required(wheel))
    return there


@pytest.fixture(scope="session")
def with_demo(wheel: Path, plain: Environment, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The same with the extra ``demo``, and pytest. Here pip also compares all versions with the required ones."""
    there = Environment(tmp_path_factory.mktemp("demo") / "venv")
    for path in plain.site.iterdir():
        (there.site / path.name).symlink_to(path)
    link(there, [*required(wheel, "demo"), Requirement("pytest")])
    pip("--python", str(there.home), "check")
    return there


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
class TestWheel:
    def test_wheel_has_one_top_level_package(self, wheel):
        names = zipfile.ZipFile(wheel).namelist()
        assert {name.partition("/")[0] for name in names} == {"mockstytch", f"mockstytch-{__version__}.dist-info"}

    @pytest.mark.parametrize(
        ("package", "inside"),
        [("mockstytch", "mockstytch/"), ("demo_app", "mockstytch/demo_app/"), ("scenarios", "mockstytch/scenarios/")],
    )
    def test_wheel_contains_every_file(self, wheel, package, inside):
        names = set(zipfile.ZipFile(wheel).namelist())
        tracked = [p.relative_to(ROOT) for p in (ROOT / package).rglob("*") if p.is_file() and p.suffix != ".pyc"]
        assert tracked
        assert {f"{inside}{path.relative_to(package).as_posix()}" for path in tracked} - names == set()

    def test_installation_without_extras_takes_at_most_100_mb(self, wheel):
        packages = declared(required(wheel)).values()
        files = [package.locate_file(file) for package in packages for file in package.files or ()]
        own = sum(file.file_size for file in zipfile.ZipFile(wheel).filelist)
        sizes = [
            Path(str(file)).stat().st_size for file in files if file.suffix != ".pyc" and Path(str(file)).is_file()
        ]
        assert (own + sum(sizes)) / 1e6 <= 100

    def test_command_prints_the_version(self, plain):
        assert plain.run("mockstytch", "--version").stdout.strip() == f"mockstytch, version {__version__}"
        assert plain.run("python", "-m", "mockstytch", "--version").stdout.strip().endswith(__version__)

    def test_installed_server_answers_requests(self, plain):
        code = """
from mockstytch import MockStytch
with MockStytch() as mock:
    print(mock.call("GET", "/health")["status"], mock.call("GET", "/project")["project_id"] == mock.project_id)
"""
        assert plain.python(code) == "ok True"

    @pytest.mark.parametrize("command", [["demo", "--port", "0", "--demo-port", "0"], ["scenario"]])
    def test_missing_extra_is_reported_in_one_line(self, plain, command):
        error = plain.run("mockstytch", *command, code=1).stderr.strip()
        assert len(error.splitlines()) == 1
        assert 'pip install "PATH[demo]"' in error

    def test_scenarios_are_listed(self, with_demo):
        listed = with_demo.run("python", "-m", "mockstytch", "scenario", "--list").stdout
        assert [name for name in scenarios.SCENARIOS if name not in listed] == []

    def test_scenario_runs(self, with_demo):
        with_demo.run("python", "-m", "mockstytch", "scenario", "link_used_twice")

    def test_demo_app_and_scenarios_can_be_imported(self, with_demo):
        code = (
            "import mockstytch.demo_app as d, mockstytch.scenarios as s; print(d.create_app.__name__, len(s.SCENARIOS))"
        )
        assert with_demo.python(code) == f"{demo_app.create_app.__name__} {len(scenarios.SCENARIOS)}"

    def test_pytest_plugin_is_loaded(self, with_demo):
        test = with_demo.home / "test_app.py"
        test.write_text(
            "def test_mail(mockstytch, stytch_client):\n"
            "    stytch_client.magic_links.email.discovery.send('ada@acme.example')\n"
            "    assert mockstytch.inbox.latest().to == 'ada@acme.example'\n",
            encoding="utf-8",
        )
        assert "1 passed" in with_demo.run("python", "-m", "pytest", "-q", str(test)).stdout


# The image and the Compose file: no container engine runs in the tests, so the files are compared with the code.


def variables_of(*commands: Any) -> set[str]:
    return {option.envvar for command in commands for option in command.params if option.envvar}


def test_image_has_a_user_a_volume_and_a_health_check():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    steps = [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line and not line.startswith("#")]
    last = steps[max(n for n, (word, _) in enumerate(steps) if word == "FROM") :]
    words = dict(last)
    assert len([word for word, _ in steps if word == "FROM"]) == 2
    assert words["USER"] not in ("root", "0")
    assert words["VOLUME"] == "/data"
    assert words["EXPOSE"] == "4700"
    assert "/_mock/api/health" in words["HEALTHCHECK"]
    assert words["CMD"] == '["mockstytch", "serve"]'
    assert set(re.findall(r"MOCKSTYTCH_\w+", text)) <= variables_of(serve)


def test_health_check_succeeds_only_with_a_server(mockstytch_server):
    """Runs the command of the Dockerfile, unchanged."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    found = re.search(r"HEALTHCHECK.*?CMD (\[.*?\])\n", text, re.DOTALL)
    assert found
    command = yaml.safe_load(found[1])
    port = mockstytch_server.url.rpartition(":")[2]
    for environment, succeeds in (({"MOCKSTYTCH_PORT": port}, True), ({"MOCKSTYTCH_PORT": "1"}, False)):
        done = subprocess.run(
            [sys.executable, *command[1:]], env=os.environ | environment, capture_output=True, timeout=30, check=False
        )
        assert (done.returncode == 0) is succeeds


def test_docker_context_contains_what_the_build_needs():
    exceptions = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n*\n")[1]
    names = {line.removeprefix("!") for line in exceptions.split() if line.startswith("!")}
    assert {name for name in names if not (ROOT / name).exists()} == set()
    assert {"mockstytch", "demo_app", "scenarios", "pyproject.toml", "constraints.txt", "README.md", "LICENSE"} <= names


def test_compose_file_agrees_with_server_and_demo_app():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    mock, app = compose["services"]["mock"], compose["services"]["demo"]
    assert set(mock["environment"]) <= variables_of(serve)
    assert set(mock["networks"]["default"]["aliases"]) <= set(STYTCH_HOSTS)
    assert mock["ports"] == ["127.0.0.1:4700:4700"]
    persistent = compose["services"]["mock-persistent"]
    assert persistent["profiles"] == ["persistent"]
    assert persistent["environment"]["MOCKSTYTCH_DB"].startswith("/data/")
    assert set(persistent["environment"]) <= variables_of(serve)
    postgres, on_postgres = compose["services"]["postgres"], compose["services"]["mock-postgres"]
    account = postgres["environment"]
    assert postgres["profiles"] == on_postgres["profiles"] == ["postgres"]
    assert on_postgres["environment"]["MOCKSTYTCH_DB"] == (
        f"postgresql+psycopg://{account['POSTGRES_USER']}:{account['POSTGRES_PASSWORD']}@postgres/{account['POSTGRES_DB']}"
    )
    assert set(on_postgres["environment"]) <= variables_of(serve)
    mounted = [volume.partition(":")[0] for service in (mock, persistent, postgres) for volume in service["volumes"]]
    assert mounted == list(compose["volumes"])
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert len(set(ports)) == len(ports)
    assert {service["pull_policy"] for service in (mock, persistent, on_postgres)} == {"build"}
    assert app["pull_policy"] == "never"
    assert app["image"] == mock["image"]
    assert app["environment"]["STYTCH_ENV"] == "http://mock:4700/"
    assert app["environment"]["DEMO_INBOX_URL"] == mock["environment"]["MOCKSTYTCH_PUBLIC_URL"] + "/_mock/"
    assert list(app["depends_on"]) == ["mock"]
    settings = demo_app.Settings.from_env(app["environment"])
    assert settings.base_url == "http://localhost:3000"
    assert settings.host == "0.0.0.0"
    assert settings.api_url == mock["environment"]["MOCKSTYTCH_PUBLIC_URL"]


def test_constraints_contain_only_exact_versions():
    lines = [line for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[\w.]+", line)] == []
    assert not any(line.lower().startswith("mockstytch") for line in lines)
