"""The limits that functions check themselves, with a request of any size."""

import json
from collections.abc import Callable

import pytest

from mockstytch import MockError
from tests.api.sso_visits import saml_keys
from tests.contract.stories_of_scim import connected
from tests.matrix.function_limits import FUNCTION_LIMITS
from tests.matrix.limits import Send, WrittenLimit, at_most
from tests.matrix.single_use import Setup
from tests.scim.directory import Directory

READER = {
    "role_id": "reader",
    "description": "",
    "permissions": [{"resource_id": "stytch.member", "actions": ["search"]}],
}


def _url(size: int) -> str:
    return "https://acme.test/".ljust(size, "a")


def _object(size: int) -> dict[str, str]:
    """Return an object whose JSON has this size."""
    return {"k": "x" * (size - len('{"k":""}'))}


def redirect_url(s: Setup) -> Send:
    send = s.client.magic_links.email.login_or_signup
    return lambda size: s.call(send, "acme", "ada@acme.test", login_redirect_url=_url(size))()


def app_redirect_url(s: Setup) -> Send:
    create = s.client.connected_app.clients.create
    return lambda size: s.call(create, client_type="third_party", redirect_urls=[_url(size)])()


def logo_url(s: Setup) -> Send:
    update = s.client.organizations.update
    return lambda size: s.call(update, "acme", organization_logo_url=_url(size))()


def organization_name(s: Setup) -> Send:
    return lambda size: s.call(s.client.organizations.update, "acme", organization_name="a" * size)()


def external_id(s: Setup) -> Send:
    return lambda size: s.call(s.client.organizations.update, "acme", organization_external_id="a" * size)()


def code_verifier(s: Setup) -> Send:
    """A verifier that is too long has another error than one that doesn't match."""
    token = s.given.link_token(s.acme, "ada@acme.test")
    return lambda size: s.call(s.client.magic_links.authenticate, token, pkce_code_verifier="a" * size)()


def role_name(s: Setup) -> Send:
    set_policy = s.client.rbac.organizations.set_org_policy
    return lambda size: s.call(set_policy, "acme", {"roles": [{**READER, "role_id": "a" * size}]})()


def role_description(s: Setup) -> Send:
    set_policy = s.client.rbac.organizations.set_org_policy
    return lambda size: s.call(set_policy, "acme", {"roles": [{**READER, "description": "a" * size}]})()


def _control(call: Callable[[int], object]) -> Send:
    """Return a call of the control API as a request."""

    def send(size: int) -> str:
        try:
            call(size)
        except MockError as error:
            return error.error_type
        return ""

    return send


def impersonation_reason(s: Setup) -> Send:
    return _control(lambda size: s.mock.impersonation_token("acme", s.ada.member_id, reason="a" * size))


def webhook_endpoints(s: Setup) -> Send:
    urls = [f"http://127.0.0.1:9/{number}" for number in range(100)]
    return _control(lambda size: s.mock.webhooks.set(*urls[:size]))


def jwt_template(s: Setup) -> Send:
    def change(size: int) -> None:
        template = json.dumps(_object(size), separators=(",", ":"))
        s.mock.configure(jwt_templates=[{"template_type": "SESSION", "template_content": template}])

    return _control(change)


def directory_pushes(s: Setup) -> Send:
    """The operations lack a field, so none of them runs. The reason names the first problem."""
    push = {"connection_id": connected(s.given).connection_id}
    operation = {"op": "delete_group"}

    def send(size: int) -> str:
        with pytest.raises(MockError) as caught:
            s.mock.call("POST", "/scim/push", body=push | {"operations": [operation] * size})
        return str(caught.value).partition("(")[2].rstrip(")")

    return send


def scopes(s: Setup) -> Send:
    create = s.client.m2m.clients.create
    return lambda size: s.call(create, [f"scope:{number}" for number in range(size)])()


def client_secret(s: Setup) -> Send:
    create = s.client.m2m.clients.create
    return lambda size: s.call(create, [], client_secret="xq7#Lm2$vR9!"[:size])()


def metadata_keys(s: Setup) -> Send:
    update = s.client.organizations.members.update
    name = {"organization_id": "acme", "member_id": s.ada.member_id}
    return lambda size: s.call(update, **name, trusted_metadata={str(number): 1 for number in range(size)})()


def metadata_bytes(s: Setup) -> Send:
    update = s.client.organizations.members.update
    name = {"organization_id": "acme", "member_id": s.ada.member_id}
    return lambda size: s.call(update, **name, trusted_metadata=_object(size))()


def claims_bytes(s: Setup) -> Send:
    session = s.session
    authenticate = s.client.sessions.authenticate
    return lambda size: s.call(authenticate, session, session_custom_claims=_object(size))()


def fuzzy_search(s: Setup) -> Send:
    search = s.client.organizations.search
    query = {"operator": "AND", "operands": [{"filter_name": "organization_name_fuzzy", "filter_value": "acme"}]}

    def send(size: int) -> str:
        query["operands"] = [{"filter_name": "organization_name_fuzzy", "filter_value": "acme"[:size]}]
        return s.call(search, query=query)()

    return send


def client_secret_of_a_connection(s: Setup) -> Send:
    made = s.client.sso.oidc.create_connection("acme").connection.connection_id
    return lambda size: s.call(s.client.sso.oidc.update_connection, "acme", made, client_secret="a" * size)()


def entity_id(s: Setup) -> Send:
    made = s.client.sso.saml.create_connection("acme").connection.connection_id
    return lambda size: s.call(s.client.sso.saml.update_connection, "acme", made, idp_entity_id="a" * size)()


def _saml_key(field: str, which: int) -> Callable[[Setup], Send]:
    def prepare(s: Setup) -> Send:
        made = s.client.sso.saml.create_connection("acme").connection.connection_id
        update = s.client.sso.saml.update_connection

        def send(size: int) -> str:
            """Add keys until there are that many, and return the error of the last one."""
            error = ""
            for _ in range(size - send.count):  # type: ignore[attr-defined]
                error = s.call(update, "acme", made, **{field: saml_keys()[which]})()
            send.count = size  # type: ignore[attr-defined]
            return error

        send.count = 0  # type: ignore[attr-defined]
        return send

    return prepare


def request_body(s: Setup) -> Send:
    s.http.auth = (s.mock.project_id, s.mock.secret)

    def send(size: int) -> str:
        body = json.dumps({"organization_name": ""}).encode()
        body = body[:-1] + b" " * (size - len(body)) + b"}"
        response = s.http.post("/v1/b2b/organizations/search", content=body)
        return "" if response.status_code == 200 else str(response.status_code)

    return send


def _directory(s: Setup) -> tuple[Directory, str]:
    directory = Directory(connected(s.given))
    s.on_close.append(directory.http.close)
    return directory, f"/Users/{directory.create_user()['id']}"


def filter_length(s: Setup) -> Send:
    directory, _ = _directory(s)

    def send(size: int) -> str:
        text = 'userName eq "' + "x" * (size - len('userName eq ""')) + '"'
        return str(directory.send("POST", "/.search", {"filter": text}).status_code)

    return send


def patch_operations(s: Setup) -> Send:
    directory, path = _directory(s)
    operation = {"op": "replace", "path": "title", "value": "x"}
    return lambda size: str(directory.send("PATCH", path, {"Operations": [operation] * size}).status_code)


def attribute_values(s: Setup) -> Send:
    directory, path = _directory(s)

    def send(size: int) -> str:
        addresses = [{"value": f"ada-{number}@acme.test"} for number in range(size)]
        return str(directory.send("PUT", path, {"userName": "ada@acme.test", "emails": addresses}).status_code)

    return send


_MISSING = "operation 0: delete_group requires group"
_TOO_SHORT = "organization_search_organization_name_fuzzy_too_short"
_SETTINGS = "domain.organizations.organization_settings"
_SCIM_MODELS = "scim_server.resources.patch"

WRITTEN_LIMITS = [
    at_most("domain.shared.redirects.is_url", redirect_url, 2048, "invalid_login_redirect_url"),
    at_most("domain.oauth_server.connected_apps._split", app_redirect_url, 2048, "connected_app_invalid_redirect_url"),
    at_most(
        f"{_SETTINGS}._validated_columns",
        logo_url,
        2048,
        "organization_logo_url_too_long",
    ),
    at_most(
        f"{_SETTINGS}._require_consistent",
        organization_name,
        128,
        "invalid_organization_name",
    ),
    at_most("a pattern", external_id, 128, "invalid_organization_external_id"),
    at_most("a pattern", code_verifier, 128, "invalid_pkce_code_verifier", "pkce_did_not_expect_code_verifier"),
    at_most("domain.rbac.rbac_policy._require_valid_name", role_name, 128, "rbac_role_id_too_long"),
    at_most("domain.rbac.rbac_policy._require_short_description", role_description, 1024, "rbac_description_too_long"),
    at_most("domain.login.impersonation.create_token", impersonation_reason, 1024, "invalid_impersonation_reason"),
    at_most("domain.sessions.jwt_templates.validate", jwt_template, 16_384, "jwt_template_invalid_json"),
    at_most("domain.webhooks.validated_endpoints", webhook_endpoints, 50, "bad_request"),
    at_most("control.scim._parse_body", directory_pushes, 1000, "more than 1000 operations", _MISSING),
    at_most("domain.oauth_server.m2m.validated_scopes", scopes, 256, "too_many_m2m_client_scopes"),
    WrittenLimit(
        "domain.oauth_server.m2m.require_strong_secret",
        client_secret,
        8,
        7,
        "m2m_client_invalid_client_secret",
        "insecure_m2m_client_secret",
    ),
    at_most("domain.shared.metadata.merge", metadata_keys, 20, "metadata_too_many_keys"),
    at_most("domain.shared.metadata.merge", metadata_bytes, 4096, "metadata_too_large"),
    at_most("domain.shared.metadata.merge_claims", claims_bytes, 4096, "custom_claims_too_large"),
    WrittenLimit(
        "domain.shared.search._require_valid_value",
        fuzzy_search,
        3,
        2,
        _TOO_SHORT,
    ),
    at_most("domain.sso.sso_connections.require_text", client_secret_of_a_connection, 2048, "client_secret_too_long"),
    at_most("domain.sso.sso_connections.require_text", entity_id, 2048, "invalid_idp_entity_id"),
    at_most(
        "domain.sso.sso_connections.add_certificate",
        _saml_key("x509_certificate", 1),
        5,
        "too_many_sso_verification_certificates",
    ),
    at_most(
        "domain.sso.sso_connections.add_encryption_key",
        _saml_key("saml_encryption_private_key", 0),
        5,
        "too_many_encryption_certificates",
    ),
    at_most("a pattern", request_body, 1_000_000, "413"),
    at_most("scim_server.resource_search.search", filter_length, 2000, "400", "200"),
    at_most(_SCIM_MODELS, patch_operations, 1000, "413", "200"),
    at_most("scim_server.user_resources._require_few_values", attribute_values, 1000, "413", "200"),
    *FUNCTION_LIMITS,
]

# Comparisons with a limit that are tested elsewhere or have no visible boundary, each with the reason.
_HASHES = "protocols.password_hashes"
ELSEWHERE = {
    "seed_file.yaml_file._read": "tested in tests/seed/test_files.py",
    "api.passwords.session_reset": "a time, in tests/matrix/expiries.py",
    "api.sessions_exchange_token._require_exchangeable": "a time, in tests/matrix/expiries.py",
    "console.pages.message_search.conditions": "the parts of a search, in tests/console/test_inbox.py",
    "console.page.more": "how many rows a page shows, in tests/console",
    "console.pages.organizations._is_too_short": "in tests/console/test_organizations.py",
    "console.trail.mail_before": "which values of a body can be a link's token or a code, tests/console/test_trail.py",
    "domain.organizations.member_search._narrowing": "what is faster; the results are compared in tests/store",
    "control.faults.checks._check_numbers": "tests/faults/test_rules.py",
    "control.faults.routes.add": "tests/faults/test_rules.py",
    "control.faults.routes.routes": "tests/faults/test_rules.py",
    "evidence.bodies.clean": "how much of a body is shown, in tests/control/test_request_log.py",
    "evidence.curl._body": "how much of a body is shown, in tests/control/test_request_log.py",
    "evidence.hints.fields._no_value": "how many values a hint lists, in tests/control/test_hints.py",
    "evidence.hints.fields.unknown": "how many fields a hint names, in tests/control/test_hints.py",
    "faults.rate_limits.exceeded": "how many counters are kept, in tests/faults/test_rate_limits.py",
    "domain.credentials.passwords.meets_zxcvbn": "a score, in tests/api/test_passwords_strength.py",
    "domain.sessions.jwt_templates._resolve": "more digits than any list has items",
    "domain.sessions.sessions.require_duration": "tests/control/test_sessions.py, tests/management",
    "outbound.run_with_fetches": "tests/test_outbound.py",
    "protocols.json_depth.checked": "tests/domain/test_json_depth.py",
    "store.plans.get": "how many statements are kept, which has no visible effect",
    "store.engine.release_pages": "when a file is worth shrinking, in tests/store/test_reset.py",
    "store.postgresql.connection._execute": "many parameters, in tests/store/test_store.py",
    "store.record.name_in": "the length of an index's name, which has no visible effect",
    "webhook_delivery._post": "what is stored of a response, in tests/webhooks/test_retries.py",
    f"{_HASHES}._import_bcrypt": "a cost, in tests/domain/test_hashes.py",
    f"{_HASHES}._import_pbkdf2": "a cost, in tests/domain/test_hashes.py",
    f"{_HASHES}._import_phpass": "a cost, in tests/domain/test_hashes.py",
    f"{_HASHES}._import_scrypt": "a cost, in tests/domain/test_hashes.py",
    f"{_HASHES}._require_argon2_limits": "a cost, in tests/domain/test_hashes.py",
}
