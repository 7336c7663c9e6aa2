"""Build ``dist/mockstytch``: one executable file with Python and all packages that the server needs.

PyInstaller collects what is imported from this environment. Packages that are installed for development only, the demo
app and the scenarios are left out.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
NAME = "mockstytch.exe" if sys.platform == "win32" else "mockstytch"

# Modules that PyInstaller doesn't find by itself, because they are imported by a name that is computed.
_COLLECTED = ("mockstytch", "phonenumbers.data", "passlib.handlers")
# Modules that a dependency imports if they are there, and that the server doesn't use.
_UNUSED = ("demo_app", "dotenv", "scenarios", "tkinter", "watchfiles", "websockets")
_UNUSED += ("mockstytch.pytest_plugin", "mockstytch.testcontainers")
# PyInstaller points the loader of shared libraries to the unpacked files. Commands that ``mockstytch run`` starts must
# not use those.
_ENTRY = """
import os
original = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
os.environ.pop("LD_LIBRARY_PATH", None)
if original is not None:
    os.environ["LD_LIBRARY_PATH"] = original
from mockstytch.cli import main
main()
"""


def main() -> int:
    """Build the file, and print its path and size."""
    built = build(ROOT / "dist")
    print(f"{built.relative_to(ROOT)}: {built.stat().st_size / 1e6:.0f} MB")
    return 0


def build(folder: Path) -> Path:
    """Build the file in a folder, and return its path.

    Raises:
        CalledProcessError: if PyInstaller fails.
    """
    options = [f"--exclude-module={name}" for name in sorted({*_UNUSED, *development_modules()})]
    options += [f"--collect-submodules={name}" for name in _COLLECTED]
    options += ["--collect-data=mockstytch", "--collect-data=signxml"]
    # Programs below "mockstytch run" load this file, so its source is needed, too.
    preload = Path("mockstytch", "takeover", "preload")
    options.append(f"--add-data={ROOT / preload / 'python.py'}{os.pathsep}{preload}")
    if shutil.which("strip") and sys.platform == "linux":
        options.append("--strip")
    with tempfile.TemporaryDirectory() as work:
        entry = Path(work) / "entry.py"
        entry.write_text(_ENTRY, encoding="utf-8")
        folders = [f"--distpath={folder}", f"--workpath={work}", f"--specpath={work}", f"--paths={ROOT}"]
        command = ["--onefile", "--noconfirm", "--log-level=ERROR", f"--name={Path(NAME).stem}", *folders, *options]
        subprocess.run([sys.executable, "-m", "PyInstaller", *command, str(entry)], check=True)
    return folder / NAME


def development_modules() -> set[str]:
    """Return the modules of this environment that belong to packages that the server doesn't require."""
    required = _closure("mockstytch")
    return {
        module
        for module, packages in packages_distributions().items()
        if not required & {_normalized(package) for package in packages}
    }


def _closure(name: str) -> set[str]:
    """Return the names of a distribution and of everything that it requires."""
    found: set[str] = set()
    waiting: list[tuple[str, set[str]]] = [(name, set())]
    seen: set[tuple[str, str]] = set()
    while waiting:
        package, extras = waiting.pop()
        found.add(_normalized(package))
        for text in distribution(package).requires or ():
            needed = Requirement(text)
            applies = not needed.marker or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras))
            if applies and (package, text) not in seen:
                seen.add((package, text))
                waiting.append((needed.name, needed.extras))
    return found


def _normalized(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    sys.exit(main())
