"""The manifest and ``llms.txt``."""

import re
import subprocess
import sys

import httpx
import msgspec
import pytest

from mockstytch.about.guide import TEMPLATE
from mockstytch.about.types.manifest import Manifest
from mockstytch.console.reference import CONTROL
from mockstytch.faults.rules import Rule
from mockstytch.settings import Settings
from mockstytch.store.records.projects import ProjectSettings
from mockstytch.version import __version__
from tests.support.conformance import document


@pytest.fixture
def manifest(mock):
    return msgspec.convert(httpx.get(f"{mock.url}/_mock/api/manifest", trust_env=False).json(), Manifest)


@pytest.fixture
def guide(mock):
    response = httpx.get(f"{mock.url}/llms.txt", trust_env=False)
    assert response.headers["content-type"].startswith("text/plain")
    return response.text


def test_manifest_has_every_operation_and_setting(manifest):
    ids = [op["operationId"] for item in document()["paths"].values() for op in item.values()]
    assert [operation.operation_id for operation in manifest.operations] == ids
    assert {operation.surface for operation in manifest.operations} == {surface.name for surface in manifest.surfaces}
    assert [setting.name for setting in manifest.settings] == list(ProjectSettings.__struct_fields__)
    assert [option.name for option in manifest.options] == list(Settings.__struct_fields__)
    assert [field.name for field in manifest.fault_fields] == list(Rule.__struct_fields__)
    assert manifest.version == __version__


def test_manifest_has_the_defaults_of_a_new_project(mock, manifest):
    project = mock.call("GET", "/project")
    assert {setting.name: setting.default for setting in manifest.settings} == {
        setting.name: project[setting.name] for setting in manifest.settings
    }
    assert all(setting.meaning for setting in manifest.settings)


def test_manifest_has_the_limits_that_the_server_keeps(mock, manifest, http):
    assert "wait must be between 0 and 60" in http.get("/_mock/api/messages?wait=61").json()["error_message"]
    assert manifest.limits["wait_seconds"] == 60
    assert "1 MB" in http.post("/_mock/api/sessions", content=b"x" * (manifest.limits["body_bytes"] + 1)).text


def test_documents_of_the_manifest_exist(mock, manifest, http):
    mock.configure()
    assert {name: http.get(path).status_code for name, path in manifest.documents.items()} == dict.fromkeys(
        manifest.documents, 200
    )


def test_guide_has_every_call_and_no_placeholder(mock, guide):
    assert "<<" not in guide
    assert all(key.split(" ")[1] in guide for key in CONTROL)
    assert mock.url in guide
    assert __version__ in guide


def test_guide_names_only_calls_that_exist(guide):
    paths = document()["paths"]
    for method, path in re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/_mock/[^\s?`]*)", guide):
        assert method.lower() in paths[path], path


def test_python_tests_of_the_guide_pass(tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", TEMPLATE.read_text(encoding="utf-8"), re.DOTALL)
    imports = "import pytest\nfrom stytch.core.response_base import StytchError\n\n"
    (tmp_path / "test_guide.py").write_text(imports + "\n".join(blocks), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout
    assert f"{len(blocks)} passed" in done.stdout


def test_pages_of_other_sites_get_neither(mock):
    for path in ("/llms.txt", "/_mock/api/manifest", "/_mock/api/openapi.json"):
        response = httpx.get(mock.url + path, headers={"Origin": "https://evil.example"}, trust_env=False)
        assert response.json()["error_type"] == "cross_site_request"
