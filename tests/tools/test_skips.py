"""In CI, a skipped test is a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = {
    "a test": "import pytest\ndef test_one():\n    pytest.skip('no curl')\n",
    "a mark": "import pytest\n@pytest.mark.skip(reason='later')\ndef test_one(): pass\n",
    "a fixture": "import pytest\n@pytest.fixture\ndef f():\n    pytest.skip('no node')\ndef test_one(f): pass\n",
    "a module": "import pytest\npytest.importorskip('no_such_module')\ndef test_one(): pass\n",
}
ALLOWED = 'import pytest\ndef test_one():\n    pytest.skip("pip can\'t reach a package index")\ndef test_two(): pass\n'
EXPECTED = "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_one(): assert False\n"


@pytest.fixture
def exit_code(tmp_path):
    """Run a test module with the hooks of ``tests/conftest.py``, in CI or not, and return pytest's exit code."""

    def run(text, ci):
        (tmp_path / "test_it.py").write_text(text, encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment |= {"CI": "true" if ci else "", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "-p"]
        command += ["no:randomly", str(tmp_path)]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False).returncode

    return run


@pytest.mark.slow
@pytest.mark.parametrize("what", MODULES)
def test_skipped_test_fails_in_ci_only(exit_code, what):
    assert exit_code(MODULES[what], ci=True) in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    assert exit_code(MODULES[what], ci=False) in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


@pytest.mark.slow
@pytest.mark.parametrize("text", [ALLOWED, EXPECTED], ids=["listed", "expected to fail"])
def test_listed_reasons_and_expected_failures_are_accepted_in_ci(exit_code, text):
    assert exit_code(text, ci=True) == pytest.ExitCode.OK
