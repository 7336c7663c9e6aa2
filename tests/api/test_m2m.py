"""M2M clients: settings, search, secrets and tokens."""

import base64
import json

import jwt
import pytest
from stytch.core.response_base import StytchError

from mockstytch.store.records.oauth_server import M2MClient

SECRET = "correct-horse-battery"


@pytest.fixture
def machine(client):
    return client.m2m.clients.create(["read:users", "write:users"], client_name="Billing").m2m_client


def token_of(client, machine, secret="", **options):
    return client.m2m.token(machine.client_id, secret or machine.client_secret, **options).access_token


def claims_of(client, token):
    key = client.m2m.jwks_client.get_signing_key_from_jwt(token).key
    return jwt.decode(token, key, algorithms=["RS256"], audience=client.m2m.project_id)


# Clients


def test_client_is_created_read_and_deleted(client, refused, machine):
    assert machine.client_id.startswith("m2m-client-test-")
    assert len(machine.client_secret) == 44
    assert machine.client_secret_last_four == machine.client_secret[-4:]
    read = client.m2m.clients.get(machine.client_id).m2m_client
    assert (read.status, read.scopes, read.client_name) == ("active", ["read:users", "write:users"], "Billing")
    assert "client_secret" not in read.model_dump()
    assert client.m2m.clients.delete(machine.client_id).client_id == machine.client_id
    assert refused(client.m2m.clients.get, machine.client_id) == "m2m_client_not_found"
    assert refused(client.m2m.clients.delete, machine.client_id) == "m2m_client_not_found"


def test_given_id_and_secret_are_kept(client, refused):
    billing = client.m2m.clients.create([], client_id="billing", client_secret=SECRET).m2m_client
    assert (billing.client_id, billing.client_secret) == ("billing", SECRET)
    assert token_of(client, billing)
    assert refused(client.m2m.clients.create, [], client_id="billing") == "duplicate_m2m_client_id"


def test_secret_is_stored_as_a_hash(client, rows, machine):
    with rows() as ctx:
        (row,) = ctx.store.all(M2MClient)
    assert machine.client_secret not in repr(row)


def test_update_changes_only_sent_fields(client, machine):
    client.m2m.clients.update(machine.client_id, trusted_metadata={"a": 1, "b": 2})
    changed = client.m2m.clients.update(
        machine.client_id, client_description="Bills", scopes=["read:users", "read:users"], trusted_metadata={"a": None}
    ).m2m_client
    assert (changed.client_name, changed.client_description) == ("Billing", "Bills")
    assert (changed.scopes, changed.trusted_metadata) == (["read:users"], {"b": 2})


def test_too_many_scopes_are_refused(client, refused):
    many = [f"scope:{n}" for n in range(257)]
    assert refused(client.m2m.clients.create, many) == "too_many_m2m_client_scopes"


def test_metrics_count_m2m_clients(client, machine):
    counts = {m.metric_type.value: m.count for m in client.project.metrics().metrics}
    assert counts["M2M_CLIENT_COUNT"] == 1


# Search


@pytest.fixture
def search(client):
    for name, scopes in (("a", ["read"]), ("b", ["read", "write"]), ("c", ["write:all"])):
        client.m2m.clients.create(scopes, client_id=f"{name}-client", client_name=name)

    def call(*operands, operator="AND", **options):
        filters = [{"filter_name": name, "filter_value": value} for name, value in operands]
        query = {"operator": operator, "operands": filters}
        return "".join(c.client_name for c in client.m2m.clients.search(query=query, **options).m2m_clients)

    return call


def test_search_applies_filters(search):
    assert search() == "cba"
    assert search(("client_id", ["a-client", "c-client"])) == "ca"
    assert search(("client_name", ["b"])) == "b"
    assert search(("client_name", ["B"])) == ""
    assert search(("scopes", ["write"])) == "b"
    assert search(("scopes", ["write", "write:all"])) == "cb"
    assert search(("client_name", ["b"]), ("scopes", ["write:all"])) == ""
    assert search(("client_name", ["b"]), ("scopes", ["write:all"]), operator="OR") == "cb"


def test_search_returns_pages_newest_first(search, client):
    first = client.m2m.clients.search(limit=2)
    assert [c.client_name for c in first.m2m_clients] == ["c", "b"]
    assert first.results_metadata.total == 3
    rest = client.m2m.clients.search(limit=2, cursor=first.results_metadata.next_cursor)
    assert [c.client_name for c in rest.m2m_clients] == ["a"]
    assert rest.results_metadata.next_cursor is None


@pytest.mark.parametrize(
    ("operand", "error_type"),
    [
        ({"filter_value": ["x"]}, "m2m_search_missing_filter_name"),
        ({"filter_name": 5, "filter_value": ["x"]}, "m2m_search_filter_name_must_be_string"),
        ({"filter_name": "name", "filter_value": ["x"]}, "m2m_search_filter_name_not_recognized"),
        ({"filter_name": "scopes"}, "m2m_search_missing_filter_value"),
        ({"filter_name": "scopes", "filter_value": []}, "m2m_search_missing_filter_value"),
        ({"filter_name": "scopes", "filter_value": "x"}, "m2m_search_expected_array_of_strings"),
        ({"filter_name": "client_id", "filter_value": [5]}, "m2m_search_expected_array_of_strings"),
    ],
)
def test_invalid_search_operand_is_refused(client, refused, operand, error_type):
    assert refused(client.m2m.clients.search, query={"operator": "AND", "operands": [operand]}) == error_type


# Secrets


def test_both_secrets_work_during_a_rotation(client, refused, machine):
    secrets = client.m2m.clients.secrets
    started = secrets.rotate_start(machine.client_id).m2m_client
    assert started.next_client_secret_last_four == started.next_client_secret[-4:]
    assert client.m2m.clients.get(machine.client_id).m2m_client.next_client_secret_last_four
    assert refused(secrets.rotate_start, machine.client_id) == "m2m_client_already_rotating_secret"
    assert token_of(client, machine)
    assert token_of(client, machine, started.next_client_secret)
    rotated = secrets.rotate(machine.client_id).m2m_client
    assert rotated.client_secret_last_four == started.next_client_secret[-4:]
    assert rotated.next_client_secret_last_four is None
    assert token_of(client, machine, started.next_client_secret)
    assert refused(client.m2m.token, machine.client_id, machine.client_secret) == "invalid_client"


def test_cancelled_rotation_discards_the_next_secret(client, refused, machine):
    secrets = client.m2m.clients.secrets
    assert refused(secrets.rotate_cancel, machine.client_id) == "m2m_client_not_rotating_secret"
    assert refused(secrets.rotate, machine.client_id) == "m2m_client_not_rotating_secret"
    started = secrets.rotate_start(machine.client_id).m2m_client
    assert secrets.rotate_cancel(machine.client_id).m2m_client.next_client_secret_last_four is None
    assert refused(client.m2m.token, machine.client_id, started.next_client_secret) == "invalid_client"
    assert token_of(client, machine)


# Tokens


def test_token_is_valid_for_the_official_client(client, machine):
    response = client.m2m.token(machine.client_id, machine.client_secret, ["read:users"])
    assert (response.token_type, response.expires_in) == ("bearer", 3600)
    claims = client.m2m.authenticate_token(response.access_token, required_scopes=["read:users"])
    assert (claims.client_id, claims.scopes) == (machine.client_id, ["read:users"])
    assert client.m2m.authenticate_token(response.access_token, required_scopes=["write:users"]) is None


def test_token_has_standard_claims(client, mock, machine):
    claims = claims_of(client, token_of(client, machine))
    assert claims == {
        "aud": [mock.project_id],
        "exp": claims["iat"] + 3600,
        "iat": claims["iat"],
        "iss": f"stytch.com/{mock.project_id}",
        "nbf": claims["iat"],
        "scope": "read:users write:users",
        "sub": machine.client_id,
    }


def test_template_adds_claims_and_an_audience(client, mock, machine):
    client.m2m.clients.update(machine.client_id, trusted_metadata={"tier": 3})
    content = json.dumps({"tier": "{{ client.trusted_metadata.tier }}", "who": "{{ client.client_name }}", "sub": "x"})
    template = {"template_type": "M2M", "template_content": content, "custom_audience": "https://api.acme.test"}
    mock.configure(jwt_templates=[template])
    claims = claims_of(client, token_of(client, machine))
    assert (claims["tier"], claims["who"], claims["sub"]) == (3, "Billing", machine.client_id)
    assert claims["aud"] == [mock.project_id, "https://api.acme.test"]


def test_inactive_client_gets_no_new_tokens(client, refused, machine):
    before = token_of(client, machine)
    client.m2m.clients.update(machine.client_id, status="inactive")
    assert refused(client.m2m.token, machine.client_id, machine.client_secret) == "unauthorized_client"
    assert client.m2m.authenticate_token(before)
    client.m2m.clients.update(machine.client_id, status="active")
    assert token_of(client, machine)


def test_deleted_client_gets_no_token(client, refused, machine):
    client.m2m.clients.delete(machine.client_id)
    assert refused(client.m2m.token, machine.client_id, machine.client_secret) == "invalid_client"


def test_unassigned_scope_is_refused(client, refused, machine, given):
    assert (
        refused(client.m2m.token, machine.client_id, machine.client_secret, ["read:users", "root"]) == "invalid_scope"
    )
    assert given.because() == "not assigned to the client: root"


# The token endpoint, as standard OAuth clients call it


@pytest.fixture
def request_token(mock, http):
    """``request_token(headers, data=...)``: call the token endpoint without a client library."""
    http.auth = None

    def call(headers=None, **options):
        response = http.post(f"/v1/public/{mock.project_id}/oauth2/token", headers=headers or {}, **options)
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["access-control-allow-origin"] == "*"
        return response

    return call


def basic(user, password):
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_credentials_are_accepted_in_form_json_and_header(request_token, machine):
    sent = {"grant_type": "client_credentials"}
    own = {"client_id": machine.client_id, "client_secret": machine.client_secret}
    header = basic(machine.client_id, machine.client_secret)
    for response in (
        request_token(data=sent | own),
        request_token(json=sent | own),
        request_token(header, data=sent),
        request_token(header, json=sent),
        request_token(header, data=sent | {"client_id": machine.client_id}),
    ):
        assert response.status_code == 200
        assert response.json()["access_token"]


@pytest.mark.parametrize(
    ("options", "status", "error"),
    [
        ({"data": {}}, 400, "invalid_request"),
        ({"content": b"{"}, 400, "invalid_request"),
        ({"content": b"[]"}, 400, "invalid_request"),
        ({"json": {"grant_type": 5}}, 400, "invalid_request"),
        ({"data": {"grant_type": "password", "username": "a", "password": "b"}}, 400, "unsupported_grant_type"),
        ({"data": {"grant_type": "client_credentials"}}, 400, "invalid_client"),
        ({"data": {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}}, 400, "invalid_client"),
        (
            {
                "content": b"grant_type=client_credentials&grant_type=client_credentials",
                "headers": {"content-type": "application/x-www-form-urlencoded"},
            },
            400,
            "invalid_request",
        ),
        (
            {"content": b"grant_type=\xff", "headers": {"content-type": "application/x-www-form-urlencoded"}},
            400,
            "invalid_request",
        ),
        (
            {"data": {"grant_type": "client_credentials"}, "headers": {"authorization": "Basic !"}},
            401,
            "invalid_client",
        ),
        ({"data": {"grant_type": "client_credentials"}, "headers": basic("x", "y")}, 401, "invalid_client"),
    ],
)
def test_invalid_token_request_is_refused(request_token, options, status, error):
    response = request_token(**options)
    body = response.json()
    assert (response.status_code, body["status_code"], body["error"]) == (status, status, error)
    assert list(body) == ["status_code", "request_id", "error", "error_description", "error_uri"]
    assert ("www-authenticate" in response.headers) == (status == 401)


def test_official_client_gets_400_for_wrong_credentials(client, machine):
    with pytest.raises(StytchError) as caught:
        client.m2m.token(machine.client_id, "wrong")
    assert (caught.value.details.status_code, caught.value.details.error_type) == (400, "invalid_client")


@pytest.mark.parametrize("scopes", [["read:users"], "read:users"])
def test_scopes_are_accepted_as_a_list(request_token, client, machine, scopes):
    own = {"client_id": machine.client_id, "client_secret": machine.client_secret}
    body = request_token(json={"grant_type": "client_credentials", "scopes": scopes, **own}).json()
    assert client.m2m.authenticate_token(body["access_token"]).scopes == ["read:users"]
    refusal = request_token(json={"grant_type": "client_credentials", "scopes": ["root"], **own}).json()
    assert refusal["error"] == "invalid_scope"


def test_credentials_in_header_and_body_are_refused(request_token, machine):
    sent = {"grant_type": "client_credentials", "client_secret": machine.client_secret, "client_id": machine.client_id}
    response = request_token(basic(machine.client_id, machine.client_secret), data=sent)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_too_large_body_is_refused(request_token):
    assert request_token(content=b"x" * 1_100_000).status_code == 413


def test_invalid_project_id_is_refused(http):
    response = http.post("/v1/public/nonsense/oauth2/token", data={})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_project_id")
