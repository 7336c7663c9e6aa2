"""The options of ``serve``: a value that can't be used is one line on stderr, whichever way it was given."""

import httpx
import pytest
from click.testing import CliRunner

from mockstytch import MockStytch, Settings
from mockstytch.cli.serve import serve
from mockstytch.settings import SettingError, parse_address

DIGITS = "9" * 5000

REFUSED = {
    "--public-url": [
        *("foo", "https://a/?x=1", "https://a/#x", "https://u:p@a/", "ftp://a", "https://", "https://a b/", "//a"),
        *(
            "https://a:0",
            "https://a:70000",
            f"https://a:{DIGITS}",
            "http://[x",
            'http://a/"x',
            "https://a\\b",
            "https://ü",
        ),
    ],
    "--smtp": [
        "foo",
        "foo:",
        ":25",
        "foo:bar",
        "foo:0",
        "foo:70000",
        f"foo:{DIGITS}",
        "http://a:25",
        "::1:25",
        "a b:25",
    ],
    "--db": ["foo://x", "://", f"postgresql://x:{DIGITS}/y", "oracle://x", "sqlite+nothing:///x"],
    "--port": ["70000", "-1", "many", DIGITS, "1.5"],
    "--tls-port": ["70000", "-1", "many", DIGITS],
    "--random-seed": ["many", "1.5", DIGITS],
    "--host": ["", "a b", "a..b", "http://a", "a/b", "ü", "a" * 64, "x" * 300],
    "--allowed-host": ["", "http://mock", "mock:4700", "mock/x", "evil@mock", "*", "mo ck"],
}
VARIABLES = {"--db": "MOCKSTYTCH_DB", "--allowed-host": "MOCKSTYTCH_ALLOWED_HOST"}


def started_with(monkeypatch, args=(), env=None):
    """Run ``serve``, and return its error. It must not get as far as to serve."""
    monkeypatch.setattr("mockstytch.cli.serve.run", lambda *_: pytest.fail("the server started"))
    return CliRunner().invoke(serve, ["--port", "0", *args], env=env, standalone_mode=False).exception


CASES = [(option, value) for option, values in REFUSED.items() for value in values]


@pytest.mark.parametrize(("option", "value"), CASES, ids=[f"{o} {v[:20]}" for o, v in CASES])
def test_unusable_value_is_refused(monkeypatch, option, value):
    error = started_with(monkeypatch, [option, value])
    assert error.exit_code == 2
    assert option in error.format_message()


@pytest.mark.parametrize(("option", "value"), [(o, v[-1]) for o, v in REFUSED.items()])
def test_unusable_value_of_a_variable_is_refused(monkeypatch, option, value):
    variable = VARIABLES.get(option, f"MOCKSTYTCH_{option[2:].upper().replace('-', '_')}")
    args = [] if option != "--port" else ()
    monkeypatch.setattr("mockstytch.cli.serve.run", lambda *_: pytest.fail("the server started"))
    port = {} if option == "--port" else {"MOCKSTYTCH_PORT": "0"}
    error = CliRunner().invoke(serve, args, env={**port, variable: value}, standalone_mode=False).exception
    assert error.exit_code == 2
    assert option in error.format_message()


@pytest.mark.parametrize("variable", ["MOCKSTYTCH_CLOSED", "MOCKSTYTCH_JSON"])
def test_flag_of_a_variable_must_be_a_boolean(monkeypatch, variable):
    assert started_with(monkeypatch, env={variable: "perhaps"}).exit_code == 2


@pytest.mark.parametrize(
    "args", [["--public-url", f"https://a:{DIGITS}"], ["--port", DIGITS], ["--nonsense"], ["--db", "x://y"]]
)
def test_message_is_one_short_line(run, args):
    finished = run("serve", *args)
    assert finished.returncode == 2
    assert finished.stderr.startswith("Error: ")
    assert finished.stderr.count("\n") == 1
    assert len(finished.stderr) < 600


@pytest.mark.parametrize(
    "settings",
    [
        {"public_url": "foo"},
        {"smtp": "foo"},
        {"database": "foo://x"},
        {"port": 70_000},
        {"port": 10**5000},
        {"host": ""},
        {"allowed_hosts": ("mock:4700",)},
        {"allowed_hosts": "mock"},
        {"allowed_hosts": [1]},
        {"database": None},
        {"port": "4700"},
        {"closed": "false"},
        {"keep_ended": 1.5},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_server_in_a_test_refuses_the_same_values(settings):
    with pytest.raises(SettingError, match=rf"^{next(iter(settings))}: "):
        MockStytch(**settings)


def test_server_in_a_test_takes_paths_and_lists(tmp_path):
    file = tmp_path / "mock.sqlite"
    with MockStytch(database=file, allowed_hosts=["Mock"]) as mock:
        assert httpx.get(mock.url + "/_mock/api/health", headers={"Host": "mock"}).status_code == 200
    assert file.exists()


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"public_url": "https://auth.example.com/"}, "https://auth.example.com"),
        ({"public_url": "http://localhost:4700/mock//"}, "http://localhost:4700/mock"),
        ({"public_url": "http://[::1]:4700"}, "http://[::1]:4700"),
        ({"host": "::"}, "::"),
        ({"host": "fe80::1%eth0"}, "fe80::1%eth0"),
        ({"host": "a_b.example"}, "a_b.example"),
        ({"allowed_hosts": ("Mock", "a.example")}, ("mock", "a.example")),
        ({"smtp": "[::1]:25"}, "[::1]:25"),
    ],
)
def test_usable_value_is_accepted(given, stored):
    assert getattr(Settings(**given), next(iter(given))) == stored


def test_address_of_a_mail_server_is_a_host_and_a_port():
    assert parse_address("mail.test:1025") == ("mail.test", 1025)
    assert parse_address("[::1]:25") == ("::1", 25)
