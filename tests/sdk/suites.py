"""The suites in this folder: one for each official SDK, in its language, run by that language's own tools."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.support import toolchains

HERE = Path(__file__).parent

# Methods that only verify a token, or call another method, by their names without underscores.
HELPERS = {
    "idp.introspectaccesstokenlocal",
    "idp.introspecttokenlocal",
    "m2m.authenticatetoken",
    "m2m.authorize",
    "m2m.performauthorizationcheck",
    "sessions.authenticatejwt",
    "sessions.authenticatejwtlocal",
    "sessions.authenticatejwtlocalcommon",
}
# With this variable, the suites run with the newest versions of the SDKs. Its value is a date: they are downloaded once
# for each.
NEWEST = "NEWEST_SDKS"


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
        point: the part of the code in the documentation that points the SDK to the server.
        newest: commands that change the folder, so that ``prepare`` downloads the newest version of the SDK.
        installed: the command that prints the version that is used.
        methods: the command that prints the SDK's methods, if ``every_method`` doesn't write them to a file.
        missing: the operations that the SDK has and can't send, each with the reason.
        absent: the operations that the SDK doesn't have.
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
    point: str
    newest: tuple[Sequence[str], ...]
    installed: Sequence[str]
    methods: Sequence[str] = ()
    missing: dict[str, str] = {}
    absent: tuple[str, ...] = ()
    missing_steps: dict[str, str] = {}
    variables: dict[str, str] = {}

    def __str__(self) -> str:
        return self.name

    def prepared(self, cache: Path) -> Path:
        """Return a copy of the folder in which everything is compiled. Skip the test if that isn't possible."""
        is_newest = NEWEST in os.environ
        name = f"sdk-{self.folder}-newest" if is_newest else f"sdk-{self.folder}"
        commands = (self.newest if is_newest else ()) + self.prepare

        def run(command: Sequence[str], folder: Path) -> "subprocess.CompletedProcess[str]":
            return self.run(command, folder, cache)

        return toolchains.prepared(
            HERE / self.folder, name, self.tools, commands, cache, run, os.environ.get(NEWEST, "")
        )

    def version_in(self, folder: Path, cache: Path) -> str:
        """Return the version of the SDK that is used in a prepared folder."""
        return re.findall(r"\d+\.\d+\.\d+\S*", self.run(self.installed, folder, cache).stdout)[-1]

    def run(
        self, command: Sequence[str], folder: Path, cache: Path, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command of the suite. Its output and errors are in ``stdout``."""
        variables = self.variables | {"CARGO_TARGET_DIR": str(cache / "sdk-rust-target")} | variables
        return toolchains.run(command, folder, cache / f"sdk-{self.folder}-run.lock", **variables)


_INTROSPECTION = "idp.introspect_token_network"  # only some SDKs have it
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
_VERSIONS = "org.codehaus.mojo:versions-maven-plugin:2.18.0:update-properties"
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
    point='environment=os.environ["STYTCH_ENV"]',
    newest=((sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", "packages", "stytch"),),
    installed=(sys.executable, "-c", "import stytch.version; print(stytch.version.__version__)"),
    variables={"STORY_STYLE": "sync", "PYTHONPATH": "packages"},
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
        variables={"STORY_STYLE": "async", "PYTHONPATH": "packages"},
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
        point="env: process.env.STYTCH_ENV",
        newest=(("npm", "pkg", "set", "dependencies.stytch=latest"),),
        installed=("node", "--print", "JSON.parse(fs.readFileSync('node_modules/stytch/package.json')).version"),
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
        point='new OptionalClientConfig(/* apiBaseUrl */ System.getenv("STYTCH_ENV"))',
        newest=((*_MAVEN, _VERSIONS, "-DincludeProperties=stytch.version", "-DgenerateBackupPoms=false"),),
        installed=("sed", "--quiet", "s:.*<stytch.version>\\(.*\\)<.*:\\1:p", "pom.xml"),
        absent=(_INTROSPECTION,),
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
        point="stytch::client::Client::new_with_base_url(&id, &secret, url, stytch::client::Vertical::B2B)?",
        newest=(
            ("cargo", "remove", "--quiet", "stytch"),
            ("cargo", "add", "--quiet", "stytch"),
            ("cargo", "update", "--quiet"),
        ),
        installed=("cargo", "pkgid", "stytch"),
        methods=(sys.executable, str(HERE / "rust_methods.py")),
        absent=(_INTROSPECTION,),
    ),
    Suite(
        name="Go",
        folder="go",
        package="github.com/stytchauth/stytch-go/v18",
        version="18.1.0",
        tools=("go",),
        prepare=(("go", "vet", "-mod=mod", "./..."),),
        every_method=(*_GO_TEST, "TestEveryMethod|TestMethodsAreListed"),
        story=(*_GO_TEST, "TestStory"),
        restart=(*_GO_TEST, "TestRestart"),
        point='b2bstytchapi.WithBaseURI(os.Getenv("STYTCH_ENV"))',
        newest=(("go", "get", "github.com/stytchauth/stytch-go/v18@latest"),),
        installed=("go", "list", "-mod=mod", "-m", "github.com/stytchauth/stytch-go/v18"),
    ),
)
