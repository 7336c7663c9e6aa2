"""A world to begin with."""

import json

import pytest

from mockstytch.mock import Mock
from mockstytch.seed import SeedError, plant
from mockstytch.store.events import Event
from mockstytch.store.members import Member
from mockstytch.store.organizations import Organization

WORLD = """
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


def test_a_seeded_world_obeys_the_rules_and_tells_of_it(tmp_path):
    file = tmp_path / "world.toml"
    file.write_text(WORLD)
    mock = Mock()
    plant(mock, file)
    plant(mock, file)  # what is there is left alone
    with mock.transaction() as ctx:
        assert [o.organization_slug for o in ctx.store.all(Organization)] == ["acme"]
        assert [(m.name, m.roles) for m in ctx.store.all(Member)] == [("Ada", ["stytch_admin"])]
        assert [e.object_type for e in ctx.store.rows(Event, ctx.store.query(Event).order_by("position"))] == [
            "organization",
            "member",
        ]
    other = mock.project("project-test-11111111-1111-4111-8111-111111111111", "secret-test-other")
    with mock.transaction(other) as ctx:
        assert ctx.store.all(Organization)[0].organization_name == "Other"


@pytest.mark.parametrize(
    ("world", "said"),
    [
        ({"organizations": {}}, "must be a list of tables"),
        ({"organisations": []}, "there is no section organisations"),
        ({"organizations": [{"organization_name": "A", "organization_slug": "!"}]}, "invalid_organization_slug"),
        ({"organizations": [{"organization_name": "A", "members": [{}]}]}, "invalid_email"),
        ({"projects": [{"project_id": "mine"}]}, "invalid_project_id_authentication"),
        ([], "holds no table"),
    ],
)
def test_what_breaks_a_rule_is_named_and_nothing_of_it_stays(tmp_path, world, said):
    file = tmp_path / "world.json"
    file.write_text(json.dumps(world))
    mock = Mock()
    with pytest.raises(SeedError, match=said):
        plant(mock, file)
    with mock.transaction() as ctx:
        assert ctx.store.all(Organization) == []
