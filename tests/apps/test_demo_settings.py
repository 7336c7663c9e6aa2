"""The demo app's settings from environment variables."""

import re

import pytest

from demo_app import Settings

CREDENTIALS = {"STYTCH_PROJECT_ID": "project-test-1", "STYTCH_SECRET": "s"}


def test_defaults():
    settings = Settings.from_env(CREDENTIALS)
    assert (settings.environment, settings.port, settings.inbox_url) == (None, 3000, "")
    assert settings.redirect_url == "http://localhost:3000/authenticate"
    assert settings.session_secret != Settings.from_env(CREDENTIALS).session_secret


def test_variables_replace_the_defaults():
    live = CREDENTIALS | {
        "STYTCH_ENV": "live",
        "DEMO_BASE_URL": "https://app.test/",
        "DEMO_PORT": "3100",
        "DEMO_SESSION_SECRET": "k",
    }
    settings = Settings.from_env(live)
    assert (settings.environment, settings.port, settings.session_secret) == ("live", 3100, "k")
    assert settings.redirect_url == "https://app.test/authenticate"
    assert (settings.host, settings.api_url) == ("127.0.0.1", "https://api.stytch.com")
    settings = Settings.from_env(live | {"DEMO_API_URL": "http://localhost:4700/", "DEMO_HOST": "0.0.0.0"})
    assert (settings.host, settings.api_url) == ("0.0.0.0", "http://localhost:4700")


def test_secrets_are_not_in_the_repr():
    assert "secret" not in repr(Settings.from_env(CREDENTIALS | {"DEMO_SESSION_SECRET": "k"}))


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "Set STYTCH_PROJECT_ID and STYTCH_SECRET to"),
        ({"STYTCH_PROJECT_ID": "p"}, "Set STYTCH_SECRET to"),
        (CREDENTIALS | {"STYTCH_ENV": "prod"}, "STYTCH_ENV='prod' isn't valid"),
        (CREDENTIALS | {"DEMO_PORT": "http"}, "DEMO_PORT='http' isn't a valid port"),
    ],
)
def test_invalid_settings_are_refused_with_one_line(environ, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        Settings.from_env(environ)
    assert "\n" not in str(caught.value)
