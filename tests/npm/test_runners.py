"""The pages and the package's README in real projects: Vitest, Jest, Playwright and Node's test runner.

Each project starts its server itself, with the command ``mockstytch``.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.howto.app_files import files_of
from tests.support.browser import installed
from tests.support.npm_package import ROOT, SOURCE, run

pytestmark = pytest.mark.slow
PAGE = files_of(ROOT / "docs" / "how-to" / "vitest-and-jest.md")
README = files_of(SOURCE / "README.md")
BOTH = pytest.mark.parametrize("files", [PAGE, README], ids=["page", "README"])


def vitest(folder: Path, environment: dict[str, str], *options: str) -> str:
    return run("node", "node_modules/vitest/vitest.mjs", "run", *options, folder=folder, **{**environment, "CI": "1"})


def jest(folder: Path, environment: dict[str, str], *options: str) -> str:
    command = ["node", "node_modules/jest/bin/jest.js", "--testMatch=**/*.test.cjs", *options]
    return run(*command, folder=folder, **{**environment, "CI": "1"})


def playwright(folder: Path, environment: dict[str, str], chromium: Any) -> str:
    executable = json.dumps(installed() or chromium.browser_type.executable_path)
    config = f"""
import config from "./playwright.config.js";
const launchOptions = {{ executablePath: {executable}, args: ["--no-sandbox", "--no-proxy-server"] }};
export default {{ ...config, timeout: 120_000, use: {{ ...config.use, launchOptions }}, reporter: "line", workers: 1 }};
"""
    (folder / "run.config.js").write_text(config, encoding="utf-8")
    command = ["node", "node_modules/@playwright/test/cli.js", "test", "--config", "run.config.js"]
    return run(*command, folder=folder, **environment)


@BOTH
def test_vitest(app, environment, files):
    tests = {name: text for name, text in files.items() if name.endswith(".test.js") and "mockstytch/vitest" in text}
    folder = app({**tests, "vitest.config.js": files["vitest.config.js"]})
    output = vitest(folder, environment, "--no-color")
    assert f"Test Files  {len(tests)} passed" in output
    assert output.count("mockstytch: mockstytch serves http://127.0.0.1:") == 1


def test_vitest_starts_a_server_without_the_global_setup(app, environment):
    test = """
import { test } from "mockstytch/vitest";
import { expect } from "vitest";
test("one", { timeout: 60_000 }, async ({ mockstytch }) => {
  process.env.SEEN = mockstytch.url;
  const { label, run_id } = await mockstytch.project.get();
  expect(label).toBe("a.test.js > one");
  expect(run_id).toBe(process.env.MOCKSTYTCH_RUN_ID);
});
test("two", async ({ mockstytch }) => { expect(mockstytch.url).toBe(process.env.SEEN); });
"""
    assert "2 passed" in vitest(app({"a.test.js": test}), environment, "--no-color")


def test_failed_vitest_test_prints_its_requests(app, environment):
    test = """
import { test } from "mockstytch/vitest";
test.fails("refused", async ({ stytchClient }) => {
  await stytchClient.organizations.get({ organization_id: "nowhere" });
});
"""
    with pytest.raises(AssertionError) as caught:
        vitest(app({"a.test.js": test.replace("test.fails", "test")}), environment, "--no-color")
    assert "Requests of this test:" in str(caught.value)
    assert "GET /v1/b2b/organizations/nowhere 404 organization_not_found" in str(caught.value)


@BOTH
def test_jest(app, environment, files):
    tests = {name: text for name, text in files.items() if name.endswith(".test.cjs")}
    output = jest(app({**tests, "jest.config.js": files["jest.config.js"]}), environment)
    assert f"Tests:       {len(tests)} passed, {len(tests)} total" in output
    assert output.count("mockstytch: mockstytch serves http://127.0.0.1:") == 1


def test_each_jest_test_has_its_own_project(app, environment):
    test = """
const { mockstytch } = require("mockstytch/jest");
const seen = [];
for (const name of ["one", "two"]) {
  test(name, async () => {
    const mock = await mockstytch();
    expect((await mockstytch()).projectId).toBe(mock.projectId);
    expect(seen).not.toContain(mock.projectId);
    seen.push(mock.projectId);
  });
}
"""
    assert "2 passed, 2 total" in jest(app({"a.test.cjs": test}), environment)


@pytest.mark.browser
def test_playwright(app, environment, chromium):
    files = {name: README[name] for name in ("playwright.config.js", "mail.spec.js")}
    assert "1 passed" in playwright(app(files), environment, chromium)


@pytest.mark.browser
def test_playwright_uses_the_server_of_the_configuration_and_the_seed(app, environment, chromium, running_server):
    config = f'export default {{ use: {{ mockstytchUrl: "{running_server}" }} }};'
    test = f"""
import {{ expect, test }} from "mockstytch/playwright";
test.use({{ mockstytchSeed: {{ organizations: [{{ organization_name: "Acme", organization_slug: "acme" }}] }} }});
test("seeded", async ({{ mockstytch, stytchClient, page }}) => {{
  expect(mockstytch.url).toBe("{running_server}");
  await stytchClient.organizations.get({{ organization_id: "acme" }});
  await page.goto(mockstytch.url + "/_mock/docs");
  expect(await page.evaluate("globalThis.STYTCH_PUBLIC_TOKEN")).toBe(mockstytch.publicToken);
}});
test("refused", async ({{ stytchClient }}, testInfo) => {{
  test.fail();
  await stytchClient.organizations.get({{ organization_id: "nowhere" }});
}});
"""
    assert "2 passed" in playwright(app({"playwright.config.js": config, "a.spec.js": test}), environment, chromium)


def test_other_test_runners(app, environment):
    output = run("node", "--test", folder=app({"other.test.js": PAGE["other.test.js"]}), **environment)
    assert "pass 1" in output


def test_program(app, environment):
    output = run("node", "start.js", folder=app({"start.js": README["start.js"]}), **environment)
    assert output.startswith("mockstytch http://127.0.0.1:")
    assert output.endswith(" 1\n")


def test_every_file_of_the_pages_is_run():
    known = {"vitest.config.js", "jest.config.js", "playwright.config.js", "mail.spec.js", "start.js"}
    tests = {name for name in (*PAGE, *README) if name.endswith((".test.js", ".test.cjs"))}
    assert set(PAGE) | set(README) == known | tests
