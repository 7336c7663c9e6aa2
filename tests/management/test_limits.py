"""The numbers of objects that the management API allows."""

import pytest

PEM = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----"


def create_all(http, path, bodies):
    """Create objects, and return the error of the last request. The others must succeed."""
    *allowed, last = [http.post(path, json=body) for body in bodies]
    assert {response.status_code for response in allowed} <= {200}, allowed[-1].text
    return last.json().get("error_type", "")


@pytest.fixture
def environment(mock, slugs):
    return f"{mock.url}/pwa/v3/projects/{slugs.project_slug}/environments/{slugs.environment_slug}"


def test_environment_has_at_most_50_secrets(management_http, environment, limits):
    existing = len(management_http.get(f"{environment}/secrets").json()["secrets"])
    error = create_all(management_http, f"{environment}/secrets", [{}] * (51 - existing))
    assert error == "too_many_secrets"
    assert len(management_http.get(f"{environment}/secrets").json()["secrets"]) == 50


def test_environment_has_at_most_50_public_tokens(management_http, environment, limits):
    existing = len(management_http.get(f"{environment}/public_tokens").json()["public_tokens"])
    error = create_all(management_http, f"{environment}/public_tokens", [{}] * (51 - existing))
    assert error == "too_many_public_tokens"


def test_environment_has_at_most_100_redirect_urls(management_http, environment, limits):
    path = f"{environment}/redirect_urls"
    existing = len(management_http.get(f"{path}/all").json()["redirect_urls"])
    urls = [
        {"url": f"https://app.example/{n}", "valid_types": [{"type": "LOGIN", "is_default": False}]}
        for n in range(101 - existing)
    ]
    assert create_all(management_http, path, urls) == "too_many_redirect_urls"
    again = {**urls[0], "valid_types": [{"type": "SIGNUP", "is_default": False}]}
    assert management_http.post(path, json=again).status_code == 200  # it is registered already


def test_project_has_at_most_100_email_templates(mock, slugs, management_http, limits):
    path = f"{mock.url}/pwa/v3/projects/{slugs.project_slug}/email_templates"
    templates = [
        {"template_id": f"template-{n}", "name": "x", "prebuilt_customization": {"button_color": "#105ee9"}}
        for n in range(101)
    ]
    assert create_all(management_http, path, templates) == "too_many_email_templates"


def test_environment_has_at_most_one_event_log_destination(management_http, environment, limits):
    path = f"{environment}/event_log_streaming"
    datadog = {"datadog": {"api_key": "0123456789abcdef" * 2, "site": "US"}}
    loki = {"grafana_loki": {"hostname": "logs.example", "username": "1", "password": "x1234"}}
    destinations = [
        {"destination_type": "DATADOG", "destination_config": datadog},
        {"destination_type": "GRAFANA_LOKI", "destination_config": loki},
    ]
    assert create_all(management_http, path, destinations) == "event_log_streaming_too_many_destinations"


def test_profile_has_at_most_5_pem_files(management_http, environment, limits):
    path = f"{environment}/trusted_token_profiles"
    pem = PEM.replace("\\n", "\n")
    profile = {"name": "x", "audience": "a", "issuer": "https://i.example", "public_key_type": "PEM"}
    profile["attribute_mapping"] = {"email": "email", "token_id": "jti"}
    made = management_http.post(path, json={**profile, "pem_files": [pem] * 5})
    assert made.status_code == 200, made.text
    keys = f"{path}/{made.json()['profile']['profile_id']}/keys"
    error = "too_many_pem_files_for_trusted_token_profile"
    assert management_http.post(keys, json={"public_key": pem}).json()["error_type"] == error
    assert management_http.post(path, json={**profile, "pem_files": [pem] * 6}).json()["error_type"] == error


def test_workspace_has_at_most_50_projects(mock, management_http, limits):
    created = []
    for n in range(51):
        answer = management_http.post(f"{mock.url}/pwa/v3/projects", json={"name": f"Project {n}", "vertical": "B2B"})
        if answer.status_code != 200:
            break
        created.append(answer.json()["project"]["project_slug"])
    assert answer.json()["error_type"] == "too_many_projects"
    for slug in created:
        management_http.delete(f"{mock.url}/pwa/v3/projects/{slug}")


def test_limits_can_be_turned_off(management_http, environment):
    assert create_all(management_http, f"{environment}/secrets", [{}] * 52) == ""
