"""The names of operations in faults and rate limits."""

from mockstytch.app import create_app
from mockstytch.runtime import Mock
from mockstytch.settings import Settings
from mockstytch.surfaces.faults import operation_names
from tests.contract.operations import operations
from tools import sdk_names


def targets():
    mock = Mock(Settings(port=0))
    create_app(mock=mock)
    mock.close()
    return mock.faults.targets()


def test_every_method_of_the_sdk_can_be_named():
    assert operations().keys() - targets().operations.keys() == set()


def test_names_are_unique_and_aliases_are_not_other_operations():
    found = targets()
    for name, operation in found.operations.items():
        other = found.operations.get(operation.alias)
        assert other in (None, operation), f"{name} is also called {operation.alias}"
        assert found.find(name) == [operation]


def test_operations_without_a_method_have_the_name_of_their_surface():
    names = targets().operations.keys() - operations().keys()
    assert {name.partition(".")[0] for name in names} == {"browser", "management", "oauth_server"}
    assert {"management.projects.get_all", "oauth_server.revoke", "browser.bootstrap"} <= names


def test_control_api_and_console_cannot_be_named():
    paths = {path for _, path in targets().paths if path.startswith("/_mock")}
    assert paths
    assert all(path.startswith(("/_mock/idp/", "/_mock/provider/")) for path in paths)


def test_file_with_the_names_is_checked(capsys, monkeypatch, tmp_path):
    assert sdk_names.main(["--check"]) == 0
    monkeypatch.setattr(sdk_names, "SDK_NAMES", tmp_path / "names.json")
    assert sdk_names.main(["--check"]) == 1
    assert "Run: make docs" in capsys.readouterr().err
    assert sdk_names.main([]) == 0
    assert sdk_names.main(["--check"]) == 0
    assert sdk_names.SDK_NAMES.read_text() == operation_names.SDK_NAMES.read_text()
    assert sdk_names.main(["--wrong"]) == 2
