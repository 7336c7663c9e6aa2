"""Ids and secrets that a seed gives, and members that are ready to use."""

import httpx
import pyotp
import pytest

from mockstytch import MockError, MockStytch

TOKEN = "session-of-ada".ljust(44, "-")
SECRET, CODE = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "aaaa-bbbb-cccc"
SEED = {
    "settings": {"webhooks": [{"url": "http://127.0.0.1:9/", "secret": "whsec_c2VjcmV0LW9mLXRoZS1hcHA="}]},
    "m2m_clients": [{"client_id": "billing", "client_secret": "correct horse battery staple", "scopes": []}],
    "connected_apps": [
        {
            "client_name": "Reports",
            "client_type": "third_party",
            "redirect_urls": ["http://127.0.0.1:3000/callback"],
            "client_id": "connected-app-test-reports",
            "client_secret": "secret-of-the-reports",
        }
    ],
    "organizations": [
        {
            "organization_id": "organization-test-acme",
            "organization_name": "Acme",
            "connections": [
                {
                    "type": "saml",
                    "connection_id": "saml-connection-test-acme",
                    "signing_certificate_id": "saml-signing-key-test-acme",
                    "verification_certificate_id": "saml-verification-key-test-acme",
                },
                {"type": "oidc", "connection_id": "oidc-connection-test-acme", "client_secret": "secret-of-acme"},
            ],
            "scim_connection": {"connection_id": "scim-connection-test-acme", "bearer_token": "0123456789abcdefABCDEF"},
            "members": [
                {
                    "email_address": "ada@acme.test",
                    "name": "Ada",
                    "member_id": "member-test-ada",
                    "email_id": "member-email-test-ada",
                    "email_address_verified": True,
                    "mfa_phone_number": "+12025550123",
                    "mfa_phone_id": "member-phone-number-test-ada",
                    "mfa_phone_number_verified": True,
                    "password": "a long and unusual password",
                    "member_password_id": "member-password-test-ada",
                    "totp_secret": SECRET,
                    "totp_registration_id": "member-totp-test-ada",
                    "recovery_codes": [CODE],
                    "sessions": [
                        {
                            "member_session_id": "member-session-test-ada",
                            "session_token": TOKEN,
                            "session_duration_minutes": 30,
                            "factors": ["password", "totp"],
                            "custom_claims": {"plan": "pro"},
                        },
                        {},
                    ],
                },
                {"email_address": "bob@acme.test", "member_id": "member-test-bob", "email_id": "member-email-test-bob"},
            ],
        }
    ],
}
GENERATED = {
    "events": "each event has its own id",
    "deliveries": "each delivery has its own id",
    "keys": "each project has its own keys",
}
OWN = {
    "position": "the order in which rows were created",
    "recovery_code_id": "isn't returned by the API",
    "own_token": "the token of the built-in directory",
    "secret_hash": "has a random salt",
    "certificate": "each connection has its own key",
    "hash": "has a random salt",
}


@pytest.fixture
def server():
    with MockStytch(seed=SEED) as mock:
        yield mock


@pytest.fixture
def seeded(server):
    return server.client()


def test_ids_are_the_given_ones(seeded):
    organization = seeded.organizations.get("organization-test-acme").organization
    assert organization.organization_slug == "acme"
    ada = seeded.organizations.members.get("acme", member_id="member-test-ada").member
    assert (ada.member_password_id, ada.totp_registration_id) == ("member-password-test-ada", "member-totp-test-ada")
    connections = seeded.sso.get_connections("acme")
    assert [c.connection_id for c in connections.saml_connections] == ["saml-connection-test-acme"]
    assert [c.connection_id for c in connections.oidc_connections] == ["oidc-connection-test-acme"]
    assert seeded.scim.connection.get("acme").connection.connection_id == "scim-connection-test-acme"
    assert seeded.connected_app.clients.get("connected-app-test-reports").connected_app.client_name == "Reports"


def test_every_id_and_secret_can_be_given(server):
    """Two servers have nothing in common but the seed, so what is equal on both was given."""

    def values(mock):
        tables = mock.export()["tables"]
        sessions = [row for row in tables["member_sessions"] if row["member_session_id"] == "member-session-test-ada"]
        return {name: rows for name, rows in (tables | {"member_sessions": sessions}).items() if name not in GENERATED}

    def differences(one, other, path=""):
        if isinstance(one, dict):
            return [d for name in one for d in differences(one[name], other[name], f"{path}.{name}")]
        if isinstance(one, list):
            assert len(one) == len(other), path
            return [d for n, inner in enumerate(one) for d in differences(inner, other[n], path)]
        return [path] if one != other else []

    with MockStytch(seed=SEED) as again:
        found = {path.rpartition(".")[2] for path in differences(values(server), values(again))}
    times_and_urls = {name for name in found if name.endswith(("_at", "_url", "issuer", "entity_id"))}
    assert found - times_and_urls - {*OWN} == set()


def test_addresses_and_numbers_are_verified(seeded):
    ada = seeded.organizations.members.get("acme", member_id="member-test-ada").member
    assert (ada.email_address_verified, ada.mfa_phone_number_verified) == (True, True)
    assert (ada.mfa_phone_number, ada.default_mfa_method) == ("+12025550123", "sms_otp")


def test_password_logs_in(seeded):
    login = seeded.passwords.authenticate("acme", "ada@acme.test", "a long and unusual password")
    assert login.member_id == "member-test-ada"


def test_authenticator_app_and_recovery_code_work(server, seeded):
    ready = {"organization_id": "acme", "member_id": "member-test-ada"}
    session = seeded.sessions.authenticate(session_token=TOKEN).session_token
    code = pyotp.TOTP(SECRET).at(server.clock.now())
    assert seeded.totps.authenticate(**ready, code=code, session_token=session).member_id == "member-test-ada"
    assert seeded.recovery_codes.get(**ready).recovery_codes == [CODE]


def test_sessions_are_active_with_their_factors_and_claims(seeded):
    found = seeded.sessions.authenticate(session_token=TOKEN).member_session
    assert found.member_session_id == "member-session-test-ada"
    assert [factor.type for factor in found.authentication_factors][:2] == ["password", "totp"]
    assert found.custom_claims == {"plan": "pro"}
    assert (found.expires_at - found.started_at).total_seconds() == 30 * 60
    sessions = seeded.sessions.get("acme", "member-test-ada").member_sessions
    assert {s.authentication_factors[0].type for s in sessions} == {"magic_link", "password"}


def test_client_secrets_and_bearer_tokens_work(server, seeded):
    token = seeded.m2m.token("billing", "correct horse battery staple")
    assert token.access_token
    users = httpx.get(
        f"{server.url}/v1/b2b/scim/scim-connection-test-acme/Users",
        headers={"Authorization": "Bearer 0123456789abcdefABCDEF"},
        trust_env=False,
    )
    assert users.status_code == 200
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    credentials = ("connected-app-test-reports", "secret-of-the-reports")
    response = httpx.post(f"{server.url}/v1/oauth2/token", data=form, auth=credentials, trust_env=False)
    assert response.json()["error"] != "invalid_client"


def test_reset_returns_to_the_same_ids():
    with MockStytch(seed=SEED) as mock:
        mock.client().sessions.revoke(session_token=TOKEN)
        mock.reset()
        session = mock.client().sessions.authenticate(session_token=TOKEN)
        assert session.member_session.member_session_id == "member-session-test-ada"


def test_second_project_of_a_server_gets_its_own_connection_ids(server):
    """Identity providers name only the connection. The other ids are the given ones."""
    other = server.project(seed=SEED)
    client = other.client()
    assert client.sessions.authenticate(session_token=TOKEN).member.member_id == "member-test-ada"
    found = client.sso.get_connections("acme")
    ids = [c.connection_id for c in (*found.saml_connections, *found.oidc_connections)]
    assert len(ids) == 2
    assert not set(ids) & {"saml-connection-test-acme", "oidc-connection-test-acme"}
    other.reset()
    again = client.sso.get_connections("acme")
    assert [c.connection_id for c in (*again.saml_connections, *again.oidc_connections)] == ids
    assert client.scim.connection.get("acme").connection.connection_id != "scim-connection-test-acme"
    other.reset(to="empty")


def seed(**member):
    return {"organizations": [{"organization_name": "Acme", "members": [{"email_address": "a@acme.test", **member}]}]}


def organization(**fields):
    return {"organizations": [{"organization_name": "Acme", **fields}]}


MEMBER = "organizations[0].members[0]"


MISTAKES = [
    (
        organization(organization_id="acme"),
        "organization_id: isn't valid. Expected: begins with organization-test-",
    ),
    (seed(member_id="ada"), f"{MEMBER}: member_id: isn't valid. Expected: begins with member-test-"),
    (seed(password="password"), f"{MEMBER}: [400] breached_password"),
    (seed(password=5), f"{MEMBER}: password: Expected `str`, got `int`"),
    (seed(totp_secret="?"), f"{MEMBER}: [400] bad_request"),
    (seed(recovery_codes=["x"]), f"{MEMBER}: recovery_codes need a totp_secret"),
    (seed(mfa_phone_number_verified=True), f"{MEMBER}: mfa_phone_number_verified needs a mfa_phone_number"),
    (
        seed(sessions=[{"factors": ["magik"]}]),
        f"{MEMBER}.sessions[0]: factor 'magik' doesn't exist. Did you mean magic_link?",
    ),
    (seed(sessions=[{"factors": []}]), f"{MEMBER}.sessions[0]: [400] bad_request"),
    (seed(sessions=[{"factors": ["password"]}]), f"{MEMBER}.sessions[0]: [404] member_password_not_found"),
    (seed(sessions=[{"session_duration_minutes": 1}]), f"{MEMBER}.sessions[0]: "),
    (
        seed(sessions=[{"session_token": "a b"}]),
        f"{MEMBER}: sessions[0].session_token: isn't valid. Expected: 44 characters",
    ),
    (seed(sessions=[{"token": "a"}]), f"{MEMBER}.sessions[0]: unknown field token. Did you mean session_token?"),
    (seed(sessions={}), f"{MEMBER}: sessions: Expected `array`, got `object`"),
    (
        seed(sessions=[{"session_token": TOKEN}, {"session_token": TOKEN}]),
        f"{MEMBER}.sessions[1]: session_token '{TOKEN}' is already used by {MEMBER}.sessions[0]",
    ),
    (
        organization(scim_connection={"bearer_token": "short"}),
        "organizations[0].scim_connection: bearer_token: isn't valid. Expected: 16 to 200 letters and digits",
    ),
    (
        {"connected_apps": [{"client_name": "A", "client_type": "first_party", "client_id": "a"}]},
        "connected_apps[0]: client_id: isn't valid. Expected: begins with connected-app-test-",
    ),
]


@pytest.mark.parametrize(("content", "message"), MISTAKES, ids=range(17))
def test_value_that_is_not_valid_is_refused(mock, content, message):
    mock.configure()
    with pytest.raises(MockError) as refused:
        mock.seed(content)
    assert f"({message}" in str(refused.value).replace("organizations[0]: organization_id", "organization_id")
    assert mock.export()["tables"] == {}


def test_id_that_exists_is_refused(mock):
    mock.seed(organization(organization_id="organization-test-acme"))
    globex = {"organization_name": "Globex", "organization_id": "organization-test-acme"}
    with pytest.raises(MockError, match=r"organization_id 'organization-test-acme' already exists"):
        mock.seed({"organizations": [globex]})
    twin = {
        "organization_name": "Initech",
        "members": [{"email_address": "a@b.test", "sessions": [{"session_token": TOKEN}]}],
    }
    mock.seed({"organizations": [twin]})
    other = {**twin, "organization_name": "Hooli"}
    with pytest.raises(MockError, match=r"session_token .* already exists"):
        mock.seed({"organizations": [other]})
