"""The types of the Python handle agree with the server's."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import get_type_hints

import msgspec
import pytest
from mockstytch.control.next_identity import NextIdentityBody

import mockstytch
from mockstytch.client import models, project_settings
from mockstytch.control.fraud import DeviceBody, EmailRiskBody
from mockstytch.control.scim import Operation
from mockstytch.runtime import RequestLogEntry
from mockstytch.settings import Settings
from mockstytch.store.records import projects
from mockstytch.store.records.webhooks import Attempt


@pytest.fixture
def other_server():
    """The URL of a server that isn't mockstytch."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<p>Hello</p>")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def names(struct):
    return {field.name for field in msgspec.structs.fields(struct)}


def keys(typed_dict):
    return set(get_type_hints(typed_dict))


@pytest.mark.parametrize(
    ("typed_dict", "struct", "left_out"),
    [
        (models.ServerOptions, Settings, {"project_id", "secret"}),
        (models.IdentityDetails, NextIdentityBody, {"provider", "email"}),
        (models.ScimOperation, Operation, set()),
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
        (project_settings.PasswordPolicy, projects.PasswordPolicy, set()),
        (project_settings.UserLock, projects.UserLock, set()),
        (project_settings.JwtTemplate, projects.JwtTemplate, set()),
        (project_settings.PemFile, projects.PemFile, set()),
        (project_settings.TrustedTokenProfile, projects.TrustedTokenProfile, set()),
        (project_settings.EventLogDestination, projects.EventLogDestination, set()),
    ],
)
def test_arguments_are_the_fields_of_the_server(typed_dict, struct, left_out):
    assert keys(typed_dict) == names(struct) - left_out


def test_project_settings_are_those_of_the_server(mock):
    assert keys(project_settings.ProjectSettings) == names(projects.ProjectSettings) | {"name"}
    assert keys(project_settings.ProjectDetails) == set(mock.configure())


@pytest.mark.parametrize(
    ("model", "struct"), [(models.LoggedRequest, RequestLogEntry), (models.WebhookAttempt, Attempt)]
)
def test_results_are_the_fields_of_the_server(model, struct):
    assert names(model) == names(struct)


def test_message_has_the_fields_of_the_control_api(mock, client):
    client.magic_links.email.discovery.send("ada@acme.test")
    assert names(models.Message) == set(mock.call("GET", "/messages/latest"))
    assert mock.inbox.latest().link.startswith(mock.url)


def test_public_names_can_be_imported():
    assert [name for name in mockstytch.__all__ if getattr(mockstytch, name, None) is None] == []
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = mockstytch.nothing


def test_entry_can_be_read_like_a_dict(mock, client):
    client.debug.whoami()
    (entry,) = mock.requests()
    assert entry["path"] == entry.path == "/v1/debug/whoami"
    with pytest.raises(KeyError):
        _ = entry["nothing"]


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
