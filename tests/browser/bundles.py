"""The scripts of the pages in ``pages/``, and what the packages from npm declare."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.support import node_packages

HERE = Path(__file__).parent
PAGES = HERE / "pages"
# React and the SDK have builds for development and for production. A published app has the latter.
OPTIONS = ["--bundle", "--format=esm", "--jsx=automatic", "--log-level=warning", "--sourcemap=linked"]
OPTIONS += ["--define:process.env.NODE_ENV='production'"]


def installed(cache: Path) -> Path:
    """Return the folder with the packages of ``node/``."""
    return node_packages.installed(HERE / "node", cache)


def bundled(packages: Path, cache: Path) -> Path:
    """Return a folder with one script for each page, made by esbuild from the page and the packages."""
    entries = sorted([*PAGES.glob("*.js"), *PAGES.glob("*.jsx")])

    def bundle(folder: Path) -> None:
        command = [shutil.which("node") or "node", str(packages / "node_modules/esbuild/bin/esbuild")]
        done = subprocess.run(
            [*command, *map(str, entries), *OPTIONS, f"--outdir={folder}"],
            cwd=packages,
            env={**os.environ, "NODE_PATH": str(packages / "node_modules")},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr

    files = sorted([*entries, *PAGES.glob("shared/*.js")])
    return node_packages.cached(cache, "browser-pages", files, bundle, salt=f"{packages.name} {OPTIONS}")


def declared_methods(packages: Path, cache: Path) -> list[str]:
    """Return the public methods of ``StytchB2BClient``, as its type declarations list them."""

    def list_methods(folder: Path) -> None:
        done = subprocess.run(
            ["node", "methods.js"], cwd=packages, capture_output=True, text=True, encoding="utf-8", timeout=300
        )
        assert done.returncode == 0, done.stderr
        (folder / "methods.json").write_text(done.stdout, encoding="utf-8")

    listed = node_packages.cached(cache, "browser-methods", [], list_methods, salt=packages.name)
    return list(json.loads((listed / "methods.json").read_text(encoding="utf-8")))
