"""JWT templates: rendering and validation."""

import pytest

from mockstytch import MockError
from mockstytch.domain.sessions import jwt_templates
from mockstytch.errors import StytchError

ADA = {"member": {"email_address": "ada@example.com", "trusted_metadata": {"tier": 3, "roles": ["a", "b"]}, "name": ""}}


@pytest.mark.parametrize(
    ("template", "claims"),
    [
        ('{"tier": {{ member.trusted_metadata.tier }}}', {"tier": 3}),
        ('{"roles": {{member.trusted_metadata.roles}}}', {"roles": ["a", "b"]}),
        ('{"first": {{ member.trusted_metadata.roles[0] }}}', {"first": "a"}),
        ('{"mail": "to {{ member.email_address }}!"}', {"mail": "to ada@example.com!"}),
        ('{"nothing": {{ member.trusted_metadata.none.at.all }}}', {"nothing": None}),
        (
            '{"nested": {"{{ member.email_address }}": [1, {{ member.name }}]}}',
            {"nested": {"ada@example.com": [1, ""]}},
        ),
        ('{"scope": "openid"}', {"scope": "openid"}),
        ("  ", {}),
        ("[1]", {}),
        ('{"broken"', {}),
    ],
)
def test_variables_are_replaced(template, claims):
    assert jwt_templates.render(template, ADA) == claims


def test_value_can_not_change_the_structure():
    evil = {"member": {"name": '", "sub": "another\x010\x01'}}
    assert jwt_templates.render('{"a": {{ member.name }}, "b": "x{{ member.name }}"}', evil) == {
        "a": evil["member"]["name"],
        "b": "x" + evil["member"]["name"],
    }


@pytest.mark.parametrize(
    ("template", "error_type"),
    [
        ('{"a": {{ member.name }', "jwt_template_mismatched_tag"),
        ('{"a": member.name }}', "jwt_template_mismatched_tag"),
        ('{"a": {{ user.name }}}', "jwt_template_invalid_tag"),
        ('{"a": {{ member.name | upper }}}', "jwt_template_invalid_tag"),
        ('{"a": {{ }}}', "jwt_template_invalid_tag"),
        ('{"a": }', "jwt_template_invalid_json"),
        ("[1]", "jwt_template_invalid_json"),
    ],
)
def test_invalid_template_is_refused(template, error_type):
    with pytest.raises(StytchError) as caught:
        jwt_templates.validate(template, ("member", "organization"))
    assert caught.value.kind.error_type == error_type


def test_valid_template_is_accepted():
    jwt_templates.validate(
        '{"a": {{ member.name }}, "b": {{organization.organization_id}}}', ("member", "organization")
    )


def test_project_refuses_a_broken_template(mock):
    broken = {"template_type": "SESSION", "template_content": "{"}
    with pytest.raises(MockError) as caught:
        mock.call("PATCH", "/project", body={"jwt_templates": [broken]})
    assert caught.value.error_type == "jwt_template_invalid_json"
    assert mock.call("GET", "/project")["jwt_templates"] == []
