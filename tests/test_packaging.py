"""What users install: the wheel, the extra, the image and the Compose file."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

import demo_app
import scenarios
from mockstytch import __version__
from mockstytch.cli.serve import serve
from mockstytch.tls import NAMES

ROOT = Path(__file__).parent.parent
CONSTRAINTS = ROOT / "constraints.txt"


class Installed:
    """An environment of its own, with the wheel in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.bin = home / ("Scripts" if os.name == "nt" else "bin")

    def run(self, *command: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Away from the checkout, so that nothing of it is imported by accident."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MOCKSTYTCH"))}
        done = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.home,
            env=kept,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
        return done

    def python(self, code: str) -> str:
        return self.run("python", "-c", code).stdout.strip()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    pip(*command)
    (built,) = folder.glob("*.whl")
    return built


def pip(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    unreachable = "No matching distribution", "Could not fetch URL", "Temporary failure in name resolution"
    if done.returncode and any(sign in done.stderr for sign in unreachable):
        pytest.skip("pip reaches no package index")
    assert done.returncode == 0, done.stderr


def installed(wheel: Path, home: Path, extra: str) -> Installed:
    pip(sys.executable, "-m", "venv", str(home))
    there = Installed(home)
    python = str(there.bin / "python")
    pip(python, "-m", "pip", "install", "--quiet", "--constraint", str(CONSTRAINTS), f"{wheel}{extra}")
    return there


@pytest.fixture(scope="module")
def plain(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return installed(wheel, tmp_path_factory.mktemp("plain") / "venv", "")


@pytest.fixture(scope="module")
def with_extra(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    there = installed(wheel, tmp_path_factory.mktemp("demo") / "venv", "[demo]")
    pip(str(there.bin / "python"), "-m", "pip", "install", "--quiet", "--constraint", str(CONSTRAINTS), "pytest")
    return there


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
class TestWheel:
    def test_it_holds_one_top_level_name(self, wheel):
        names = zipfile.ZipFile(wheel).namelist()
        assert {name.partition("/")[0] for name in names} == {"mockstytch", f"mockstytch-{__version__}.dist-info"}

    @pytest.mark.parametrize(
        ("package", "inside"),
        [("mockstytch", "mockstytch/"), ("demo_app", "mockstytch/demo_app/"), ("scenarios", "mockstytch/scenarios/")],
    )
    def test_it_holds_every_file(self, wheel, package, inside):
        names = set(zipfile.ZipFile(wheel).namelist())
        tracked = [p.relative_to(ROOT) for p in (ROOT / package).rglob("*") if p.is_file() and p.suffix != ".pyc"]
        assert tracked
        assert {f"{inside}{path.relative_to(package).as_posix()}" for path in tracked} - names == set()

    def test_version(self, plain):
        assert plain.run("mockstytch", "--version").stdout.strip() == f"mockstytch, version {__version__}"
        assert plain.run("python", "-m", "mockstytch", "--version").stdout.strip().endswith(__version__)

    def test_it_serves(self, plain):
        code = """
from mockstytch import MockStytch
with MockStytch() as mock:
    print(mock.call("GET", "/health")["status"], mock.call("GET", "/project")["project_id"] == mock.project_id)
"""
        assert plain.python(code) == "ok True"

    @pytest.mark.parametrize("command", [["demo", "--port", "0", "--demo-port", "0"], ["scenario"]])
    def test_without_the_extra_one_line_says_what_to_install(self, plain, command):
        said = plain.run("mockstytch", *command, code=1).stderr.strip()
        assert len(said.splitlines()) == 1
        assert "pip install 'mockstytch[demo]'" in said

    def test_the_stories_can_be_listed(self, with_extra):
        listed = with_extra.run("mockstytch", "scenario", "--list").stdout
        assert [name for name in scenarios.SCENARIOS if name not in listed] == []

    def test_a_story_is_told(self, with_extra):
        with_extra.run("mockstytch", "scenario", "link_used_twice")

    def test_demo_app_and_scenarios_are_importable_inside(self, with_extra):
        code = (
            "import mockstytch.demo_app as d, mockstytch.scenarios as s; print(d.create_app.__name__, len(s.SCENARIOS))"
        )
        assert with_extra.python(code) == f"{demo_app.create_app.__name__} {len(scenarios.SCENARIOS)}"

    def test_the_pytest_plugin_is_loaded(self, with_extra):
        test = with_extra.home / "test_app.py"
        test.write_text(
            "def test_mail(mockstytch, stytch_client):\n"
            "    stytch_client.magic_links.email.discovery.send('ada@acme.example')\n"
            "    assert mockstytch.inbox.latest().to == 'ada@acme.example'\n",
            encoding="utf-8",
        )
        assert "1 passed" in with_extra.run("python", "-m", "pytest", "-q", str(test)).stdout


# The image and the Compose file. No engine runs here: they are read, and held against what they refer to.


def variables_of(*commands: Any) -> set[str]:
    return {option.envvar for command in commands for option in command.params if option.envvar}


def test_the_image_is_made_of_what_is_there():
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


def test_the_health_check_asks_the_server(mockstytch_server):
    """The image's own line, run as it stands."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    found = re.search(r"HEALTHCHECK.*?CMD (\[.*?\])\n", text, re.DOTALL)
    assert found
    command = yaml.safe_load(found[1])
    port = mockstytch_server.url.rpartition(":")[2]
    for environment, works in (({"MOCKSTYTCH_PORT": port}, True), ({"MOCKSTYTCH_PORT": "1"}, False)):
        done = subprocess.run(
            [sys.executable, *command[1:]], env=os.environ | environment, capture_output=True, timeout=30, check=False
        )
        assert (done.returncode == 0) is works


def test_the_image_gets_what_the_build_reads():
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n*\n")[1]
    names = {line.removeprefix("!") for line in kept.split() if line.startswith("!")}
    assert {name for name in names if not (ROOT / name).exists()} == set()
    assert {"mockstytch", "demo_app", "scenarios", "pyproject.toml", "constraints.txt", "README.md", "LICENSE"} <= names


def test_the_compose_file_holds_together():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    mock, app = compose["services"]["mock"], compose["services"]["demo"]
    assert set(mock["environment"]) <= variables_of(serve)
    assert set(mock["networks"]["default"]["aliases"]) <= set(NAMES)
    assert mock["ports"] == ["127.0.0.1:4700:4700"]
    kept = compose["services"]["mock-persistent"]
    assert kept["profiles"] == ["persistent"]
    assert kept["environment"]["MOCKSTYTCH_DB"].startswith("/data/")
    assert set(kept["environment"]) <= variables_of(serve)
    mounted = [volume.partition(":")[0] for service in (mock, kept) for volume in service["volumes"]]
    assert mounted == list(compose["volumes"])
    ports = [port for service in compose["services"].values() for port in service["ports"]]
    assert len(set(ports)) == len(ports)
    assert app["environment"]["STYTCH_ENV"] == "http://mock:4700/"
    assert app["environment"]["DEMO_INBOX_URL"] == mock["environment"]["MOCKSTYTCH_PUBLIC_URL"] + "/_mock/"
    assert list(app["depends_on"]) == ["mock"]
    settings = demo_app.Settings.from_env(app["environment"])
    assert settings.base_url == "http://localhost:3000"
    assert settings.host == "0.0.0.0"
    assert settings.api_url == mock["environment"]["MOCKSTYTCH_PUBLIC_URL"]


def test_the_constraints_pin_and_nothing_else():
    lines = [line for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[\w.]+", line)] == []
    assert not any(line.lower().startswith("mockstytch") for line in lines)
