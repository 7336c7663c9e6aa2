"""The bundle of the demo app's browser pages: what the pages show while it is made, and without it."""

import dataclasses
import os
import stat
import sys
from pathlib import Path

import httpx
import pytest

from demo_app.bundle import FRONTEND, Bundle, CommandFailed, NodeMissing


class Tools:
    """Replacements of ``node`` and ``npm``, the only commands in the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, folder / "calls"

    def write(self, name: str, code: str) -> None:
        """Write a command in Python. Its arguments are added to ``calls``."""
        file = self.folder / name
        record = f"open({str(self.calls)!r}, 'a').write(' '.join([{name!r}, *sys.argv[1:]]) + '\\n')"
        file.write_text(f"#!{sys.executable}\nimport os, sys, time\n{record}\n{code}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def node(self, version: str = "v22.1.0") -> None:
        """Write a ``node`` that bundles: the file that it writes has the names of the scripts."""
        self.write(
            "node",
            f"if sys.argv[1] == '--version': sys.exit(print({version!r}))\n"
            "target = sys.argv[-1].removeprefix('--outdir=')\n"
            "open(target + '/login.js', 'w').write('// bundled')",
        )


@pytest.fixture
def tools(tmp_path, monkeypatch) -> Tools:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return Tools(folder)


pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals, named pipes and scripts")


@pytest.fixture
def cache(tmp_path) -> Path:
    return tmp_path / "cache"


def test_bundle_is_made_once(tools, cache):
    tools.node()
    tools.write("npm", "os.mkdir('node_modules')")
    Bundle(cache).make()
    bundle = Bundle(cache)
    assert bundle.status.state == "ready"
    assert (bundle.folder / "login.js").read_text() == "// bundled"
    bundle.make()
    calls = tools.calls.read_text().splitlines()
    assert next(call.split()[:2] for call in calls if "--version" not in call) == ["npm", "ci"]
    assert [call.partition(" ")[0] for call in calls] == ["node", "npm", "node", "node"]
    entries = [part for part in calls[2].split() if part.endswith(".js")]
    assert sorted(Path(entry).name for entry in entries) == ["admin.js", "dashboard.js", "login.js", "member.js"]
    assert sorted(path.name.partition("-")[0] for path in cache.iterdir()) == ["bundle", "packages"]


def test_packages_come_from_the_configured_registry():
    lock = (FRONTEND / "package-lock.json").read_text()
    assert "https://" not in lock
    assert "resolved" not in lock
    assert lock.count('"integrity": "sha512-') > 2


def test_missing_node_is_reported(tools, cache):
    with pytest.raises(NodeMissing, match=r"^Node\.js isn't installed\.$"):
        Bundle(cache).make()
    tools.node()
    with pytest.raises(NodeMissing, match=r"^npm, which comes with Node\.js, is missing\.$"):
        Bundle(cache).make()
    tools.node(version="v16.20.2")
    tools.write("npm", "")
    with pytest.raises(NodeMissing, match=r"^Node\.js v16\.20\.2 is too old\.$"):
        Bundle(cache).make()


def test_failed_command_leaves_nothing_behind(tools, cache):
    tools.node()
    tools.write("npm", "os.mkdir('node_modules'); print('npm error network unreachable'); sys.exit(1)")
    with pytest.raises(CommandFailed, match=r"^npm failed\.\nnpm error network unreachable$"):
        Bundle(cache).make()
    assert list(cache.iterdir()) == []


def test_cache_folder_that_cannot_be_written_is_reported(tools, cache, serve_app):
    tools.node()
    tools.write("npm", "")
    cache.write_text("a file")
    with httpx.Client(base_url=serve_app(cache_dir=cache / "demo"), trust_env=False) as browser:
        page = _settled(browser, "/browser")
    assert page.status_code == 503
    assert str(cache) in page.text


def test_pages_without_node_say_what_to_install(tools, cache, serve_app):
    url = serve_app(cache_dir=cache)
    with httpx.Client(base_url=url, follow_redirects=True, trust_env=False) as browser:
        page = _settled(browser, "/browser/dashboard")
        assert page.status_code == 503
        assert "The browser pages need Node.js" in page.text
        assert "Install version 18 or newer" in page.text
        assert browser.get("/").status_code == 200  # the server-side pages work


def test_failed_bundle_is_shown_and_can_be_retried(tools, cache, serve_app):
    tools.node()
    tools.write("npm", "sys.exit('npm error code ENOTFOUND <registry>')")
    url = serve_app(cache_dir=cache)
    with httpx.Client(base_url=url, follow_redirects=True, trust_env=False) as browser:
        page = _settled(browser, "/browser")
        assert (page.status_code, "npm error code ENOTFOUND &lt;registry&gt;" in page.text) == (503, True)
        assert browser.get("/").status_code == 200
        tools.write("npm", "os.mkdir('node_modules')")
        browser.post("/browser/retry")
        page = _settled(browser, "/browser")
        assert (page.status_code, 'src="/browser/assets/login.js"' in page.text) == (200, True)
        assert browser.get("/browser/assets/login.js").text == "// bundled"
        assert browser.get("/browser/assets/other.js").status_code == 404


@pytest.fixture
def slow_npm(tools) -> tuple[Path, Path]:
    """Write an ``npm`` that runs until the test writes to a named pipe. Return the pipes that tell start and end."""
    started, go = tools.folder / "started", tools.folder / "go"
    os.mkfifo(started)
    os.mkfifo(go)
    tools.write("npm", f"open({str(started)!r}, 'w').close(); open({str(go)!r}).read(); os.mkdir('node_modules')")
    return started, go


def test_page_shows_what_is_being_done(tools, slow_npm, cache, serve_app):
    tools.node()
    started, go = slow_npm
    url = serve_app(cache_dir=cache)
    started.read_text()  # waits for npm
    with httpx.Client(base_url=url, trust_env=False) as browser:
        page = browser.get("/browser")
        assert page.status_code == 503
        assert "Installing the browser SDK from npm…" in page.text
        assert '<meta http-equiv="refresh"' in page.text
        assert browser.get("/").status_code == 200
        go.write_text("")
        assert _settled(browser, "/browser").status_code == 200


def test_app_that_stops_ends_the_installation(tools, slow_npm, cache):
    tools.node()
    bundle = Bundle(cache)
    bundle.start()
    slow_npm[0].read_text()  # waits for npm
    bundle.stop()
    assert list(cache.iterdir()) == []
    bundle.start()  # does nothing any more
    assert bundle.status.state == "failed"


def test_missing_public_token_is_reported(no_bundle, serve_app):
    url = serve_app(cache_dir=no_bundle, public_token="")
    page = httpx.get(f"{url}/browser", trust_env=False)
    assert page.status_code == 503
    assert "STYTCH_PUBLIC_TOKEN" in page.text


def test_page_without_javascript_asks_for_it(no_bundle, serve_app):
    page = httpx.get(f"{serve_app(cache_dir=no_bundle)}/browser", trust_env=False).text
    assert "<noscript>" in page
    assert "This page needs JavaScript." in page


def test_unknown_section_of_the_administration_is_redirected(no_bundle, serve_app):
    answer = httpx.get(f"{serve_app(cache_dir=no_bundle)}/browser/admin/other", trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/browser/admin/members")


@pytest.mark.filterwarnings("ignore:Test version of Stytch")
def test_real_api_gets_no_endpoints(settings, open_app):
    real = dataclasses.replace(settings, environment="test", public_token="public-token-test-1")
    assert '"endpoints": null' in open_app(real)().open("/browser").source


def _settled(browser: httpx.Client, path: str) -> httpx.Response:
    """Load a page until it doesn't reload by itself."""
    while 'http-equiv="refresh"' in (page := browser.get(path)).text:
        pass
    return page
