"""The types of the Python handle agree with the server's."""

from typing import get_args, get_type_hints

import msgspec
import pytest

import mockstytch
from mockstytch.client import models, project_settings
from mockstytch.control.fraud import DeviceBody, EmailRiskBody
from mockstytch.control.identity_providers import NextIdentityBody
from mockstytch.control.request_log.filters import PARAMETERS
from mockstytch.control.scim import ScimOperation
from mockstytch.domain.login import named_factors
from mockstytch.settings import Settings
from mockstytch.store.records import projects
from mockstytch.store.records.webhooks import Attempt


def names(struct):
    return {field.name for field in msgspec.structs.fields(struct)}


def keys(typed_dict):
    return set(get_type_hints(typed_dict))


@pytest.mark.parametrize(
    ("typed_dict", "struct", "excluded"),
    [
        (models.ServerOptions, Settings, {"project_id", "secret"}),
        (models.IdentityDetails, NextIdentityBody, {"provider", "email"}),
        (models.ScimOperation, ScimOperation, set()),
        (models.DeviceDetails, DeviceBody, {"action", "reasons"}),
        (models.EmailDetails, EmailRiskBody, {"action", "email_address"}),
        (models.WebhookEndpointSettings, projects.WebhookEndpoint, set()),
        (project_settings.RedirectUrlUse, projects.UrlUse, set()),
        (project_settings.RedirectUrl, projects.RedirectUrl, set()),
        (project_settings.Permission, projects.Permission, set()),
        (project_settings.Role, projects.Role, set()),
        (project_settings.Resource, projects.Resource, set()),
        (project_settings.Scope, projects.Scope, set()),
        (project_settings.RbacPolicy, projects.RbacPolicy, set()),
        (project_settings.RateLimit, projects.RateLimit, set()),
        (project_settings.PasswordPolicy, projects.PasswordPolicy, set()),
        (project_settings.UserLock, projects.UserLock, set()),
        (project_settings.JwtTemplate, projects.JwtTemplate, set()),
        (project_settings.PemFile, projects.PemFile, set()),
        (project_settings.TrustedTokenProfile, projects.TrustedTokenProfile, set()),
        (project_settings.EventLogDestination, projects.EventLogDestination, set()),
    ],
)
def test_arguments_match_the_fields_of_the_server(typed_dict, struct, excluded):
    assert keys(typed_dict) == names(struct) - excluded


def test_filters_of_requests_match_the_server():
    assert keys(models.RequestFilters) == {*PARAMETERS} - {"limit", "project_id"}


def test_factor_names_match_the_server():
    assert get_args(models.FactorName) == named_factors.NAMES


def test_project_settings_match_the_server(mock):
    assert keys(project_settings.ProjectSettings) == names(projects.ProjectSettings) | {"name"}
    assert keys(project_settings.ProjectDetails) == set(mock.configure())


def test_webhook_attempt_has_the_fields_of_the_server():
    assert names(models.WebhookAttempt) == names(Attempt)


def test_logged_request_has_the_fields_of_the_control_api(mock, client):
    client.debug.whoami()
    assert names(models.LoggedRequest) == set(mock.call("GET", "/requests")["requests"][0])


def test_message_has_the_fields_of_the_control_api(mock, client):
    client.magic_links.email.discovery.send("ada@acme.test")
    assert names(models.Message) == set(mock.call("GET", "/messages/latest"))
    assert mock.inbox.latest().link.startswith(mock.url)


def test_public_names_can_be_imported():
    assert [name for name in mockstytch.__all__ if getattr(mockstytch, name, None) is None] == []
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = mockstytch.nothing


def test_options_of_a_running_server_are_refused(mock):
    with pytest.raises(TypeError, match="closed: can't be set on a server that is already running"):
        mockstytch.MockStytch(url=mock.url, closed=True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "127.0.0.1:9", "http://["])
def test_unreachable_server_is_a_mock_error(url):
    with pytest.raises(mockstytch.MockError, match="No mockstytch server at") as caught:
        mockstytch.MockStytch(url=url).requests()
    assert caught.value.error_type == ""


def test_other_server_is_a_mock_error(other_server):
    with pytest.raises(mockstytch.MockError, match="isn't a mockstytch server"):
        mockstytch.MockStytch(url=other_server).requests()
