"""Environment variables have the same effect on the handle as on ``mockstytch serve``."""

import re
from pathlib import Path

import pytest

from mockstytch import MockError, MockStytch
from mockstytch.cli.serve import _OPTIONS
from mockstytch.settings import _VARIABLES, SettingError, options_from_environment
from mockstytch.store.engine import DatabaseInUse

MINE = "project-test-33333333-3333-4333-8333-333333333333"


def test_variables_set_the_options_of_a_started_server(monkeypatch, tmp_path):
    file = tmp_path / "mock.sqlite"
    monkeypatch.setenv("MOCKSTYTCH_DB", str(file))
    monkeypatch.setenv("MOCKSTYTCH_CLOSED", "yes")
    monkeypatch.setenv("MOCKSTYTCH_PUBLIC_URL", "http://mail.test:1234/")
    monkeypatch.setenv("MOCKSTYTCH_ALLOWED_HOST", "mock,stytch")
    monkeypatch.setenv("MOCKSTYTCH_RANDOM_SEED", "7")
    monkeypatch.setenv("MOCKSTYTCH_KEEP_ENDED", "5")
    monkeypatch.setenv("MOCKSTYTCH_PROJECT_ID", MINE)
    monkeypatch.setenv("MOCKSTYTCH_SECRET", "secret-test-mine")
    monkeypatch.setenv("MOCKSTYTCH_SEED", str(tmp_path / "seed.yaml"))
    (tmp_path / "seed.yaml").write_text("organizations:\n- organization_name: Acme\n")
    with MockStytch() as mock:
        settings = mock._server.mock.settings
        assert (settings.database, settings.closed) == (str(file), True)
        assert (settings.public_url, settings.allowed_hosts) == ("http://mail.test:1234", ("mock", "stytch"))
        assert (settings.random_seed, settings.keep_ended) == (7, 5)
        assert (mock.project_id, mock.secret) == (MINE, "secret-test-mine")
        assert mock.client().organizations.get("acme").organization
        with pytest.raises(DatabaseInUse, match="is in use by another server"):
            MockStytch()
        assert MockStytch(mock.url).project_id == MINE
    assert file.exists()


def test_argument_comes_before_its_variable(monkeypatch):
    monkeypatch.setenv("MOCKSTYTCH_KEEP_ENDED", "5")
    monkeypatch.setenv("MOCKSTYTCH_PROJECT_ID", MINE)
    with MockStytch(keep_ended=6, project_id="project-test-44444444-4444-4444-8444-444444444444") as mock:
        assert mock._server.mock.settings.keep_ended == 6
        assert mock.project_id.startswith("project-test-4444")


def test_port_is_free_without_its_variable(monkeypatch):
    with MockStytch() as mock:
        port = mock.url.rpartition(":")[2]
        monkeypatch.setenv("MOCKSTYTCH_PORT", port)
        with pytest.raises(OSError, match="in use"):
            MockStytch()
        assert MockStytch(port=0).url != mock.url


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("MOCKSTYTCH_PORT", "x", "MOCKSTYTCH_PORT: 'x' isn't a number"),
        ("MOCKSTYTCH_PORT", "70000", "MOCKSTYTCH_PORT: the port must be between"),
        ("MOCKSTYTCH_CLOSED", "perhaps", "MOCKSTYTCH_CLOSED: 'perhaps' isn't true or false"),
        ("MOCKSTYTCH_HOST", "a b", "MOCKSTYTCH_HOST: 'a b' isn't an address"),
        ("MOCKSTYTCH_RANDOM_SEED", "1.5", "MOCKSTYTCH_RANDOM_SEED: '1.5' isn't a number"),
        ("MOCKSTYTCH_SMTP", "x", "MOCKSTYTCH_SMTP: 'x' isn't a valid address"),
        ("MOCKSTYTCH_DB", "foo://x", "database: 'foo://x'"),
        ("MOCKSTYTCH_SEED", "absent.toml", "absent.toml can't be read"),
    ],
)
def test_value_that_is_not_valid_is_one_sentence(monkeypatch, variable, value, message):
    monkeypatch.setenv(variable, value)
    with pytest.raises((SettingError, MockError), match=re.escape(message)):
        MockStytch()


def test_empty_variable_is_the_same_as_none():
    assert options_from_environment(dict.fromkeys(_VARIABLES.values(), "")) == {}


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("off", False)])
def test_flag_is_read_as_by_the_command(text, value):
    assert options_from_environment({"MOCKSTYTCH_CLOSED": text}) == {"closed": value}


def test_every_option_of_the_command_has_its_variable():
    """The handle has no https listener, and prints nothing."""
    import click

    @click.command()
    def command() -> None: ...

    for option in _OPTIONS:
        command = option(command)
    variables = {parameter.envvar for parameter in command.params}
    handled = {*_VARIABLES.values(), "MOCKSTYTCH_SEED"}
    assert variables - handled == {"MOCKSTYTCH_TLS_PORT", "MOCKSTYTCH_QUIET"}
    assert handled <= variables


def test_documentation_lists_the_variables():
    page = (Path(__file__).parent.parent.parent / "docs" / "python.md").read_text(encoding="utf-8")
    assert [variable for variable in _VARIABLES.values() if f"`{variable}`" not in page] == []
