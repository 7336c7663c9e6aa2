"""What a test in Chromium leaves: a screenshot, and if it fails, the page and the browser's console."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE = """
def test_passed(app_page):
    app_page("headless")


def test_failed(app_page):
    page = app_page("headless")
    page.evaluate("console.warn('a warning')")
    assert page.title() == "another"
"""


@pytest.mark.slow
@pytest.mark.browser
def test_artifacts(tmp_path, bundles, node_cache):
    (tmp_path / "test_it.py").write_text(MODULE, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(ROOT), "BROWSER_ARTIFACTS": str(tmp_path / "kept")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "tests.browser.conftest"]
    command += ["-o", f"cache_dir={node_cache.parents[1]}", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    kept = {path.name: path for path in (tmp_path / "kept").iterdir()}
    assert sorted(kept) == [
        f"test_it.{name}" for name in ("test_failed.html", "test_failed.log", "test_failed.png", "test_passed.png")
    ]
    log = kept["test_it.test_failed.log"].read_text(encoding="utf-8")
    assert "warning: a warning" in log
    assert "AssertionError" in log
    assert "<title>headless</title>" in kept["test_it.test_failed.html"].read_text(encoding="utf-8")
