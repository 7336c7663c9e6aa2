"""JWT templates: rendering and validation."""

import contextlib
import time

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
        ('{"spaces": "{{\n member.trusted_metadata.tier }}"}', {"spaces": 3}),
        ('{"index": {{ member.trusted_metadata.roles[2] }}}', {"index": None}),
        ('{"index": {{ member.trusted_metadata.roles[' + "9" * 5000 + "] }}}", {"index": None}),
        ('{"controls": "\\u00015\\u0001 {{ member.trusted_metadata.tier }}"}', {"controls": "\x015\x01 3"}),
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
        ('{"a": }}{{', "jwt_template_mismatched_tag"),
        ('{"a":' + "[" * 200 + "]" * 200 + "}", "jwt_template_invalid_json"),
        ('{"a":' + "[" * 600 + "]" * 600 + "}", "jwt_template_invalid_json"),
    ],
)
def test_invalid_template_is_refused(template, error_type):
    with pytest.raises(StytchError) as caught:
        jwt_templates.validate(template, ("member", "organization"))
    assert caught.value.kind.error_type == error_type


@pytest.mark.parametrize(
    "template",
    [
        '{"a": {{ member.name }}, "b": {{organization.organization_id}}}',
        '{"a":{"b":{"c":1}}}',
        '{"a":{"b":{{member.name}}}}',
        '{"a": {"b": "{{ member.name }}"}}',
        '{"a":' + "[" * 199 + "]" * 199 + "}",
        '{"a": "' + "[" * 1000 + '"}',
    ],
)
def test_valid_template_is_accepted(template):
    jwt_templates.validate(template, ("member", "organization"))


LONG_TEMPLATES = {
    "tags in the wrong order": "}}" * 250_000 + "{{" * 250_000,
    "many variables": '{"a":[' + ",".join(["{{member.name}}"] * 60_000) + "]}",
    "many quotes": '{"a":["' + '","'.join(["{{member.name}}"] * 50_000) + '"]}',
    "a long blank": '{"a":"{{' + " " * 1_000_000 + '"}',
    "a long name": '{"a":"{{' + "a" * 1_000_000 + '}}"}',
    "nested tags": "{" * 1_000_000,
    "nested lists": '{"a":' + "[" * 500_000 + "]" * 500_000 + "}",
    "a long path": '{"a":{{member' + ".a" * 500_000 + "}}}",
}


@pytest.mark.parametrize("name", LONG_TEMPLATES)
def test_time_is_linear_in_the_length(name):
    start = time.process_time()
    with contextlib.suppress(StytchError):
        jwt_templates.validate(LONG_TEMPLATES[name], ("member",))
    assert time.process_time() - start < 3  # quadratic time would be minutes


def test_project_refuses_a_broken_template(mock):
    broken = {"template_type": "SESSION", "template_content": "{"}
    with pytest.raises(MockError) as caught:
        mock.call("PATCH", "/project", body={"jwt_templates": [broken]})
    assert caught.value.error_type == "jwt_template_invalid_json"
    assert mock.call("GET", "/project")["jwt_templates"] == []
