"""JWT templates: settings, and the claims that they add to tokens."""

import jwt
import pytest


def test_template_is_stored(admin, slugs, settings):
    for kind, content in (("SESSION", '{"a":{{member.name}} }'), ("M2M", "{}")):
        assert admin.jwt_templates.get(*slugs, kind).jwt_template.template_content == "{}"
        updated = admin.jwt_templates.set(*slugs, content, "acme", kind).jwt_template
        assert (updated.template_content, updated.custom_audience) == (content, "acme")
        assert admin.jwt_templates.get(*slugs, kind).jwt_template == updated
        assert admin.jwt_templates.set(*slugs, content, "acme", kind).jwt_template == updated
    assert len(settings()["jwt_templates"]) == 2


@pytest.mark.parametrize(
    ("content", "error_type"),
    [
        ("[]", "jwt_template_invalid_json"),
        ('{"a": {{member.name}', "jwt_template_mismatched_tag"),
        ('{"a": {{user.name}}}', "jwt_template_invalid_tag"),
    ],
)
def test_invalid_template_is_refused(admin, slugs, create_environment, management_error, content, error_type):
    assert management_error(admin.jwt_templates.set, *slugs, content, "", "SESSION") == (400, error_type)


def test_consumer_template_has_user_variables(admin, create_environment, management_error):
    other_slugs = create_environment("CONSUMER")
    assert admin.jwt_templates.set(*other_slugs, '{"a": {{user.user_id}}}', "", "SESSION").status_code == 200
    refusal = management_error(admin.jwt_templates.set, *other_slugs, '{"a": {{member.name}}}', "", "SESSION")
    assert refusal == (400, "jwt_template_invalid_tag")


def test_unknown_template_type_is_not_found(admin, slugs, management_error):
    assert management_error(admin.jwt_templates.get, *slugs, "NOPE") == (404, "jwt_template_not_found")
    assert management_error(admin.jwt_templates.set, *slugs, "{}", "", "NOPE") == (404, "jwt_template_not_found")


def test_session_template_adds_claims(admin, slugs, given, client, mock):
    content = (
        '{"role": {{ member.trusted_metadata.role }}, "org": "{{organization.organization_slug}}!", '
        '"plan": "free", "sub": "x", "jti": "x", "https://stytch.com/session": "x", "missing": {{ member.nothing }}}'
    )
    admin.jwt_templates.set(*slugs, content, "https://api.acme.example", "SESSION")
    acme = given.organization(organization_slug="acme")
    ada = given.member(acme, trusted_metadata={"role": "chief"})
    login = given.login(acme, ada, session_custom_claims={"plan": "pro"})
    claims = jwt.decode(login.session_jwt, options={"verify_signature": False})
    assert (claims["role"], claims["org"], claims["plan"], claims["missing"]) == ("chief", "acme!", "pro", None)
    assert (claims["sub"], "jti" in claims) == (ada.member_id, False)
    assert claims["https://stytch.com/session"]["id"] == login.member_session.member_session_id
    assert claims["aud"] == [mock.project_id, "https://api.acme.example"]
    local = client.sessions.authenticate_jwt_local(login.session_jwt)
    assert local.custom_claims == {"role": "chief", "org": "acme!", "plan": "pro", "missing": None}
    key = client.sessions.get_jwks(mock.project_id).keys[0].model_dump()
    jwt.decode(login.session_jwt, jwt.PyJWK(key), algorithms=["RS256"], audience="https://api.acme.example")
    assert client.sessions.authenticate(session_jwt=login.session_jwt).member_session.custom_claims == {"plan": "pro"}
    admin.jwt_templates.set(*slugs, "{}", "", "SESSION")
    fresh = client.sessions.authenticate(session_token=login.session_token).session_jwt
    assert jwt.decode(fresh, options={"verify_signature": False})["aud"] == [mock.project_id]


def test_template_of_the_control_api_is_shown(admin, slugs, mock):
    mock.configure(jwt_templates=[{"template_type": "SESSION", "template_content": '{"a": 1}'}])
    assert admin.jwt_templates.get(*slugs, "SESSION").jwt_template.template_content == '{"a": 1}'


def test_m2m_template_adds_claims(admin, slugs, client):
    admin.jwt_templates.set(*slugs, '{"tier": {{ client.trusted_metadata.tier }}}', "", "M2M")
    created = client.m2m.clients.create(scopes=["read:all"], trusted_metadata={"tier": "gold"}).m2m_client
    token = client.m2m.token(created.client_id, created.client_secret).access_token
    assert jwt.decode(token, options={"verify_signature": False})["tier"] == "gold"
    assert admin.environments.get_metrics(*slugs).metrics.m2m_client_count == 1
