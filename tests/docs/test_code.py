"""The documentation's code is executed.

A block that doesn't start a server gets one on a free port. Blocks that can't run here are checked in another way, and
the check says why.
"""

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockstytch import Settings
from mockstytch.console.snippets import CODE
from mockstytch.runtime import Mock
from mockstytch.seed.entries import apply_seed
from mockstytch.settings import DEFAULT_PROJECT_ID
from tests.docs.blocks import PAGES, ROOT, Block, blocks, complete, of, read
from tests.docs.runner import Runner, with_ports
from tests.howto import app_files
from tests.support import docker_engine, node_packages
from tests.support.processes import run_script, run_tests


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


def test_free_port_that_contains_a_default_one_is_kept():
    text = with_ports("localhost:4700 localhost:4743 localhost:3000/ 3000", api=34743, tls=14700, demo=2)
    assert text == "localhost:34743 localhost:14700 localhost:2/ 3000"


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
