"""The cache for packages from npm, which workers and runs share."""

import pytest

from tests.support.concurrency import at_once
from tests.support.node_packages import cached


@pytest.fixture
def source(tmp_path):
    (tmp_path / "source.txt").write_text("one", encoding="utf-8")
    return tmp_path / "source.txt"


@pytest.fixture
def make(source):
    """Make a folder with a copy of the source. ``make.calls`` counts."""

    def fill(folder):
        fill.calls += 1
        (folder / "copy.txt").write_text(source.read_text("utf-8"), encoding="utf-8")

    fill.calls = 0
    return fill


def test_folder_is_made_once(tmp_path, source, make):
    folders = at_once(4, lambda _: cached(tmp_path, "copy", [source], make))
    assert (len(set(folders)), make.calls) == (1, 1)


def test_changed_file_replaces_the_folder(tmp_path, source, make):
    first = cached(tmp_path, "copy", [source], make)
    source.write_text("two", encoding="utf-8")
    second = cached(tmp_path, "copy", [source], make)
    assert (second / "copy.txt").read_text("utf-8") == "two"
    assert not first.exists()
    assert cached(tmp_path, "copy", [source], make, salt="other options") != second


def test_unfinished_folder_is_not_kept(tmp_path, source, make):
    def fail(folder):
        make(folder)
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 · the one above
        cached(tmp_path, "copy", [source], fail)
    assert (cached(tmp_path, "copy", [source], make) / "copy.txt").exists()
    assert make.calls == 2
