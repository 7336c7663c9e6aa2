"""The package itself: its code, its contents, its types, and its own tests."""

import json
import re
import tomllib

import pytest

from mockstytch import __version__
from mockstytch.app import create_app
from tests.support.npm_package import ROOT, SOURCE, run

pytestmark = pytest.mark.slow
PACKAGE = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))


def test_code_is_formatted_and_has_no_mistakes(package):
    run("npm", "run", "--silent", "lint", folder=package)


def test_its_own_tests_pass(package, environment, programs, running_server):
    variables = {**environment, "MOCKSTYTCH_URL": running_server, "REAL_MOCKSTYTCH": str(programs / "mockstytch")}
    output = run("node", "--test", "test/", folder=package, **variables)
    assert re.search(r"^(#|ℹ) fail 0$", output, re.MULTILINE)  # noqa: RUF001
    assert int(re.search(r"^(?:#|ℹ) pass (\d+)$", output, re.MULTILINE)[1]) > 20  # noqa: RUF001


def test_versions_agree():
    assert PACKAGE["version"] == __version__
    assert f'"{__version__}"' in (SOURCE / "src" / "version.ts").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert PACKAGE["license"] == project["license"]
    assert (SOURCE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_package_needs_no_other_package():
    assert "dependencies" not in PACKAGE
    optional = {name for name, details in PACKAGE["peerDependenciesMeta"].items() if details["optional"]}
    assert set(PACKAGE["peerDependencies"]) == optional


def test_tarball_has_the_built_files_and_nothing_else(package):
    packed = package / "packed"
    files = {path.relative_to(packed).as_posix() for path in packed.rglob("*") if path.is_file()}
    modules = {path.stem for path in (SOURCE / "src").glob("*.ts")} | {"generated/control-api"}
    expected = {f"dist/esm/{name}{ending}" for name in modules for ending in (".js", ".d.ts")}
    without_vitest = {name for name in modules if not name.startswith("vitest")}
    expected |= {f"dist/cjs/{name}{ending}" for name in without_vitest for ending in (".js", ".d.ts")}
    assert files == expected | {"LICENSE", "README.md", "package.json", "dist/cjs/package.json"}
    assert sum((packed / name).stat().st_size for name in files) < 1_000_000
    exported = re.findall(r'"\./(dist/[^"]+)"', json.dumps(PACKAGE["exports"]))
    assert set(exported) <= files


def test_types_have_every_call_of_the_control_api(package):
    generated = (package / "packed" / "dist" / "esm" / "generated" / "control-api.d.ts").read_text(encoding="utf-8")
    routes = {route.path for route in create_app().table.routes if route.surface.name == "control"}
    paths = set(re.findall(r'^    "(/\S+)": \{$', generated, re.MULTILINE))
    assert paths == {path for path in routes if path.startswith("/_mock/api/")}


_USE = """
import { MockError, MockStytch, type Message } from "mockstytch";
import { test } from "mockstytch/vitest";

export async function main(): Promise<string> {
  const mock = await MockStytch.start({ launcher: "docker", args: ["--closed"] });
  const message: Message = await mock.inbox.latest({ to: "ada@acme.example", kind: "magic_link.login", wait: 5 });
  const link: string | null | undefined = message.link;
  const hits: number = await (await mock.faults.add("organizations.get", { times: 1, delay_ms: 5 })).hits();
  const { now, frozen } = await mock.clock.advance({ minutes: 61 });
  const flag: boolean = frozen;
  await mock.project.patch({ redirect_urls: "registered" });
  await mock.seed({ organizations: [{ organization_name: "Acme" }] });
  const session = await mock.logIn("ada@acme.example", { organization_id: "acme", factors: ["totp"] });
  await mock.nextIdentity({ provider: "saml", email: "ada@acme.example" });
  const { status } = await mock.api.call("get", "/_mock/api/health");
  const errors = (await mock.requests.list({ limit: 5 })).map((request) => request.because);
  return [link, hits, now, flag, session.session_token, status, ...errors, MockError.name].join();
}

export async function wrong(mock: MockStytch): Promise<void> {
  // @ts-expect-error
  await mock.inbox.latest({ kind: "magic_link.logn" });
  // @ts-expect-error
  await mock.nextIdentity({ provider: "gogle", email: "ada@acme.example" });
  // @ts-expect-error
  await mock.project.patch({ redirect_urls: "some" });
  // @ts-expect-error
  await mock.api.call("get", "/_mock/api/helth");
  // @ts-expect-error
  await mock.clock.advance({ minuts: 1 });
}
"""
_WITH_THE_SDK = """
test("types of the fixtures", async ({ mockstytch, stytchClient }) => {
  const { organization } = await stytchClient.organizations.get({ organization_id: mockstytch.projectId });
  const name: string = organization.organization_name;
  // @ts-expect-error
  await stytchClient.organizations.gte(name);
});
"""
_COMMON_JS = """
import { MockStytch } from "mockstytch";
import { mockstytch, stytchClient } from "mockstytch/jest";
export const url = async (): Promise<string> => (await mockstytch()).url + (await stytchClient()) + MockStytch.name;
"""
_OPTIONS = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", "node"]


def test_types_are_strict_for_users(app):
    files = {"use.ts": _USE + _WITH_THE_SDK, "common/use.ts": _COMMON_JS, "common/package.json": "{}"}
    folder = app(files)
    # The packages of the test runners have mistakes in their own types.
    command = ["node", "node_modules/typescript/bin/tsc", *_OPTIONS, "--skipLibCheck", "use.ts", "common/use.ts"]
    run(*command, folder=folder)


def test_types_are_valid_without_the_optional_packages(app):
    """All declarations are checked here, and ``stytch``, Vitest and Playwright aren't installed."""
    use = _USE.replace('import { test } from "mockstytch/vitest";\n', "")
    folder = app({"use.ts": use, "common/use.ts": _COMMON_JS, "common/package.json": "{}"}, ("stytch", "vitest"))
    run("node", "node_modules/typescript/bin/tsc", *_OPTIONS, "use.ts", "common/use.ts", folder=folder)


def test_missing_sdk_is_named(app, environment, running_server):
    code = """
import { createRequire } from "node:module";
import { MockStytch } from "mockstytch";
const common = createRequire(import.meta.url)("mockstytch");
for (const Handle of [MockStytch, common.MockStytch]) {
  await new Handle({ url: process.env.MOCKSTYTCH_URL }).client().catch((error) => console.log(error.message));
}
"""
    folder = app({"main.js": code}, ("stytch",))
    output = run("node", "main.js", folder=folder, **environment, MOCKSTYTCH_URL=running_server)
    message = "The official SDK isn't installed. Install it with: npm install --save-dev stytch\n"
    assert output == message * 2
