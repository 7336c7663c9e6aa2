"""The documentation's shell commands are executed.

Commands that can't run here are checked in another way, and the check says why.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib

import pytest
import yaml

from mockstytch.cli.parity import parity
from tests.docs.blocks import ROOT, of, read
from tests.docs.runner import Runner, free_port, with_ports

_SERVER = re.compile(r"^mockstytch( serve| demo| -|$)")


def _pip(line: str) -> None:
    """Check that a page installs mockstytch from the path of a checkout, since no index has it, with extras that exist.

    Installing the wheel is tested in test_packaging.py.
    """
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    known = {project["name"], *(f"{project['name']}[{extra}]" for extra in project["optional-dependencies"])}
    requirements = {word.strip('"') for word in line.partition(" #")[0].split()[2:]}
    paths = {word for word in requirements if "/" in word}
    assert paths
    for path in paths:
        name, _, extras = path.rpartition("/")[2].rstrip("]").partition("[")
        assert {f"{name}[{extra}]" if extra else name for extra in extras.split(",")} <= known
    assert requirements - paths <= {"stytch", "pytest"}


def _make(line: str) -> None:
    """Check that the target and its modules exist. CI runs the targets in a fresh clone."""
    planned = subprocess.run(
        ["make", "--dry-run", line.split()[1]], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    ).stdout
    for module in re.findall(r"-m (benchmarks|tools\.\w+)", planned):
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").exists() or (ROOT / module).is_dir()


def _docker(line: str) -> None:
    """Check the form of the command. No engine is available here; test_packaging.py checks the Compose file."""
    build = r"docker build --tag mockstytch \."
    assert re.fullmatch(rf"(MOCKSTYTCH_\w+=\S+ )?docker compose( --profile \w+)? up( --build)?|{build}", line)


def _npm(line: str) -> None:
    """Check the name of the tarball that ``make npm`` builds. tests/npm installs its content."""
    (path,) = (word for word in line.split() if word.startswith("../mockstytch/"))
    package = json.loads(read(ROOT / "clients" / "js" / "package.json"))
    assert path == f"../mockstytch/dist/{package['name']}-{package['version']}.tgz"


def _parity(line: str) -> None:
    """Check the options. The command needs the real API; tests/parity runs it against a second server."""
    known = {option for parameter in parity.params for option in parameter.opts}
    assert {word for word in line.split() if word.startswith("--")} <= known


NOT_RUN = {
    "npm install": _npm,
    "pip install": _pip,
    "make ": _make,
    "docker ": _docker,
    "MOCKSTYTCH_DB=": _docker,
    "mockstytch parity": _parity,
}


POSTGRES = "postgresql+psycopg://mock:secret@localhost/mock"  # in the examples


@of("shell")
def test_shell(block, beside, alone, request):
    text, lines = block.text, []
    if POSTGRES in text:
        text = text.replace(POSTGRES, request.getfixturevalue("postgres").create("documented"))
    for line in text.replace("\\\n", " ").splitlines():
        check = next((check for start, check in NOT_RUN.items() if line.startswith(start)), None)
        check(line) if check else lines.append(line)
    if any("--request" in line or line.startswith(("curl", "PROJECT")) for line in lines) and not shutil.which("curl"):
        pytest.skip("curl is not installed")
    if any("| jq" in line for line in lines) and not shutil.which("jq"):
        pytest.skip("jq is not installed")
    if lines and _SERVER.match(lines[-1]):
        serves(alone, "\n".join(lines))
    elif lines:
        if any("--to ada@acme.example" in line for line in lines):
            with_mail(beside)
        beside.run("bash", "-euo", "pipefail", "-c", with_ports("\n".join(lines), **beside.ports))


def serves(runner: Runner, script: str) -> None:
    """Run a script whose last command is a server: wait until it is ready, then interrupt it."""
    command = ["bash", "-euc", with_ports(script, **runner.ports).replace("--port 0", f"--port {runner.port}")]
    with subprocess.Popen(
        command,
        cwd=runner.folder,
        env=runner.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        output = []
        try:
            for line in process.stdout:
                output.append(line)
                if "mockstytch is ready" in line or line.startswith("{"):
                    health = f"http://127.0.0.1:{runner.port}/_mock/api/health"
                    request = f"import urllib.request; urllib.request.urlopen({health!r})"
                    runner.run(sys.executable, "-c", request)
                    break
            else:
                pytest.fail("".join(output))
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=20)


def with_mail(runner: Runner) -> None:
    code = (
        "from mockstytch import MockStytch; import os; m = MockStytch(url=os.environ['MOCKSTYTCH_URL']);"
        "m.client().magic_links.email.discovery.send('ada@acme.example')"
    )
    runner.run(sys.executable, "-W", "ignore", "-c", code)


@of("yaml")
def test_yaml(block, beside):
    known = yaml.safe_load(block.text)
    assert known
    for job in known.get("jobs", {}).values():
        commands = [step["run"] for step in job["steps"] if "run" in step]
        for command in commands:
            if command.startswith("pip"):
                _pip(command)
        # the app's own tests can't run here, but starting the server and waiting for it can
        ours = [c for c in commands if c.startswith(("mockstytch", "curl"))]
        if ours and shutil.which("curl"):
            runner = Runner(beside.folder, free_port())
            script = "\n".join(["trap 'kill %1' EXIT", *ours])
            runner.run("bash", "-eumc", with_ports(script, **runner.ports))
