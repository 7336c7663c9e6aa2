"""The apps of the pages about the browser SDK, React and Next.js."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockstytch.console.snippets import CODE
from tests.howto.app_files import HOW_TO
from tests.support.browser import installed
from tests.support.server_process import tls_server

ADA = "ada@acme.example"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(autouse=True)
def ada(given) -> Any:
    return given.member(given.organization("Acme"), ADA)


def log_in(page: Any, mock: Any, app: Any) -> None:
    """Log in through the prebuilt login, with the link in the mail."""
    page.goto(f"{app.url}/login")
    page.get_by_label("Email").fill(ADA)
    page.get_by_role("button", name="Continue with email").click()
    page.goto(mock.inbox.latest(to=ADA, wait=10).link)
    page.get_by_text("Acme").click()


def test_plain_javascript(app, mock, browse):
    app.write("browser-sdk")
    for path in ("login", "dashboard", "headless"):
        app.serve(f"/{path}", app.bundle(f"{path}.js"))
    page = browse()
    log_in(page, mock, app)
    page.get_by_text(f"Welcome, {ADA}").wait_for()
    assert page.url == f"{app.url}/dashboard"

    page = browse()
    page.goto(f"{app.url}/dashboard")
    page.get_by_text("Please log in").wait_for()
    page.goto(f"{app.url}/headless")
    page.get_by_text("Check your email").wait_for()
    page.goto(mock.inbox.latest(to=ADA, wait=10).link)
    page.get_by_text(f"Welcome, {ADA}").wait_for()
    page.goto(f"{app.url}/dashboard")
    page.get_by_text(f"Welcome, {ADA}").wait_for()


def test_seeded_cookies_are_a_session_of_the_sdk(app, mock, browse, ada):
    app.write("browser-sdk")
    app.serve("/dashboard", app.bundle("dashboard.js"))
    page = browse()
    page.context.add_cookies([{**cookie, "url": app.url} for cookie in mock.log_in(ada).cookies])
    page.goto(f"{app.url}/dashboard")
    page.get_by_text(f"Welcome, {ADA}").wait_for()
    mock.clock.advance(minutes=61)
    page.reload()
    page.get_by_text("Please log in").wait_for()


def test_http_only_cookies(app, chromium, tmp_path_factory):
    """The page is served under the origin of the base URL, as a site over https."""
    app.replacements = {}  # the page's public token is the one of the other server's default project
    app.write("browser-sdk")
    script = (app.folder / app.bundle("http-only.js")).read_text(encoding="utf-8")
    with tls_server(tmp_path_factory.mktemp("state")) as (mock, tls_port):
        config = mock.configure()["b2b_sdk_config"]
        mock.configure(b2b_sdk_config={**config, "cookies": {"http_only": "ENFORCED"}})
        client = mock.client()
        client.organizations.create("Acme", organization_slug="acme")
        ada = client.organizations.members.create("acme", ADA).member
        client.magic_links.email.login_or_signup("acme", ADA)
        resolver = f"--host-resolver-rules=MAP localhost:443 127.0.0.1:{tls_port}"
        browser = chromium.browser_type.launch(executable_path=installed(), args=["--no-proxy-server", resolver])
        try:

            def visit(query: str, cookies: list[Any]) -> Any:
                context = browser.new_context(ignore_https_errors=True)
                context.set_default_timeout(30_000)
                context.add_cookies(cookies)
                page = context.new_page()
                html = f'<body><script type="module">{script}</script>'
                page.route("https://localhost/app*", lambda route: route.fulfill(body=html, content_type="text/html"))
                page.goto(f"https://localhost/app{query}")
                return page

            page = visit(f"?token={mock.inbox.latest(to=ADA).token}", [])
            page.get_by_text(f"Welcome, {ADA}").wait_for()
            assert page.evaluate("document.cookie") == ""
            names = {cookie["name"] for cookie in page.context.cookies() if cookie["httpOnly"] and cookie["secure"]}
            assert names == {"stytch_session", "stytch_session_jwt"}
            page.goto("https://localhost/app")
            page.get_by_text(f"Welcome, {ADA}").wait_for()

            visit("", []).get_by_text("Please log in").wait_for()
            seeded = [{**cookie, "url": "https://localhost", "httpOnly": True} for cookie in mock.log_in(ada).cookies]
            visit("", seeded).get_by_text(f"Welcome, {ADA}").wait_for()
        finally:
            browser.close()


def test_react(app, mock, browse):
    app.write("react")
    variables = {"VITE_STYTCH_URL": mock.url, "VITE_STYTCH_PUBLIC_TOKEN": mock.public_token}
    defined = [f"--define:import.meta.env.{name}={json.dumps(value)}" for name, value in variables.items()]
    app.serve("/login", app.bundle("src/main.jsx", *defined))
    page = browse()
    log_in(page, mock, app)
    page.get_by_role("heading", name=f"Welcome, {ADA}").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.get_by_text("Sign up or log in").wait_for()


# What Next.js adds to the two files of the page: the login is rendered, and the route handler is called.
_MOUNT = """
import { createRoot } from "react-dom/client";
import Login from "./app/login/page.jsx";
createRoot(document.getElementById("root")).render(<Login />);
"""
_HEADERS = """
import { AsyncLocalStorage } from "node:async_hooks";
const requests = (globalThis.requests ??= new AsyncLocalStorage());
export const cookies = async () => ({
  get(name) {
    const found = (requests.getStore() ?? "").split("; ").find((pair) => pair.startsWith(`${name}=`));
    return found && { name, value: decodeURIComponent(found.slice(name.length + 1)) };
  },
});
"""
_SERVER = """
import { AsyncLocalStorage } from "node:async_hooks";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
const requests = (globalThis.requests ??= new AsyncLocalStorage());
const send = (response, status, type, body) => response.writeHead(status, { "content-type": type }).end(body);
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/mount.js") return send(response, 200, "text/javascript", readFileSync("mount.bundle.js"));
  if (pathname !== "/api/me") {
    const html = '<link rel="icon" href="data:,"><div id="root"></div><script type="module" src="/mount.js"></script>';
    return send(response, 200, "text/html", html);
  }
  const { GET } = await import("./app/api/me/route.bundle.js");
  const answer = await requests.run(request.headers.cookie, GET);
  send(response, answer.status, "application/json", await answer.text());
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
"""


@pytest.fixture
def next_app(app, mock) -> Iterator[Any]:
    """The two halves of the page's Next.js app, in a Node.js server that does what they need of Next.js."""
    (app.folder / "server.js").write_text(_SERVER, encoding="utf-8")
    environment = {**os.environ, **mock.environment, "NO_PROXY": "*"}
    with subprocess.Popen(
        ["node", "server.js"], cwd=app.folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as node:
        assert node.stdout
        app.url = f"http://localhost:{node.stdout.readline().strip()}"
        app.write("nextjs", **{"mount.jsx": _MOUNT, "headers.js": _HEADERS})
        public = {"NEXT_PUBLIC_STYTCH_URL": mock.url, "NEXT_PUBLIC_STYTCH_PUBLIC_TOKEN": mock.public_token}
        app.bundle("mount.jsx", *(f"--define:process.env.{name}={json.dumps(value)}" for name, value in public.items()))
        app.bundle("app/api/me/route.js", "--platform=node", "--external:stytch", "--alias:next/headers=./headers.js")
        yield app
        node.terminate()


def test_next_js(next_app, mock, browse, ada):
    page = browse()
    page.goto(f"{next_app.url}/api/me")
    assert json.loads(page.inner_text("body")) == {"error": "Please log in"}
    log_in(page, mock, next_app)
    page.wait_for_url(f"{next_app.url}/api/me")
    assert json.loads(page.inner_text("body")) == {"email": ADA, "organization": "acme"}
    mock.clock.advance(minutes=61)
    page.reload()
    assert json.loads(page.inner_text("body")) == {"error": "session_not_found"}

    page.context.add_cookies([{**cookie, "url": next_app.url} for cookie in mock.log_in(ada).cookies])
    page.reload()
    assert json.loads(page.inner_text("body")) == {"email": ADA, "organization": "acme"}


def test_type_of_the_options_has_no_endpoints(app):
    """In TypeScript, the option needs ``as any``, as the pages say."""
    imports = 'import { createStytchB2BClient } from "@stytch/vanilla-js/b2b";\n'
    url = "declare const STYTCH_PUBLIC_TOKEN: string, STYTCH_ENV: string;\n"
    code = CODE["browser"]
    files = {"plain.ts": imports + url + code, "cast.ts": imports + url + code.replace(" });", " } as any);")}
    for name, text in files.items():
        (app.folder / name).write_text(text + "\nexport {};\n", encoding="utf-8")
    options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler"]
    command = ["node", "node_modules/typescript/bin/tsc", *options, "--target", "es2022", "--jsx", "react-jsx"]
    checked = {name: subprocess.run([*command, name], cwd=app.folder, capture_output=True, text=True) for name in files}
    assert checked["cast.ts"].returncode == 0, checked["cast.ts"].stdout
    assert "'endpoints' does not exist" in checked["plain.ts"].stdout
    for page in ("browser-sdk", "react", "nextjs"):
        assert "as any" in Path(HOW_TO / f"{page}.md").read_text(encoding="utf-8")
