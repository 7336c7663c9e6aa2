"""``sessions.attest``: exchange the JWT of a trusted issuer for a session."""

import time
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.warnings import InsecureKeyLengthWarning

from tests.support import trusted_issuer
from tests.support.trusted_issuer import PROFILE_ID, profile, token


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_external_id="acme.1", mfa_policy="REQUIRED_FOR_ALL")


@pytest.fixture
def trust(mock):
    """Configure the project's only profile."""

    def put(**changes):
        mock.configure(trusted_token_profiles=[profile(**changes)])

    put()
    return put


@pytest.fixture
def attest(client, acme, trust):
    def call(organization_id=acme.organization_id, given_token=None, **claims):
        options = {name: claims.pop(name) for name in list(claims) if name.startswith("session_")}
        return client.sessions.attest(PROFILE_ID, given_token or token(**claims), organization_id, **options)

    return call


def test_session_is_complete(attest, ada, client):
    login = attest(session_duration_minutes=30, session_custom_claims={"plan": "pro"})
    assert login.member_id == ada.member_id
    assert login.member.email_address_verified
    (factor,) = login.member_session.authentication_factors
    assert (factor.type.value, factor.delivery_method.value) == ("trusted_auth_token", "trusted_token_exchange")
    assert factor.trusted_auth_token_factor.token_id == "token-1"
    assert login.member_session.expires_at - login.member_session.started_at == timedelta(minutes=30)
    assert login.member_session.custom_claims == {"plan": "pro"}
    assert client.sessions.authenticate(login.session_token)


def test_token_can_be_attested_repeatedly(attest, ada):
    """The documentation doesn't limit a token to one use, and the ids in its example repeat."""
    repeated = token()
    first, second = attest(given_token=repeated), attest(given_token=repeated)
    assert first.member_session.member_session_id != second.member_session.member_session_id


def test_existing_session_gets_the_factor(attest, ada, given, acme, client, refused):
    client.organizations.update(acme.organization_id, mfa_policy="OPTIONAL")
    login = given.login(acme, ada)
    for by in ({"session_token": login.session_token}, {"session_jwt": login.session_jwt}):
        both = attest(**by).member_session
        assert both.member_session_id == login.member_session.member_session_id
        assert [f.type.value for f in both.authentication_factors] == ["magic_link", "trusted_auth_token"]
    other = given.login(acme, given.member(acme, "bob@acme.test"))
    assert refused(attest, session_token=other.session_token) == "member_session_member_id_mismatch"
    assert refused(attest, session_token="x" * 44) == "session_not_found"
    two = refused(attest, session_token=login.session_token, session_jwt=login.session_jwt)
    assert two == "too_many_session_arguments"


def test_impersonated_session_is_refused(attest, ada, acme, client, mock, refused):
    impersonated = client.impersonation.authenticate(mock.impersonation_token(acme.organization_id, ada.member_id))
    assert refused(attest, session_token=impersonated.session_token) == "session_not_mutable"


# The token


@pytest.mark.parametrize(
    ("claims", "because"),
    [
        ({"signed_by": "two"}, "signature"),
        ({"iss": "https://else.test"}, "iss is"),
        ({"aud": "else"}, "aud is"),
        ({"aud": ["else", "other"]}, "aud is"),
        ({"exp": None}, "exp"),
        ({"exp": 1_700_000_000}, "has expired"),
        ({"exp": -(10**400)}, "has expired"),
        ({"nbf": 10**400}, "valid yet"),
        ({"jti": 10**400}, "token_id"),
        ({"jti": True}, "token_id"),
        ({"nbf": 4_000_000_000}, "valid yet"),
        ({"nbf": None, "email": None}, "e-mail"),
        ({"email": "nobody"}, "e-mail"),
        ({"email": ["ada@acme.test"]}, "e-mail"),
        ({"jti": None}, "token_id"),
        ({"jti": {}}, "token_id"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_invalid_token_is_refused(attest, ada, refused, given, claims, because):
    assert refused(attest, **claims) == "invalid_trusted_auth_token"
    assert because in given.because()


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_token_signed_with_the_public_key_is_refused(attest, ada, refused, algorithm):
    claims = jwt.decode(token(), options={"verify_signature": False})
    header, _, _ = jwt.encode(claims, "x" * 32, "HS256").partition(".")
    forged = jwt.encode(claims, "x" * 32 if algorithm == "HS256" else None, algorithm)
    assert refused(attest, given_token=forged) == "invalid_trusted_auth_token"
    assert refused(attest, given_token=f"{header}..") == "invalid_trusted_auth_token"


def test_one_of_several_audiences_is_sufficient(attest, ada):
    assert attest(aud=["else", trusted_issuer.AUDIENCE]).member_id == ada.member_id


def test_times_follow_the_projects_clock(attest, ada, mock, refused):
    old, new = token(), token(nbf=int(time.time()) + 3000, exp=int(time.time()) + 6000)
    mock.clock.advance(minutes=60)
    assert refused(attest, given_token=old) == "invalid_trusted_auth_token"
    assert attest(given_token=new).member_id == ada.member_id


def test_unknown_profile_is_refused(client, ada, acme, trust, refused):
    assert refused(client.sessions.attest, "nope", token(), "acme") == "trusted_token_profile_not_found"


# Keys


def test_keys_are_fetched_from_the_jwks_url(attest, ada, trust, refused):
    trust(public_key_type="JWK", pem_files=[], jwks_url=f"{trusted_issuer.url()}/jwks")
    for signed_by, kid in [("one", "one"), ("two", "two"), ("two", None)]:
        assert attest(signed_by=signed_by, kid=kid).member_id == ada.member_id
    for signed_by, kid in [("one", "two"), ("one", "unknown"), ("three", None), ("three", "one")]:
        assert refused(attest, signed_by=signed_by, kid=kid) == "invalid_trusted_auth_token"


@pytest.mark.parametrize("path", ["", "/elsewhere", "/userinfo/x"])
def test_unavailable_keys_are_an_error_of_the_profile(attest, ada, trust, refused, path):
    trust(public_key_type="JWK", pem_files=[], jwks_url=path and trusted_issuer.url() + path)
    assert refused(attest) == "trusted_token_profile_invalid_request"


def test_any_pem_file_of_the_profile_verifies(attest, ada, trust, refused):
    files = [
        {"pem_file_id": n, "public_key": text} for n, text in [("a", "nonsense"), ("b", trusted_issuer.pem("two"))]
    ]
    trust(pem_files=files)
    assert attest(signed_by="two").member_id == ada.member_id
    assert refused(attest, signed_by="one") == "invalid_trusted_auth_token"
    trust(pem_files=[])
    assert refused(attest) == "trusted_token_profile_invalid_request"


# Claims


def test_mapped_claims_are_used(attest, ada, trust, acme):
    mapping = {"email": "https://issuer.test/email", "token_id": "session.id", "organization_id": "org"}
    trust(attribute_mapping=mapping)
    claims = {"email": None, "jti": None, "https://issuer.test/email": "ADA@acme.test", "session": {"id": 7}}
    for organization_id in (acme.organization_id, "acme.1"):
        login = attest(None, **claims, org=organization_id)
        assert login.member_id == ada.member_id
        assert login.member_session.authentication_factors[0].trusted_auth_token_factor.token_id == "7"


def test_organization_is_taken_from_the_claim_or_the_request(attest, ada, trust, given, refused):
    assert refused(attest, None) == "token_missing_organization_id_claim"
    assert refused(attest, "nowhere") == "organization_not_found"
    trust(attribute_mapping={"organization_id": "org"})
    assert attest().member_id == ada.member_id  # from the request
    globex = given.organization("Globex")
    for claim in (globex.organization_id, "unknown", 7, ["acme.1"]):
        assert refused(attest, org=claim) == "invalid_token_organization_id_claim"
    assert refused(attest, None, org="unknown") == "invalid_token_organization_id_claim"
    assert refused(attest, None, org="acme") == "invalid_token_organization_id_claim"  # a slug isn't accepted


def test_external_id_is_added_once(attest, ada, trust, given, acme, refused, client):
    trust(attribute_mapping={"external_member_id": "sub"})
    assert attest(sub="ada-1").member.external_id == "ada-1"
    assert attest().member.external_id == "ada-1"
    wrong = "trusted_token_profile_incorrect_external_id_mapping"
    for claim in ("ada-2", "a b", "", {}, "member-test-1"):
        assert refused(attest, sub=claim) == wrong
    given.member(acme, "bob@acme.test")
    taken = refused(attest, email="bob@acme.test", sub="ada-1")
    assert taken == "duplicate_member_external_id"


def test_roles_are_added_to_the_members(attest, ada, trust, refused, events):
    trust(attribute_mapping={"role_ids": "roles"})
    events()
    login = attest(roles=["stytch_admin", "stytch_admin"])
    assert login.member_session.roles == ["stytch_member", "stytch_admin"]
    assert events() == [("member", "update"), ("member", "update")]  # the verified address; the roles
    assert attest(roles=[]).member.is_admin
    assert events() == []
    assert refused(attest, roles=["chef"]) == "invalid_rbac_role_assignment"
    assert refused(attest, roles="stytch_admin") == "invalid_trusted_auth_token"


# Provisioning


JIT = {
    "can_jit_provision": True,
    "attribute_mapping": {"organization_id": "org", "external_member_id": "sub", "role_ids": "roles"},
}


def test_member_is_provisioned_only_if_the_profile_allows_it(attest, refused, trust):
    assert refused(attest) == "member_not_found"
    trust(**JIT)
    joined = attest(org="acme.1", sub="ada-1", roles=["stytch_admin"]).member
    assert (joined.status, joined.email_address_verified, joined.external_id) == ("active", True, "ada-1")
    assert joined.is_admin
    assert attest(None, org="acme.1").member_id == joined.member_id


def test_provisioning_requires_the_organization_claim(attest, ada, refused, trust):
    trust(**JIT)
    assert refused(attest) == "token_missing_organization_id_claim"
    assert refused(attest, "nowhere", org="acme.1") == "organization_not_found"


def test_unknown_external_id_creates_an_organization(attest, trust, acme, client, refused, events):
    trust(**JIT)
    events()
    login = attest(None, org="globex.7")
    assert (login.organization.organization_external_id, login.organization.organization_name) == (
        "globex.7",
        "globex.7",
    )
    assert events() == [("organization", "create"), ("member", "create")]
    assert attest(None, org="globex.7").organization.organization_id == login.organization.organization_id
    unknown = "organization-test-11111111-1111-4111-8111-111111111111"
    assert refused(attest, None, org=unknown) == "invalid_token_organization_id_claim"
    assert refused(attest, None, org="a b") == "invalid_token_organization_id_claim"


def test_address_of_a_claimed_domain_is_refused(attest, trust, acme, given, refused):
    given.organization("Owner", claimed_email_domains=["acme.test"])
    trust(**JIT)
    for organization in ("acme.1", "globex.7"):
        claimed = refused(attest, None, org=organization)
        assert claimed == "action_not_allowed_email_domain_is_claimed"


def test_pending_member_becomes_active(attest, given, acme, events):
    given.member(acme, "ada@acme.test", create_member_as_pending=True)
    events()
    assert attest().member.status == "active"
    assert events() == [("member", "update")]


def test_short_rsa_key_is_refused(attest, ada, trust, refused, given):
    """RFC 7518, 3.3 requires 2048 bits."""
    short = rsa.generate_private_key(65537, 1024)
    public = short.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    trust(pem_files=[{"pem_file_id": "a", "public_key": public}])
    with pytest.warns(InsecureKeyLengthWarning):  # the issuer's own warning
        forged = jwt.encode(jwt.decode(token(), options={"verify_signature": False}), short, "RS256")
    assert refused(attest, given_token=forged) == "invalid_trusted_auth_token"
    assert "1024 bits" in given.because()
