"""``authorization_check``: the roles that grant an action, from every source."""

import msgspec
import pytest

from mockstytch.store.records.members import Member, SsoLink
from mockstytch.store.records.organizations import GroupRole, Organization, SsoSummary
from mockstytch.store.records.sessions import MemberSession

POLICY = {
    "resources": [{"resource_id": "documents", "actions": ["read", "write", "delete"]}],
    "roles": [
        {"role_id": "reader", "permissions": [{"resource_id": "documents", "actions": ["read"]}]},
        {"role_id": "writer", "permissions": [{"resource_id": "documents", "actions": ["read", "write"]}]},
        {"role_id": "owner", "permissions": [{"resource_id": "documents", "actions": ["*"]}]},
    ],
}


@pytest.fixture
def acme(given, mock):
    mock.configure(rbac_policy=POLICY)
    return given.organization("Acme")


@pytest.fixture
def ada(given, acme):
    return given.member(acme, "ada@acme.test")


@pytest.fixture
def login(given, acme, ada):
    return given.login(acme, ada)


@pytest.fixture
def granting(client, acme, login):
    """The roles that grant Ada an action on documents."""

    def call(action, resource_id="documents"):
        check = {"organization_id": acme.organization_id, "resource_id": resource_id, "action": action}
        answer = client.sessions.authenticate(login.session_token, authorization_check=check)
        assert answer.verdict.authorized
        return answer.verdict.granting_roles

    return call


NOT_AUTHORIZED = "session_authorization_error"


def test_assigned_roles_grant_their_permissions(granting, refused, client, acme, ada):
    assert refused(granting, "read") == NOT_AUTHORIZED
    client.organizations.members.update(acme.organization_id, ada.member_id, roles=["owner", "reader", "writer"])
    assert granting("read") == ["reader", "writer", "owner"]
    assert granting("write") == ["writer", "owner"]
    assert granting("delete") == ["owner"]
    assert granting("update.info.name", "stytch.self") == ["stytch_member"]


def test_implied_and_organization_roles_grant_permissions(granting, refused, client, acme, ada):
    chef = {"role_id": "chef", "permissions": [{"resource_id": "documents", "actions": ["read"]}]}
    client.rbac.organizations.set_org_policy(acme.organization_id, {"roles": [chef]})
    assignments = [{"domain": "acme.test", "role_id": role} for role in ("reader", "chef")]
    client.organizations.update(acme.organization_id, rbac_email_implicit_role_assignments=assignments)
    assert granting("read") == ["reader", "chef"]
    client.organizations.update(acme.organization_id, rbac_email_implicit_role_assignments=[])
    assert refused(granting, "read") == NOT_AUTHORIZED


@pytest.fixture
def connected(rows, acme, ada):
    """Ada has an account at a connection that implies ``reader``, and ``writer`` for one of its groups."""
    with rows() as ctx:
        organization = ctx.store.get(Organization, organization_id=acme.organization_id)
        summary = SsoSummary(
            connection_id="saml-1",
            display_name="",
            identity_provider="okta",
            active=True,
            roles=["reader"],
            group_roles=[GroupRole(group="boss", role_id="writer")],
        )
        ctx.store.update(organization, sso_connections=[summary])
        link = SsoLink(registration_id="r", connection_id="saml-1", external_id="x", groups=["boss"])
        ctx.store.update(ctx.store.get(Member, member_id=ada.member_id), sso_registrations=[link])


def test_role_of_a_connection_counts_only_if_the_session_used_it(granting, refused, connected, login, rows, client):
    assert refused(granting, "read") == NOT_AUTHORIZED  # the session used e-mail only
    with rows() as ctx:
        session = ctx.store.get(MemberSession, session_token=login.session_token)
        sso = msgspec.structs.replace(
            session.authentication_factors[0],
            type="sso",
            delivery_method="sso_saml",
            detail={"saml_sso_factor": {"id": "r", "provider_id": "saml-1", "external_id": "x"}},
        )
        ctx.store.update(session, authentication_factors=[*session.authentication_factors, sso])
    assert granting("read") == ["reader", "writer"]
    assert granting("write") == ["writer"]
    assert client.sessions.authenticate(login.session_token).member_session.roles == [
        "stytch_member",
        "reader",
        "writer",
    ]


def test_assigned_role_counts_without_the_connection(granting, connected, client, acme, ada):
    client.organizations.members.update(acme.organization_id, ada.member_id, roles=["reader"])
    assert granting("read") == ["reader"]
