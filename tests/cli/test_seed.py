"""Seed files."""

import json

import pytest

from mockstytch.runtime import Mock
from mockstytch.seed.entries import apply_seed
from mockstytch.seed_file import SeedError
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.scim import ScimConnection
from mockstytch.store.records.sso import OidcConnection, SamlConnection
from mockstytch.store.records.webhooks import Event

ORGANIZATIONS_FILE = """
[[organizations]]
organization_name = "Acme"
organization_slug = "acme"
email_jit_provisioning = "RESTRICTED"
email_allowed_domains = ["acme.test"]

[[organizations.members]]
email_address = "ada@acme.test"
name = "Ada"
roles = ["stytch_admin"]

[[projects]]
project_id = "project-test-11111111-1111-4111-8111-111111111111"
secret = "secret-test-other"

[[projects.organizations]]
organization_name = "Other"
"""

SETTINGS_FILE = """
[settings]
redirect_urls = "registered"
user_impersonation_enabled = false

[settings.rbac_policy]
resources = [{resource_id = "documents", actions = ["read"]}]
roles = [{role_id = "reader", permissions = [{resource_id = "documents", actions = ["read"]}]}]

[[settings.webhooks]]
url = "http://127.0.0.1:9/webhooks"
secret = "whsec_c2VjcmV0LW9mLXRoZS1hcHA="

[[m2m_clients]]
client_id = "billing"
client_secret = "correct horse battery staple"
scopes = ["read:documents"]

[[connected_apps]]
client_name = "Reports"
client_type = "third_party_public"
redirect_urls = ["http://127.0.0.1:3000/callback"]

[[organizations]]
organization_name = "Acme"
organization_slug = "acme"

[[organizations.org_policy.roles]]
role_id = "inviter"
permissions = [{resource_id = "stytch.member", actions = ["create"]}]

[[organizations.connections]]
type = "saml"
display_name = "Acme's IdP"
saml_group_implicit_role_assignments = [{role_id = "reader", group = "readers"}]

[[organizations.connections]]
type = "oidc"

[[organizations.connections]]
type = "oidc"
identity_provider = "okta"
issuer = "http://127.0.0.1:9/absent"
client_id = "mine"

[organizations.scim_connection]
display_name = "Okta"
identity_provider = "okta"

[[organizations.members]]
email_address = "ada@acme.test"
roles = ["inviter", "reader"]
"""


def test_seed_creates_organizations_and_events_once(tmp_path):
    file = tmp_path / "seed.toml"
    file.write_text(ORGANIZATIONS_FILE)
    mock = Mock()
    apply_seed(mock, file)
    apply_seed(mock, file)  # existing data stays unchanged
    with mock.transaction() as ctx:
        assert [o.organization_slug for o in ctx.store.all(Organization)] == ["acme"]
        assert [(m.name, m.roles) for m in ctx.store.all(Member)] == [("Ada", ["stytch_admin"])]
        assert [
            e.object_type for e in ctx.store.rows(Event, ctx.store.query(Event).order_by(Event.table.c.position))
        ] == [
            "organization",
            "member",
        ]
    other = mock.projects.authenticate("project-test-11111111-1111-4111-8111-111111111111", "secret-test-other")
    with mock.transaction(other) as ctx:
        assert ctx.store.all(Organization)[0].organization_name == "Other"


def test_seed_creates_settings_clients_and_connections(tmp_path):
    file = tmp_path / "seed.toml"
    file.write_text(SETTINGS_FILE)
    mock = Mock()
    apply_seed(mock, file)
    apply_seed(mock, file)
    settings = mock.projects.default().settings
    assert (settings.redirect_urls, settings.user_impersonation_enabled) == ("registered", False)
    assert settings.webhooks[0].secret == "whsec_c2VjcmV0LW9mLXRoZS1hcHA="
    with mock.transaction() as ctx:
        assert [c.client_id for c in ctx.store.all(M2MClient)] == ["billing"]
        assert [a.client_name for a in ctx.store.all(ConnectedApp)] == ["Reports"]
        (saml,) = ctx.store.all(SamlConnection)
        assert (saml.status, saml.display_name) == ("active", "Acme's IdP")
        assert [(g.group, g.role_id) for g in saml.group_roles] == [("readers", "reader")]
        built_in, own = sorted(ctx.store.all(OidcConnection), key=lambda connection: connection.position)
        assert built_in.status == "active"
        assert built_in.issuer.endswith(f"/_mock/idp/{built_in.connection_id}")
        assert (own.status, own.issuer, own.client_id) == ("pending", "http://127.0.0.1:9/absent", "mine")
        assert [c.display_name for c in ctx.store.all(ScimConnection)] == ["Okta"]
        assert [m.roles for m in ctx.store.all(Member)] == [["inviter", "reader"]]
        (organization,) = ctx.store.all(Organization)
        assert [r.role_id for r in organization.custom_roles] == ["inviter"]


ORGANIZATION = {"organization_name": "A"}
ACME = {"organization_name": "Acme", "organization_slug": "acme"}
OTHER = {"organization_name": "Other", "organization_slug": "other"}
ADA, BOB = {"email_address": "ada@acme.test"}, {"email_address": "bob@acme.test"}
PROJECT = {"project_id": "project-test-11111111-1111-4111-8111-111111111111"}


MISTAKES = [
    ({"organizations": {}}, r"seed.json:1:2: organizations must be a list of tables"),
    ({"organisations": []}, "unknown section organisations"),
    ({"organizations": [{"organization_name": "A", "organization_slug": "!"}]}, "invalid_organization_slug"),
    ({"organizations": [ORGANIZATION | {"members": [{}]}]}, r"organizations\[0\].members\[0\]: .*invalid_email"),
    ({"organizations": [ORGANIZATION | {"colour": "red"}]}, r"organizations\[0\]: unknown field colour"),
    ({"organizations": [ORGANIZATION | {"members": [{"mail": "a@b.test"}]}]}, r"members\[0\]: unknown field mail"),
    ({"organizations": [ORGANIZATION | {"connections": [{}]}]}, r'connections\[0\]: type must be "saml" or "oidc"'),
    ({"organizations": [ORGANIZATION | {"connections": [{"type": "oidc", "issuer": "?"}]}]}, "issuer_url_invalid"),
    ({"organizations": [ORGANIZATION | {"connections": [{"type": "saml", "x": 1}]}]}, "unknown field x"),
    ({"organizations": [ORGANIZATION | {"scim_connection": 1}]}, r"\[0\].scim_connection must be a table"),
    ({"organizations": [ORGANIZATION | {"scim_connection": {"identity_provider": "?"}}]}, "invalid_scim_idp"),
    (
        {"organizations": [ORGANIZATION | {"org_policy": {"roles": [{"role_id": "", "permissions": []}]}}]},
        "org_policy: .*empty_rbac_role_id",
    ),
    ({"settings": {"colour": "red"}}, "settings: .*unknown setting: colour"),
    ({"settings": {"rbac_policy": {"roles": [{"role_id": "r"}]}}}, "rbac_role_missing_permissions"),
    ({"settings": []}, r"seed.json:1:2: settings must be a table"),
    ({"m2m_clients": [{"scopes": []}]}, r"m2m_clients\[0\]: client_id is missing"),
    ({"m2m_clients": [{"client_id": "a", "client_secret": "short"}]}, r"m2m_clients\[0\]: "),
    ({"connected_apps": [{"client_type": "third_party"}]}, r"connected_apps\[0\]: client_name is missing"),
    ({"connected_apps": [{"client_name": "A"}]}, "invalid_connected_app_type"),
    ({"projects": [{"project_id": "mine"}]}, "invalid_project_id_authentication"),
    ({"projects": [{"id": "mine"}]}, r"projects\[0\]: unknown field id"),
    ([], "must be a table"),
    (
        {},
        "the seed is empty. Its sections are: settings, m2m_clients, connected_apps, organizations, generate, proj",
    ),
    (
        {"organizations": [ACME, {"organization_name": "Other", "organization_slug": "ACME"}]},
        r"organizations\[1\]: organization_slug 'acme' is already used by organizations\[0\]",
    ),
    (
        {"organizations": [{"organization_name": "Acme!"}, ACME]},
        r"organizations\[1\]: organization_slug 'acme' is already used by organizations\[0\]",
    ),
    (
        {"organizations": [ACME | {"organization_external_id": "x"}, OTHER | {"organization_external_id": "x"}]},
        r"organizations\[1\]: organization_external_id 'x' is already used by organizations\[0\]",
    ),
    (
        {"organizations": [ACME | {"members": [ADA, {"email_address": " ADA@acme.test "}]}]},
        r"members\[1\]: email_address 'ada@acme.test' is already used by organizations\[0\].members\[0\]",
    ),
    (
        {"organizations": [ACME | {"members": [ADA | {"external_id": "x"}, BOB | {"external_id": "x"}]}]},
        r"members\[1\]: external_id 'x' is already used by organizations\[0\].members\[0\]",
    ),
    ({"m2m_clients": [{"client_id": "a"}, {"client_id": "a"}]}, r"m2m_clients\[1\]: client_id 'a' is already used"),
    (
        {"connected_apps": [{"client_name": "A", "client_type": "first_party"}, {"client_name": "A"}]},
        r"connected_apps\[1\]: client_name 'A' is already used by connected_apps\[0\]",
    ),
    ({"projects": [PROJECT, PROJECT]}, r"projects\[1\]: project_id '.*' is already used by projects\[0\]"),
    (
        {"projects": [{"project_id": "project-test-00000000-0000-4000-8000-000000000000"}]},
        r"projects\[0\]: project_id '.*' is already used by the project that the seed is for",
    ),
    ({"projects": [PROJECT | {"organizations": [ACME, ACME]}]}, r"projects\[0\].organizations\[1\]: organiz"),
    ({"projects": [{}]}, r"projects\[0\]: project_id is missing"),
    ({"projects": [PROJECT | {"secret": ""}]}, r"projects\[0\]: secret must be a text that isn't empty"),
    ({"projects": [PROJECT | {"secret": 5}]}, r"projects\[0\]: secret must be a text that isn't empty"),
    ({"projects": [PROJECT | {"name": None}]}, r"projects\[0\]: name must be a text that isn't empty"),
    ({"settings": {"redirect_url": "any"}}, "unknown setting: redirect_url. Did you mean redirect_urls?"),
    (
        {"settings": {"password_policy": {"validation_polcy": "LUDS"}}},
        r"settings.password_policy: unknown field validation_polcy. Did you mean validation_policy\?",
    ),
    (
        {"settings": {"rbac_policy": {"roles": [{"role_id": "r", "permissons": []}]}}},
        r"settings.rbac_policy.roles\[0\]: unknown field permissons. Did you mean permissions\?",
    ),
    (
        {"organizations": [ACME | {"members": [{"emial_address": "a@b.test"}]}]},
        r"members\[0\]: unknown field emial_address. Did you mean email_address\?",
    ),
    (
        {"organizations": [ACME | {"org_policy": {"roles": [{"role_id": "r", "permissions": [{"action": []}]}]}}]},
        r"organizations\[0\].org_policy.roles\[0\].permissions\[0\]: unknown field action",
    ),
    (
        {"organizations": [ACME | {"member": []}]},
        r"organizations\[0\]: unknown field member. Did you mean members\?",
    ),
    ({"organizations": [ACME | {"members": [ADA | {"organization_id": "x"}]}]}, "unknown field organization_id"),
    ({"organizations": None}, "organizations must be a list of tables"),
    ({"organizations": ["Acme"]}, "organizations must be a list of tables"),
    ({"organizations": [ACME | {"organization_slug": 5}]}, r"organizations\[0\]: "),
    ({"organizations": [{"organization_name": 5}]}, r"organizations\[0\]: "),
    ({"m2m_clients": [{"client_id": 5}]}, r"m2m_clients\[0\]: "),
    ({"organizations": [ACME | {"members": [ADA | {"roles": ["absent"]}]}]}, r"organizations\[0\].members\[0\]: "),
    ({"organizations": [ACME, {"organization_slug": "other"}]}, r"organizations\[1\]: .*organization_name_missing"),
]


@pytest.mark.parametrize(("content", "message"), MISTAKES)
def test_mistake_is_reported_with_its_place_and_nothing_is_created(tmp_path, content, message):
    file = tmp_path / "seed.json"
    file.write_text(json.dumps(content))
    mock = Mock()
    with pytest.raises(SeedError, match=message):
        apply_seed(mock, file)
    with mock.transaction() as ctx:
        for record in (Organization, M2MClient, ConnectedApp):
            assert ctx.store.all(record) == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("seed.toml", "", "the seed is empty"),
        ("seed.toml", "# nothing yet\n", "the seed is empty"),
        ("seed.json", "", "isn't valid JSON"),
        ("seed.json", "null", "must be a table"),
        ("seed.json", '{"organizations": [], "organizations": []}', "'organizations' is repeated"),
        ("seed.json", "[" * 100_000, "isn't valid JSON"),
        ("seed.toml", "[settings]\n[settings]\n", "isn't valid TOML"),
        ("seed.toml", "x = " + "[" * 5_000, "isn't valid TOML"),
        ("seed.toml", "\0", "isn't valid TOML"),
    ],
    ids=range(9),
)
def test_unreadable_file_is_refused_in_one_sentence(tmp_path, uncollected, name, content, message):
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(SeedError, match=message) as refused:
        apply_seed(Mock(), file)
    assert str(refused.value).startswith(str(file))


def test_folder_and_bytes_are_refused(tmp_path):
    with pytest.raises(SeedError, match="can't be read"):
        apply_seed(Mock(), tmp_path)
    (tmp_path / "seed.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SeedError, match="isn't valid TOML"):
        apply_seed(Mock(), tmp_path / "seed.toml")
    (tmp_path / "bom.json").write_bytes(b'\xef\xbb\xbf{"organizations": [{"organization_name": "Acme"}]}')
    apply_seed(Mock(), tmp_path / "bom.json")  # as some editors on Windows write it


def test_project_with_a_mistake_keeps_its_settings_and_data(tmp_path):
    file = tmp_path / "seed.json"
    members = [{"email_address": "ada@acme.test", "roles": ["absent"]}]
    file.write_text(json.dumps({"settings": {"name": "Mine"}, "organizations": [OTHER, ACME | {"members": members}]}))
    mock = Mock()
    with pytest.raises(SeedError, match=r"organizations\[1\]\.members\[0\]"):
        apply_seed(mock, file)
    assert mock.projects.default().name == "mockstytch"
    with mock.transaction() as ctx:
        assert ctx.store.all(Organization) == []
