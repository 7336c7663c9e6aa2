"""``magic_links.email.login_or_signup``: login and signup links within one organization."""

import pytest


def test_active_member_logs_in(given, client):
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test", name="Ada")
    sent = client.magic_links.email.login_or_signup(acme.organization_id, "Ada@Acme.test")
    assert (sent.member_created, sent.member.member_id, sent.member.status) == (False, ada.member_id, "active")
    login = client.magic_links.authenticate(given.token("ada@acme.test", "magic_link.login"))
    assert login.member_authenticated
    assert login.member.email_address_verified
    assert login.intermediate_session_token == ""
    assert login.member_session.roles == ["stytch_member"]
    factor = login.member_session.authentication_factors[0]
    assert (factor.type.value, factor.delivery_method.value) == ("magic_link", "email")
    assert login.method_id == factor.email_factor.email_id
    assert (login.member_session.expires_at - login.member_session.started_at).total_seconds() == 3600


def test_used_link_is_refused(given, client, refused):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    token = given.link_token(acme, "ada@acme.test")
    client.magic_links.authenticate(token)
    assert refused(client.magic_links.authenticate, token) == "unable_to_auth_magic_link"


@pytest.mark.parametrize(("minutes", "after", "works"), [(None, 59, True), (None, 60, False), (5, 5, False)])
def test_expired_link_is_refused(given, client, mock, refused, minutes, after, works):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    options = {"login_expiration_minutes": minutes} if minutes else {}
    token = given.link_token(acme, "ada@acme.test", **options)
    mock.clock.advance(minutes=after)
    if works:
        assert client.magic_links.authenticate(token).member_authenticated
    else:
        assert refused(client.magic_links.authenticate, token) == "unable_to_auth_magic_link"
        assert "expired" in mock.requests()[-1].because


# Kinds of mail


@pytest.mark.parametrize(
    ("status", "kind", "path"), [("active", "login", "/in"), ("pending", "signup", "/up"), ("invited", "signup", "/up")]
)
def test_kind_of_mail_depends_on_the_member_status(given, client, mock, status, kind, path):
    acme = given.organization()
    if status == "invited":
        client.magic_links.email.invite(acme.organization_id, "ada@acme.test")
    else:
        given.member(acme, "ada@acme.test", create_member_as_pending=status == "pending")
    sent = client.magic_links.email.login_or_signup(
        acme.organization_id,
        "ada@acme.test",
        login_redirect_url="http://localhost/in",
        signup_redirect_url="http://localhost/up",
    )
    assert (sent.member.status, sent.member_created) == (status, False)
    mail = mock.inbox.latest(to="ada@acme.test")
    assert mail.kind == f"magic_link.{kind}"
    assert mail.redirect_url == (
        f"http://localhost{path}?slug=acme&stytch_token_type=multi_tenant_magic_links&token={mail.token}"
    )
    assert (mail.organization_id, mail.member_id) == (acme.organization_id, sent.member_id)
    login = client.magic_links.authenticate(mail.token)
    assert (login.member.status, login.member.email_address_verified) == ("active", True)


def test_link_redirects_to_the_app_without_consuming_the_token(given, client, mock, http):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
    mail = mock.inbox.latest(to="ada@acme.test")
    assert mail.link.startswith(f"{mock.url}/v1/magic_links/redirect?public_token={mock.public_token}&slug=acme&")
    for _ in range(2):  # opening the link doesn't consume the token
        assert http.get(mail.link).headers["location"] == mail.redirect_url
    assert client.magic_links.authenticate(mail.token).member_authenticated


def test_redirect_url_keeps_its_parameters(given, client, mock):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    url = "http://localhost:3000/cb?z=1&next=%2Fa%3Fb#top"
    client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test", login_redirect_url=url)
    landing = mock.inbox.latest(to="ada@acme.test").redirect_url
    assert landing.startswith("http://localhost:3000/cb?next=%2Fa%3Fb&slug=acme&stytch_token_type=")
    assert landing.endswith("&z=1#top")


# Provisioning


def test_member_is_provisioned_by_domain(given, client, events):
    acme = given.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    sent = client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
    assert (sent.member_created, sent.member.status, sent.member.email_address_verified) == (True, "pending", False)
    again = client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
    assert (again.member_created, again.member_id) == (False, sent.member_id)
    login = client.magic_links.authenticate(given.token("ada@acme.test", "magic_link.signup"))
    assert (login.member_id, login.member.status) == (sent.member_id, "active")
    assert events() == [("organization", "create"), ("member", "create"), ("member", "update")]


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({}, "email_jit_provisioning_not_allowed"),
        (
            {"email_jit_provisioning": "RESTRICTED", "email_allowed_domains": ["globex.test"]},
            "invalid_email_for_jit_provisioning",
        ),
    ],
    ids=["closed", "other domains"],
)
def test_address_that_the_organization_does_not_provision_is_refused(given, client, refused, settings, error):
    acme = given.organization(**settings)
    assert refused(client.magic_links.email.login_or_signup, acme.organization_id, "ada@acme.test") == error


def test_reason_of_a_refused_stranger_names_the_address_and_the_setting(given, client, refused):
    acme = given.organization()
    refused(client.magic_links.email.login_or_signup, acme.organization_id, "ada@acme.test")
    assert given.because() == "ada@acme.test is not a member, and email_jit_provisioning is NOT_ALLOWED"


def test_address_of_a_claimed_domain_is_refused_elsewhere(given, client, refused):
    home = given.organization("Home", claimed_email_domains=["acme.test"])
    domains = ["acme.test"]
    other = given.organization(
        email_jit_provisioning="RESTRICTED", email_invites="RESTRICTED", email_allowed_domains=domains
    )
    claimed = "action_not_allowed_email_domain_is_claimed"
    assert refused(client.magic_links.email.login_or_signup, other.organization_id, "ada@acme.test") == claimed
    assert refused(client.magic_links.email.invite, other.organization_id, "ada@acme.test") == claimed
    assert client.magic_links.email.invite(home.organization_id, "ada@acme.test").member.status == "invited"


def test_active_member_of_a_claimed_domain_still_logs_in(given, client, refused):
    other = given.organization()
    ada = given.member(other, "ada@acme.test")
    pending = given.member(other, "bob@acme.test", create_member_as_pending=True)
    given.organization("Home", claimed_email_domains=["acme.test"])
    assert given.login(other, ada).member_authenticated
    assert refused(given.login, other, pending) == "action_not_allowed_email_domain_is_claimed"


def test_deleted_member_is_provisioned_as_a_new_member(given, client):
    acme = given.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    first = given.member(acme, "ada@acme.test")
    client.organizations.members.delete(acme.organization_id, first.member_id)
    sent = client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
    assert sent.member_created
    assert sent.member_id != first.member_id


def test_organization_without_magic_links_refuses_them(given, client, refused):
    acme = given.organization(
        auth_methods="RESTRICTED", allowed_auth_methods=["sso", "email_otp"], email_invites="ALL_ALLOWED"
    )
    given.member(acme, "ada@acme.test")
    glass = given.member(acme, is_breakglass=True)
    error = "operation_restricted_by_organization_auth_methods"
    assert refused(client.magic_links.email.login_or_signup, acme.organization_id, "ada@acme.test") == error
    assert refused(client.magic_links.email.invite, acme.organization_id, "new@acme.test") == error
    assert given.login(acme, glass).member_authenticated


def test_link_is_not_enough_if_the_method_was_disallowed_later(given, client):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    token = given.link_token(acme, "ada@acme.test")
    client.organizations.update("acme", auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    incomplete = client.magic_links.authenticate(token)
    assert (incomplete.member_authenticated, incomplete.session_token, incomplete.session_jwt) == (False, "", "")
    assert incomplete.member_session is None
    assert incomplete.primary_required.allowed_auth_methods == ["sso"]
    assert incomplete.mfa_required is None
    assert len(incomplete.intermediate_session_token) == 44


# Arguments


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"login_redirect_url": "nowhere"}, "invalid_login_redirect_url"),
        ({"signup_redirect_url": "nowhere"}, "invalid_signup_redirect_url"),
        ({"locale": "de"}, "invalid_locale"),
        ({"login_expiration_minutes": 4}, "invalid_expiration"),
        ({"signup_expiration_minutes": 10081}, "invalid_expiration"),
        ({"pkce_code_challenge": "short"}, "invalid_pkce_code_challenge"),
        ({"email_address": "ada"}, "invalid_email"),
        ({"organization_id": "nowhere"}, "organization_not_found"),
    ],
    ids=str,
)
def test_invalid_arguments_are_refused(given, client, refused, options, error):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    arguments = {"organization_id": acme.organization_id, "email_address": "ada@acme.test", **options}
    assert refused(client.magic_links.email.login_or_signup, **arguments) == error


@pytest.mark.parametrize("field", ["login_template_id", "signup_template_id"])
def test_unknown_template_is_refused(given, client, mock, refused, field):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    send = client.magic_links.email.login_or_signup
    send(acme.organization_id, "ada@acme.test", **{field: "any"})
    mock.configure(email_templates=["t1"])
    send(acme.organization_id, "ada@acme.test", **{field: "t1"})
    assert refused(send, acme.organization_id, "ada@acme.test", **{field: "t2"}) == "email_template_not_found"


@pytest.mark.parametrize(("minutes", "seconds"), [(None, 3600), (5, 300), (10080, 604800)])
@pytest.mark.parametrize("kind", ["login", "signup"])
def test_link_has_the_requested_lifetime(given, client, mock, kind, minutes, seconds):
    acme = given.organization()
    given.member(acme, "ada@acme.test", create_member_as_pending=kind == "signup")
    options = {f"{kind}_expiration_minutes": minutes} if minutes else {}
    client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test", **options)
    mail = mock.inbox.latest(to="ada@acme.test")
    assert (mail.expires_at - mail.created_at).total_seconds() == seconds


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", "1 hour "), ("es", "1 hora"), ("fr", "1 heure"), ("pt-br", "1 hora"), ("PT-BR", "1 hora")],
)
def test_mail_is_in_the_requested_language(given, client, mock, locale, words):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test", locale=locale)
    mail = mock.inbox.latest(to="ada@acme.test")
    assert words in mail.text
    assert "Acme" in mail.subject
    assert mail.link in mail.text
    assert f'lang="{locale.lower()}"' in mail.html


def test_each_language_has_its_own_text(given, client, mock):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    for locale in ("en", "es", "fr", "pt-br"):
        client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test", locale=locale)
    assert len({mail.subject for mail in mock.inbox.all(to="ada@acme.test")}) == 4
