"""The documentation is executed: commands, code blocks, links and names.

A block that doesn't start a server gets one on a free port. Blocks that can't run here are checked in another way, and
the check says why.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import tools.docs
import tools.fidelity
from mockstytch import Settings
from mockstytch.app import create_app
from mockstytch.cli.parity import parity
from mockstytch.console.snippets import CODE, variables
from mockstytch.runtime import Mock
from mockstytch.seed.entries import apply_seed
from mockstytch.server import Server
from mockstytch.settings import DEFAULT_PROJECT_ID, DEFAULT_SECRET
from tests.howto import app_files
from tests.support import docker_engine, node_packages, postgresql
from tests.support.processes import run_script, run_tests

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(*languages: str) -> list[Block]:
    found = []
    for path in PAGES:
        for match in _BLOCK.finditer(text := read(path)):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(path.relative_to(ROOT).as_posix(), line, match[1], match[2]))
    return [block for block in found if not languages or block.language in languages]


def complete(*languages: str) -> list[Block]:
    """Return the blocks that aren't parts of a file."""
    return [block for block in blocks(*languages) if not app_files.source_of(block.text)]


def of(*languages: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", complete(*languages), ids=str)


@pytest.mark.parametrize("block", [block for block in blocks() if app_files.source_of(block.text)], ids=str)
def test_parts_of_a_file_are_in_that_file(block):
    source = app_files.source_of(block.text)
    text = read(source)
    parts = app_files.parts_of(block.text)
    assert [part for part in parts if not (part and f"\n{part}\n" in f"\n{text}")] == [], f"copy from {source}"
    assert parts == sorted(parts, key=text.index)


def test_every_block_has_a_language_that_is_tested():
    known = {
        "shell",
        "python",
        "js",
        "jsx",
        "go",
        "java",
        "ruby",
        "rust",
        "php",
        "csharp",
        "yaml",
        "toml",
        "json",
        "text",
        "mermaid",
    }
    assert {block.language for block in blocks()} <= known
    assert sum(read(path).count("\n```\n") for path in PAGES) == len(blocks())  # every block has a language


# Execution. The default ports are replaced by free ones here.


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def with_ports(text: str, **ports: int) -> str:
    free = {"4700": ports["api"], "4743": ports["tls"], "3000": ports["demo"]}
    # All at once, because a free port can contain a default one, such as 34743.
    return re.sub(r"4700|4743|3000(?=/)", lambda found: str(free[found[0]]), text)


def test_free_port_that_contains_a_default_one_is_kept():
    text = with_ports("localhost:4700 localhost:4743 localhost:3000/ 3000", api=34743, tls=14700, demo=2)
    assert text == "localhost:34743 localhost:14700 localhost:2/ 3000"


class Runner:
    """Runs a block in an empty folder, with a running server or with free ports for the block's own server."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.ports = {"api": port, "tls": free_port(), "demo": free_port()}
        url = f"http://127.0.0.1:{port}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "MOCKSTYTCH"))}
        self.environment = inherited | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONUNBUFFERED": "1",
            "XDG_STATE_HOME": str(folder / "state"),
            "MOCKSTYTCH_URL": url,
            "MOCKSTYTCH_PORT": str(port),
            "MOCKSTYTCH_DEMO_PORT": str(self.ports["demo"]),
            "NO_PROXY": "*",
            **variables(url, DEFAULT_PROJECT_ID, DEFAULT_SECRET),
        }

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            start_new_session=True,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(with_ports(text, **self.ports), encoding="utf-8")
        return str(path)


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Runner]:
    """A runner with a running server, whose default project is empty."""
    with Server(Settings(port=0)) as server:
        yield Runner(tmp_path, server.settings.port)


@pytest.fixture
def alone(tmp_path: Path) -> Runner:
    return Runner(tmp_path, free_port())


# Python


@pytest.fixture
def docker_host(beside: Runner) -> Iterator[None]:
    """A Docker Engine that starts servers instead of containers."""
    with docker_engine.running() as engine:
        beside.environment["DOCKER_HOST"] = engine.url
        beside.environment |= {"TESTCONTAINERS_RYUK_DISABLED": "true", "TESTCONTAINERS_CONNECTION_MODE": "docker_host"}
        yield


@of("python")
def test_python(block, beside, request):
    if "MockStytchContainer" in block.text:
        request.getfixturevalue("docker_host")
    if "from app import create_app" in block.text:
        pytest.importorskip("flask", reason="flask is not installed")
        shutil.copytree(ROOT / "tests" / "apps" / "quickstarts" / "flask", beside.folder, dirs_exist_ok=True)
    for framework in re.findall(r"^(?:from|import) (fastapi|flask|django)\b", block.text, re.MULTILINE):
        pytest.importorskip(framework, reason=f"{framework} is not installed")
    environment = dict(beside.environment)
    if "server.terminate()" not in block.text:
        del environment["MOCKSTYTCH_PORT"]  # a server that the block starts in its process needs another port
    if re.search(r"^def test_", block.text, re.MULTILINE):
        uses_ours = block.page == "CONTRIBUTING.md"
        beside.file("conftest.py", "from tests.conftest import *\n" if uses_ours else "")
        finished = run_tests(Path(beside.file("test_block.py", block.text)), environment)
        assert " passed" in finished.output
    else:
        request = "\nif 'client' in globals() and 'mock' not in globals():\n    client.project.metrics()\n"
        if "server.terminate()" in block.text:
            request = ""
        finished = run_script(Path(beside.file("block.py", block.text + request)), environment)
    assert finished.exit_code == 0, finished.output


# Shell

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


# Other languages


APP_FILE = re.compile(r"// [\w/.-]+\.c?jsx?\n")  # the first line of a file of an app


@pytest.fixture(scope="session")
def node_modules(node_cache: Path) -> Path:
    """The folder with the official Node SDK."""
    return node_packages.installed(ROOT / "tests" / "sdk" / "node", node_cache) / "node_modules"


@pytest.mark.slow
@pytest.mark.parametrize("block", [block for block in complete("js") if not APP_FILE.match(block.text)], ids=str)
def test_node(block, beside, node_modules):
    beside.environment["NODE_PATH"] = str(node_modules)
    request = "\nclient.project.metrics().then((response) => console.log(response.project_id));\n"
    assert DEFAULT_PROJECT_ID in beside.run("node", beside.file("block.js", block.text + request))


def test_files_of_apps_are_on_pages_that_are_built_and_run():
    """The tests are in tests/howto and tests/npm. They read each file from its page."""
    pages = {block.page for block in blocks("js", "jsx") if APP_FILE.match(block.text)}
    assert pages == {f"docs/how-to/{page}.md" for page in (*app_files.PAGES, "vitest-and-jest")}
    assert [str(block) for block in blocks("jsx") if not APP_FILE.match(block.text)] == []


FILE_OF_ANOTHER_LANGUAGE = re.compile(r"(?://|#) (?:[\w-]+/)*(\w+\.(?:go|java|rb))\n")
PARSE = {
    "go": ["gofmt", "-e"],
    "java": ["javac", "-XDshould-stop.ifNoError=PARSE", "-proc:none", "-d", "classes"],
    "ruby": ["ruby", "-c"],
}


def files_of_other_languages() -> list[Block]:
    return [block for block in complete(*PARSE) if FILE_OF_ANOTHER_LANGUAGE.match(block.text)]


@pytest.mark.parametrize("block", files_of_other_languages(), ids=str)
def test_files_of_other_languages_are_parsed(block, alone):
    """Not every machine can install the SDKs and frameworks of these languages, so the files are only parsed."""
    command = PARSE[block.language]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0].replace('gofmt', 'go')} is not installed")
    output = alone.run(*command, alone.file(FILE_OF_ANOTHER_LANGUAGE.match(block.text)[1], block.text))
    assert block.language != "go" or output.strip() == with_ports(block.text, **alone.ports).strip()  # it is formatted


@pytest.mark.parametrize(
    "block",
    [
        block
        for block in complete("go", "java", "ruby", "rust", "php", "csharp")
        if block not in files_of_other_languages()
    ],
    ids=str,
)
def test_blocks_without_a_toolchain_are_the_output_of_mockstytch_env(block):
    """Compiling them needs each language's SDK, so they are compared with the source of ``mockstytch env``."""
    assert block.text.strip() == CODE["dotnet" if block.language == "csharp" else block.language].strip()


# Data


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


@of("toml")
def test_toml(block, tmp_path):
    """Every TOML block is a seed file, and is loaded."""
    path = tmp_path / "seed.toml"
    path.write_text(block.text, encoding="utf-8")
    mock = Mock(Settings())
    apply_seed(mock, path)
    assert len(mock.projects.all()) == 1 + len(tomllib.loads(block.text).get("projects", []))


@of("json")
def test_json(block):
    assert json.loads(block.text)


# Generated parts are current, and names exist


def test_generated_pages_are_up_to_date():
    names = [path.relative_to(ROOT).as_posix() for path in tools.docs.stale()]
    assert names == [], "run: make docs"


def test_every_generated_part_is_on_a_page():
    there = {name for path in tools.docs.pages() for name in re.findall(r"<!-- generated: ([\w-]+) -->", read(path))}
    assert there == set(tools.docs.BLOCKS)


def test_check_lists_outdated_pages(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(tools.docs, "ROOT", tmp_path)
    page = tmp_path / "README.md"
    page.write_text("<!-- generated: errors -->\nold\n<!-- end: errors -->\n", encoding="utf-8")
    assert tools.docs.main(["--check"]) == 1
    assert capsys.readouterr().err == "README.md is out of date. Run: make docs\n"
    assert tools.docs.main([]) == 0
    assert "organization_not_found" in read(page)
    assert tools.docs.main(["--check"]) == 0


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, in GitHub's form."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_have_existing_targets(path):
    text = _BLOCK.sub("", read(path))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), target
        assert there.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(read(there)), target


def test_every_page_is_linked():
    linked = {
        (path.parent / target.partition("#")[0]).resolve()
        for path in PAGES
        for target in re.findall(r"\]\(([^)\s]+\.md[^)\s]*)\)", read(path))
    }
    assert [page.name for page in PAGES[1:] if page not in linked] == []


def test_readme_has_the_questions_of_an_evaluation():
    """Each answer is one click away, or in the table itself."""
    table = read(ROOT / "README.md").partition("## Before you decide")[2].partition("\n## ")[0]
    linked = set(re.findall(r"\]\(([^)#]+)", table))
    assert {"LICENSE", "SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md"} <= linked
    pages = ("coverage", "fidelity", "gaps", "releasing", "comparison", "how-to/hand-written-mocks", "how-to/ci")
    assert {f"docs/{page}.md" for page in (*pages, "troubleshooting", "performance")} <= linked
    assert "telemetry" in table
    assert "support" in table


def test_named_files_exist():
    named = {name for path in PAGES for name in re.findall(r"`((?:mockstytch|tests|tools)/[\w/]+\.\w+)`", read(path))}
    assert len(named) > 20
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_control_api_page_has_a_section_for_every_route():
    routes = {(r.method, r.path) for r in create_app().table.routes if r.surface.name == "control"}
    sections = re.findall(
        r"^### `([A-Z]+) (/(?:_mock/api/\S+|llms\.txt))`$", read(ROOT / "docs/control-api.md"), re.MULTILINE
    )
    assert sorted(sections) == sorted(routes)


def test_named_environment_variables_exist():
    """The tables in command-line.md are generated from the commands, so they have all variables of the server."""
    known = set(re.findall(r"MOCKSTYTCH_[A-Z_]+", read(ROOT / "docs/command-line.md")))
    known |= set(re.findall(r"process\.env\.(MOCKSTYTCH_[A-Z_]+)", read(ROOT / "clients/js/src/server.ts")))
    known |= set(re.findall(r"MOCKSTYTCH_[A-Z_]+", read(ROOT / "benchmarks/comparison/install.py")))
    known.add(postgresql.VARIABLE)
    named = {name for path in PAGES for name in re.findall(r"MOCKSTYTCH_[A-Z_]+", read(path))}
    assert named == known


def test_error_types_on_the_page_about_refusals_exist():
    types = {kind.error_type for kind in tools.docs.errors.catalogue()}
    named = re.findall(r"^\| `(\w+)` \|", read(ROOT / "docs/how-to/test-refusals.md"), re.MULTILINE)
    assert len(named) > 5
    assert set(named) <= types


def test_every_error_in_the_catalogue_lists_its_operations():
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    unraised = [row[0] for row in rows if not row[-1].strip(" |")]
    assert unraised == ["| `oauth_config_not_found`"] or unraised == []
    raised = {row[0].strip("| `"): row[-1] for row in rows}
    assert "`magic_links.email.invite`" in raised["invalid_email_for_invites"]
    assert "`organizations.members.search`" in raised["member_search_missing_statuses"]
    assert "`organizations.search`" not in raised["member_search_missing_statuses"]
    assert raised["host_not_allowed"].startswith("the control API")


def test_numbers_of_error_types_agree():
    letters = re.findall(r"^\| [DSIM] \| .* \| (\d+) \|$", read(ROOT / "docs/fidelity.md"), re.MULTILINE)
    listed = re.findall(r"^\| `\w+` \| \d{3}(?:, \d{3})* \|", read(ROOT / "docs/errors.md"), re.MULTILINE)
    assert sum(map(int, letters)) == len(listed)
    assert f"{len(listed)} types." in read(ROOT / "docs/errors.md")


def test_types_that_are_never_returned_are_not_in_the_catalogue():
    fidelity, page = read(ROOT / "docs/fidelity-errors.md"), read(ROOT / "docs/errors.md")
    table = fidelity.partition("## Types that are never returned")[2].partition("\n## ")[0]
    gaps = {name for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    answered = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert len(gaps) > 20
    assert gaps & answered == set()


def test_every_statement_about_fidelity_has_a_confidence_and_its_code():
    areas = tools.fidelity.statements(read(ROOT / "docs/fidelity.md"))
    rows = [row for rows in areas.values() for row in rows]
    assert len(areas) > 15
    assert [row for row in rows if not row[0] or not row[3].startswith("`mockstytch/")] == []


def test_statement_with_unknown_confidence_is_refused():
    head = "| what mockstytch does | confidence | source | code |\n|---|---|---|---|\n"
    with pytest.raises(ValueError, match="likely"):
        tools.fidelity.statements(f"# Page\n\n## Area\n\n{head}| It does this | likely | | `mockstytch/ids.py` |\n")
