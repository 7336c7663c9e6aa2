"""The apps of the pages about server frameworks in other languages."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.apps.quickstarts.apps import RUBY, app_named
from tests.howto.app_files import HOW_TO, read
from tests.support import npm_package, toolchains

GO_PAGE = HOW_TO / "go.md"


@pytest.mark.slow
def test_express(tmp_path, node_cache):
    """The page's test runs, with the complete app, and the command ``mockstytch`` of this environment."""
    quickstart = app_named("Express").prepared(node_cache)
    shutil.copytree(quickstart, tmp_path, ignore=shutil.ignore_patterns("node_modules"), dirs_exist_ok=True)
    npm_package.link_packages(tmp_path, quickstart / "node_modules", npm_package.built(node_cache))
    for name, text in read("express").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MOCKSTYTCH", "STYTCH"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [shutil.which("node") or "node", "--test"],
        cwd=tmp_path,
        env={**inherited, "PATH": path, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"pass 1\b", done.stdout)


@pytest.mark.slow
def test_go(tmp_path, node_cache, mock):
    """The page's test runs, with the complete app."""
    shutil.copytree(app_named("Go net/http").prepared(node_cache), tmp_path, dirs_exist_ok=True)
    [test] = re.findall(r"^```go\n(// app_test\.go\n.*?)^```$", GO_PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "app_test.go").write_text(test.replace("http://localhost:4700", mock.url), encoding="utf-8")
    done = toolchains.run(("go", "test", "-mod=mod", "."), tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.xdist_group("app rails")
def test_rails(node_cache, mock):
    """The page's test runs. It is a file of the complete app."""
    folder = app_named("Rails").prepared(node_cache)
    command = (*RUBY, "-I", "test", "test/integration/login_test.rb")
    done = toolchains.run(command, folder, node_cache / "app-rails-test.lock", STYTCH_ENV=mock.url)
    assert done.returncode == 0, done.stdout
    assert "1 runs, 3 assertions, 0 failures, 0 errors, 0 skips" in done.stdout


@pytest.mark.slow
@pytest.mark.xdist_group("app spring")
def test_spring(node_cache, mock):
    """The page's test runs. It is a file of the complete app."""
    folder = app_named("Spring Boot").prepared(node_cache)
    command = ("mvn", "--batch-mode", "test", "-Dtest=LoginTest", "-DargLine=-XX:TieredStopAtLevel=1")
    done = toolchains.run(command, folder, node_cache / "app-spring-test.lock", STYTCH_ENV=mock.url)
    assert done.returncode == 0, done.stdout
    assert "Tests run: 1, Failures: 0, Errors: 0, Skipped: 0" in done.stdout
