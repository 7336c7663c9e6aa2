"""Files of probes: what can be written in them, and what is refused."""

from pathlib import Path

import pytest

from mockstytch.parity import loading
from mockstytch.parity.loading import ProbeError
from mockstytch.parity.probe import Probe

CREATE = """
[[fixture]]
name = "acme"
[[fixture.calls]]
operation = "organizations.create"
with = { organization_name = "{prefix} Acme", organization_slug = "{prefix}-{unique}" }
save = { organization_id = "organization.organization_id" }
"""


def _load(tmp_path: Path, text: str) -> list[Probe]:
    (tmp_path / "area.toml").write_text(text, encoding="utf-8")
    return loading.load(tmp_path)


def _probe(text: str) -> str:
    return f'[[probe]]\nname = "one"\n{text}'


def test_cases_are_separate_probes_that_differ_in_their_last_call(tmp_path: Path) -> None:
    text = """
    [[probe]]
    name = "organizations.get"
    operation = "organizations.get"
    with = { organization_id = "a", other = 1 }
    needs = ["management"]
    cases = [
        { name = "as it is" },
        { name = "another", with = { organization_id = "b" }, without = ["other"], expects = "organization_not_found" },
        { name = "no credentials", credentials = "none", as = "token", needs = ["public_token"] },
    ]
    """
    first, second, third = _load(tmp_path, text)
    assert (first.name, first.area) == ("organizations.get: as it is", "area")
    assert first.calls[0].fields == {"organization_id": "a", "other": 1}
    assert (second.calls[0].fields, second.expects) == ({"organization_id": "b"}, "organization_not_found")
    assert (third.calls[0].credentials, third.calls[0].as_member) == ("none", "token")
    assert third.needs == ("management", "public_token")


def test_the_operation_of_a_probe_with_calls_is_its_last_call(tmp_path: Path) -> None:
    text = """
    [[probe]]
    name = "two"
    operation = "sessions.get"
    with = { organization_id = "{organization_id}", member_id = "x" }
    [[probe.calls]]
    operation = "organizations.create"
    with = { organization_name = "{prefix}" }
    save = { organization_id = "organization.organization_id" }
    """
    (probe,) = _load(tmp_path, text)
    assert [call.operation for call in probe.calls] == ["organizations.create", "sessions.get"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[probe]", "area.toml: Expected"),
        ("[[probes]]", "unknown field `probes`"),
        (_probe("nothing = 1"), "probe 'one': Object contains unknown field `nothing`"),
        (_probe("operation = 1"), "probe 'one': Expected `str`, got `int` (operation)"),
        ('[[probe]]\noperation = "sessions.get"', "missing required field `name`"),
        (_probe(""), "it has no calls"),
        (_probe('operation = "organizations.gett"'), "no such operation. Did you mean organizations.get?"),
        (_probe('operation = "sessions.get"\nrequest = "GET /x"'), "an operation or a request, and not both"),
        (_probe('request = "GET"'), "a request is a method and a path"),
        (_probe('operation = "sessions.get"\nneeds = ["money"]'), "the known needs are"),
        (_probe('operation = "sessions.get"\nexpects = "session_not_fund"'), "Did you mean session_not_found?"),
        (_probe('request = "POST /x"\nbody = "x"\nwith = { a = 1 }'), "a body or fields (with, saml), and not both"),
        (_probe('operation = "organizations.get"\nwith = { x = "{nothing}" }'), "no earlier call saves nothing"),
        (_probe('operation = "organizations.get"\nwith = { x = "{acme.id}" }'), "there is no fixture acme"),
        (CREATE + _probe('request = "GET /{acme.id}"'), "the fixture acme doesn't save id"),
        (_probe('request = "GET /{nothing:x}"'), "no such function"),
        (_probe('request = "GET /{unknown:thing}"'), "no such kind"),
        (_probe('request = "GET /{changed:nothing}"'), "no earlier call saves nothing"),
        (2 * _probe('operation = "sessions.get"\n'), "2 probes have this name"),
        ('[[fixture]]\nname = "a b"\noperation = "sessions.get"', "it must be one word"),
    ],
)
def test_mistakes_are_refused(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ProbeError) as error:
        _load(tmp_path, text)
    assert problem in str(error.value)


def _call(operation: str, fields: str, more: str = "") -> str:
    return _probe(f'operation = "{operation}"\nwith = {{ {fields} }}\n{more}')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (_call("fraud.rules.set", 'action = "BLOCK"'), "it changes settings of the project"),
        (_probe('request = "POST /v1/rules/set"'), "it changes settings of the project"),
        (
            _call("management.rbac_policy.set", 'project_slug = "acme", environment_slug = "test"'),
            "project_slug must be a reference to a project that the probe created",
        ),
        (
            _call("management.projects.get_all", "", 'save = { project_slug = "projects.0.project_slug" }'),
            "only a project that the probe creates can be saved as project_slug",
        ),
        (_call("organizations.create", 'organization_name = "Acme"'), "organization_name must begin with {prefix}"),
        (_call("m2m.clients.create", 'client_name = "x"'), "client_name must begin with {prefix}"),
        (
            _call("magic_links.email.discovery.send", 'email_address = "a@example.com"'),
            "it sends a message, so email_address must be {sandbox_email}",
        ),
        (
            _call("magic_links.email.discovery.send", 'email_address = "{email}"'),
            "it sends a message, so email_address must be {sandbox_email}",
        ),
        (
            _call("browser.magic_links.email.discovery.send", 'email_address = "{email}"'),
            "it sends a message, so email_address must be {sandbox_email}",
        ),
        (
            _probe('request = "POST /v1/b2b/magic_links/email/discovery/send"\nbody = \'{"email_address":"a@b.com"}\''),
            "it sends a message, so email must be {sandbox_email}",
        ),
        (
            _call("organizations.members.create", 'organization_id = "x", email_address = "a@acme.com"'),
            "email_address must be an address at example.com",
        ),
        (
            _call("organizations.members.create", 'organization_id = "x", mfa_phone_number = "+14155552671"'),
            "mfa_phone_number must be one of {sandbox_phone}, {fictional_phone}",
        ),
        (
            _call("otps.sms.send", 'organization_id = "x", mfa_phone_number = "{fictional_phone}"'),
            "mfa_phone_number must be one of {sandbox_phone}",
        ),
    ],
)
def test_calls_that_arent_safe_are_refused(text: str, problem: str, tmp_path: Path) -> None:
    if "fictional" in text:
        text = text.replace("{fictional_phone}", "+12025550123")
    with pytest.raises(ProbeError) as error:
        _load(tmp_path, text)
    assert problem in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        _call("magic_links.email.discovery.send", 'email_address = "{sandbox_email}"'),
        _call("magic_links.email.discovery.send", 'email_address = "no address"'),
        _call("organizations.members.create", 'organization_id = "x", email_address = "x-{email}"'),
        _call("organizations.members.create", 'organization_id = "x", mfa_phone_number = "+1"'),
        _call("management.projects.get", 'project_slug = "{unknown:organization}"'),
    ],
)
def test_safe_calls_are_accepted(text: str, tmp_path: Path) -> None:
    assert len(_load(tmp_path, text)) == 1
