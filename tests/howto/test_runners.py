"""The tests of the pages about Playwright and Cypress."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockstytch.app import create_app
from tests.howto.app_files import read
from tests.support import browser, npm_package
from tests.support.server_process import tls_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The page's configuration, with the Chromium of the other tests, and without the processes that a developer starts.
_CONFIG = """
import config from "./{name}";
const launchOptions = {{ ...config.use.launchOptions, executablePath: {chromium} }};
export default {{
  ...config, webServer: undefined, workers: 1, timeout: 120_000, expect: {{ timeout: 30_000 }},
  use: {{ ...config.use, launchOptions }}, reporter: "line",
}};
"""


def run_playwright(app: Any, chromium: Any, config: str, *files: str) -> str:
    executable = json.dumps(browser.installed() or chromium.browser_type.executable_path)
    (app.folder / "run.config.js").write_text(_CONFIG.format(name=config, chromium=executable), encoding="utf-8")
    done = subprocess.run(
        ["node", "node_modules/@playwright/test/cli.js", "test", "--config", "run.config.js", *files],
        cwd=app.folder,
        env={**os.environ, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def app_under_test(app: Any, node_cache: Path) -> Any:
    """The app of the page about plain JavaScript, and the same app as it is in production, at ``/unchanged``.

    The npm package ``mockstytch`` is installed in it.
    """
    (app.folder / "node_modules").unlink()
    npm_package.link_packages(app.folder, app.packages / "node_modules", npm_package.built(node_cache))
    app.write("browser-sdk")
    app.serve("/login", app.bundle("login.js"))
    app.serve("/dashboard", app.bundle("dashboard.js"))
    client = (app.folder / "stytch.js").read_text(encoding="utf-8")
    production = re.sub(r"\(token, \{.*?\}\);", "(token);", client, flags=re.DOTALL)
    assert production != client
    (app.folder / "stytch.js").write_text(production, encoding="utf-8")
    app.serve("/unchanged", app.bundle("login.js"))
    app.write("playwright")
    return app


def test_playwright_tests_pass(app_under_test, chromium):
    output = run_playwright(app_under_test, chromium, "playwright.config.js")
    assert "5 passed" in output


_UNDER_ITS_OWN_NAME = """
import { expect, test } from "mockstytch/playwright";

test("log in over TLS", async ({ page, mockstytch }) => {
  const hosts = new Set();
  page.on("requestfinished", (request) => hosts.add(new URL(request.url()).host));
  await page.goto("/unchanged");
  await page.getByLabel("Email").fill("ada@acme.example");
  await page.getByRole("button", { name: "Continue with email" }).click();
  const mail = await mockstytch.inbox.latest({ to: "ada@acme.example", wait: 10 });
  await page.goto(mail.redirect_url);
  await page.getByText("Acme").click();
  await expect(page.getByText("Welcome, ada@acme.example").or(page.getByText("Please log in"))).toBeVisible();
  const cookies = await page.context().cookies();
  expect(cookies.map((cookie) => cookie.name)).toContain("stytch_session");
  expect([...hosts]).toContain("test.stytch.com");
});
"""


def test_unchanged_app_over_tls(app_under_test, chromium, tmp_path_factory):
    """The app calls the SDK's own host names, which lead to the listener with the local CA."""
    with tls_server(tmp_path_factory.mktemp("state")) as (mock, tls_port):
        for file in app_under_test.folder.glob("tests/*.spec.js"):
            file.unlink()
        replacements = {"localhost:4700": f"localhost:{urlsplit(mock.url).port}", "4743": str(tls_port)}
        app_under_test.replacements |= replacements
        app_under_test.write("playwright", **{"tests/tls.spec.js": _UNDER_ITS_OWN_NAME})
        output = run_playwright(app_under_test, chromium, "playwright.tls.config.js", "tests/tls.spec.js")
    assert "1 passed" in output


def test_configurations_start_the_servers(app):
    """The processes aren't started here, but the URL that Playwright waits for exists."""
    (config,) = (text for name, text in read("playwright").items() if name == "playwright.config.js")
    routes = {route.path for route in create_app().table.routes}
    urls = re.findall(r'url: "http://localhost:4700(\S+)"', config)
    assert urls
    assert set(urls) <= routes


CYPRESS = read("cypress")


@pytest.mark.parametrize("name", CYPRESS)
def test_cypress_file_is_valid_javascript(app, name):
    app.write("cypress")
    app.bundle(name, "--external:cypress")


def test_calls_of_the_cypress_files_exist():
    routes = {
        route.path.removeprefix("/_mock/api") for route in create_app().table.routes if route.surface.name == "control"
    }
    called = {path for text in CYPRESS.values() for path in re.findall(r'\bmock\([`"](/[a-z/-]+)', text)}
    assert called - routes == set()
