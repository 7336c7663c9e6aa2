"""The suites in this folder: one for each official SDK, in its language, run by that language's own tools."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.support import toolchains

HERE = Path(__file__).parent

# Operations of form-encoded OAuth requests: each SDK has a helper with other parameters. The story calls them.
FORMS = {"m2m.token": "its fields aren't those on the wire", "idp.introspect_token_network": "it returns claims"}


class Suite(NamedTuple):
    """
    Attributes:
        name: of the SDK.
        folder: below this one.
        package, version: of the SDK, as its registry names it.
        tools: the programs that it needs.
        prepare: commands that download and compile everything. They run once for each version of the folder.
        every_method: the command that sends the prepared calls.
        story: the command that runs the story, without ``restart``.
        restart: the command that runs this step.
        missing: the operations that the SDK doesn't have, or not with the fields on the wire, each with the reason.
        missing_steps: the steps of the story that it can't do, each with the reason.
        variables: variables of its environment.
    """

    name: str
    folder: str
    package: str
    version: str
    tools: tuple[str, ...]
    prepare: tuple[Sequence[str], ...]
    every_method: Sequence[str]
    story: Sequence[str]
    restart: Sequence[str]
    missing: dict[str, str]
    missing_steps: dict[str, str] = {}
    variables: dict[str, str] = {}

    def __str__(self) -> str:
        return self.name

    def prepared(self, cache: Path) -> Path:
        """Return a copy of the folder in which everything is compiled. Skip the test if that isn't possible."""
        name = f"sdk-{self.folder}"

        def run(command: Sequence[str], folder: Path) -> "subprocess.CompletedProcess[str]":
            return self.run(command, folder, cache)

        return toolchains.prepared(HERE / self.folder, name, self.tools, self.prepare, cache, run)

    def run(
        self, command: Sequence[str], folder: Path, cache: Path, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command of the suite. Its output and errors are in ``stdout``."""
        variables = self.variables | {"CARGO_TARGET_DIR": str(cache / "sdk-rust-target")} | variables
        return toolchains.run(command, folder, cache / f"sdk-{self.folder}-run.lock", **variables)


_PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "--disable-warnings",
    "-p",
    "no:cacheprovider",
    "-c",
    os.devnull,
    "--rootdir=.",
)
_MAVEN = ("mvn", "--batch-mode", "--quiet")
_NPM = toolchains.NPM_INSTALL

_GO_TEST = ("go", "test", "-count=1", "-run")

PYTHON = Suite(
    name="Python",
    folder="python",
    package="stytch (PyPI)",
    version="15.3.0",
    tools=(),
    prepare=(),
    every_method=(*_PYTEST, "every_method.py"),
    story=(*_PYTEST, "story.py", "-k", "not restart"),
    restart=(*_PYTEST, "story.py", "-k", "restart"),
    missing={},
    variables={"STORY_STYLE": "sync"},
)
SUITES = (
    PYTHON,
    PYTHON._replace(
        name="Python, async",
        missing=dict.fromkeys(
            (
                "organizations.members.dangerously_get",
                "organizations.members.oauth_providers.google",
                "organizations.members.oauth_providers.hubspot",
                "organizations.members.oidc_providers",
            ),
            "the SDK puts a boolean into the query, which aiohttp refuses",
        ),
        variables={"STORY_STYLE": "async"},
    ),
    Suite(
        name="Node.js",
        folder="node",
        package="stytch (npm)",
        version="14.2.0",
        tools=("node", "npm"),
        prepare=(_NPM,),
        every_method=("node", "--test", "every_method.test.js"),
        story=("node", "--test", "story.test.js", "connected_apps.test.js"),
        restart=("node", "--test", "restart.test.js"),
        missing={},
    ),
    Suite(
        name="Java and Kotlin",
        folder="java",
        package="com.stytch.java:sdk (Maven Central)",
        version="11.1.0",
        tools=("javac", "mvn"),
        prepare=((*_MAVEN, "test-compile"),),
        every_method=(*_MAVEN, "test", "-Dtest=EveryMethodTest"),
        story=(*_MAVEN, "test", "-Dtest=StoryTest,JavaStoryTest"),
        restart=(*_MAVEN, "test", "-Dtest=RestartTest"),
        missing={},
    ),
    Suite(
        name="Rust",
        folder="rust",
        package="stytch (crates.io)",
        version="11.1.0",
        tools=("cargo",),
        prepare=(("cargo", "test", "--no-run", "--quiet"),),
        every_method=("cargo", "test", "--quiet", "--test", "every_method"),
        story=("cargo", "test", "--quiet", "--test", "story", "--", "--skip", "restart"),
        restart=("cargo", "test", "--quiet", "--test", "story", "restart"),
        missing={},
    ),
    Suite(
        name="Go",
        folder="go",
        package="github.com/stytchauth/stytch-go/v18",
        version="18.1.0",
        tools=("go",),
        prepare=(("go", "vet", "-mod=mod", "./..."),),
        every_method=(*_GO_TEST, "TestEveryMethod"),
        story=(*_GO_TEST, "TestStory"),
        restart=(*_GO_TEST, "TestRestart"),
        missing={},
    ),
)
