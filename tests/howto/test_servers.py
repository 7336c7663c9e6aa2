"""The apps of the pages about server frameworks in other languages."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.howto.app_files import read
from tests.support import npm_package


@pytest.mark.slow
def test_express(tmp_path, howto_packages, node_cache):
    """The page's test runs, with the command ``mockstytch`` of this environment."""
    npm_package.link_packages(tmp_path, howto_packages / "node_modules", npm_package.built(node_cache))
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
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
