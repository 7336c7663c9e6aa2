"""The documentation site: strict, complete, and without requests to other hosts."""

import functools
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tools import docs_site

# The site is built once, by the worker that runs this group.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("docs_site")]
LOADED = re.compile(r'<(?:script|img|iframe|source)\b[^>]*\bsrc="([^"]+)"|<link\b[^>]*\bhref="([^"]+)"')


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None: ...


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    return docs_site.build(tmp_path_factory.mktemp("site"))


@pytest.fixture
def site_url(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_site_has_every_page(site):
    pages = [*docs_site.ROOT.glob("docs/**/*.md")]
    built = [site / path.relative_to(docs_site.ROOT).with_suffix(".html") for path in pages]
    names = [path.with_name("index.html") if path.stem == "README" else path for path in built]
    assert [path for path in names if not path.exists()] == []
    assert "<h1" in (site / "index.html").read_text(encoding="utf-8")


def test_pages_load_nothing_from_other_hosts(site):
    loaded = {
        address
        for page in site.rglob("*.html")
        for match in LOADED.finditer(page.read_text(encoding="utf-8"))
        for address in match.groups()
        if address
    }
    assert len(loaded) > 10
    assert [address for address in loaded if "://" in address or address.startswith("//")] == []


def test_index_is_the_navigation(site):
    home = (site / "index.html").read_text(encoding="utf-8")
    assert all(title in home for title in ("Get started", "Log members in", "Each decision"))


def minimal_repository(folder: Path, readme: str) -> Path:
    (folder / "docs").mkdir()
    for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "docs/index.md"):
        (folder / name).write_text("# A page\n", encoding="utf-8")
    (folder / "README.md").write_text(readme, encoding="utf-8")
    (folder / "mkdocs.yml").write_text((docs_site.ROOT / "mkdocs.yml").read_text(encoding="utf-8"), encoding="utf-8")
    return folder


@pytest.mark.parametrize("link", ["docs/nowhere.md", "docs/index.md#nowhere"])
def test_broken_link_stops_the_build(tmp_path, monkeypatch, capfd, link):
    monkeypatch.setattr(docs_site, "ROOT", minimal_repository(tmp_path, f"# Home\n\n[a link]({link})\n"))
    with pytest.raises(subprocess.CalledProcessError):
        docs_site.build(tmp_path / "build")
    assert "nowhere" in capfd.readouterr().err


def test_links_to_code_become_text(tmp_path, monkeypatch):
    root = minimal_repository(tmp_path, "# Home\n\nSee [the code](tools/code.py) and [a page](docs/index.md).\n")
    (root / "tools").mkdir()
    (root / "tools" / "code.py").touch()
    monkeypatch.setattr(docs_site, "ROOT", root)
    home = (docs_site.build(tmp_path / "build") / "index.html").read_text(encoding="utf-8")
    assert "<p>See the code and <a href" in home


@pytest.mark.browser
def test_search_finds_a_page(site_url, browse):
    page = browse()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{site_url}/index.html")
    page.get_by_role("textbox", name="Search").press_sequentially("authenticator")
    results = page.locator(".md-search-result")
    results.get_by_role("heading", name=re.compile("Test authenticator apps")).first.click()
    page.get_by_role("heading", level=1, name=re.compile("Test authenticator apps")).wait_for()
    assert [url for url in requests if not url.startswith((site_url, "data:", "blob:"))] == []
