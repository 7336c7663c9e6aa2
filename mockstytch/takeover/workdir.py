"""A temporary folder that is removed at the end, or by a later run if this process is killed."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # Windows doesn't have the module

_PREFIX = "mockstytch-run-"
_LOCK = "lock"


@contextlib.contextmanager
def work_folder() -> Iterator[Path]:
    """Create a folder that only its owner can read, and remove it at the end. Remove folders of killed processes, too.

    Raises:
        OSError: if the folder can't be created.
    """
    _remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = os.open(folder / "new-lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if fcntl:
            fcntl.flock(lock, fcntl.LOCK_EX)
        # The lock is in its place only when this process holds it, so another process can't take it before.
        (folder / "new-lock").rename(folder / _LOCK)
        yield folder
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned() -> None:
    if not fcntl:
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # it belongs to another user, or was just removed
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(lock).st_uid == os.getuid():
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
