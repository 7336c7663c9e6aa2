"""The npm package in ``clients/js``: built once, and kept in pytest's cache folder."""

import shutil
import subprocess
from pathlib import Path

from tests.support import node_packages

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "clients" / "js"
_DOCUMENT = ROOT / "docs" / "openapi.json"
_OUTPUT = {"node_modules", "dist", "build", "generated"}


def built(cache: Path) -> Path:
    """Return a copy of ``clients/js`` with its packages, in which the package is built.

    ``packed`` has the content of the tarball that ``npm pack`` makes, and ``listing.txt`` the output of that command.
    """
    only = ("package.json", "package-lock.json", ".npmrc")
    packages = node_packages.installed(SOURCE, cache, only)
    files = sorted(
        path
        for path in SOURCE.rglob("*")
        if path.is_file() and not _OUTPUT.intersection(path.relative_to(SOURCE).parts)
    )

    def build(folder: Path) -> None:
        for path in files:
            (folder / path.relative_to(SOURCE)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / path.relative_to(SOURCE))
        (folder / "node_modules").symlink_to(packages / "node_modules")
        run("node", "scripts/build.js", str(_DOCUMENT), folder=folder)
        run("npm", "pack", "--silent", folder=folder)
        (tarball,) = folder.glob("*.tgz")
        shutil.unpack_archive(tarball, folder, filter="data")  # its top folder is "package"
        (folder / "package").rename(folder / "packed")

    return node_packages.cached(cache, "npm-package", [*files, _DOCUMENT], build, salt=packages.name)


def run(*command: str, folder: Path, timeout: float = 300, **environment: str) -> str:
    """Run a command, and return its output. It must succeed."""
    done = subprocess.run(
        [shutil.which(command[0]) or command[0], *command[1:]],
        cwd=folder,
        env=environment or None,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def link_packages(folder: Path, packages: Path, package: Path, *, without: tuple[str, ...] = ()) -> None:
    """Make ``node_modules`` in a folder as npm does: the package's files, and links to other packages.

    Args:
        packages: the folder of the other packages.
        package: what ``built`` returns.
        without: the names of packages to leave out.
    """
    modules = folder / "node_modules"
    modules.mkdir()
    for path in packages.iterdir():
        if path.name not in without:
            (modules / path.name).symlink_to(path.resolve())
    shutil.copytree(package / "packed", modules / "mockstytch")
