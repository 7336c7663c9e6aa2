"""E-mail templates: settings, defaults, and the e-mails that use them."""

import pytest
from stytch.core.response_base import StytchError

from tests.management.stories import CUSTOM, PREBUILT, SENDER, Workspace


@pytest.fixture
def templates(admin):
    return admin.email_templates


def as_json(template):
    return template.model_dump(mode="json")


def test_template_is_stored(templates, slugs):
    slug = slugs[0]
    created = templates.create(slug, "plain", "Plain", SENDER, PREBUILT).email_template
    assert as_json(created) == {
        "template_id": "plain",
        "name": "Plain",
        "sender_information": SENDER,
        "prebuilt_customization": PREBUILT,
        "custom_html_customization": None,
    }
    custom = templates.create(slug, "custom", sender_information=SENDER, custom_html_customization=CUSTOM)
    assert as_json(custom.email_template)["custom_html_customization"] == CUSTOM
    assert custom.email_template.name is None
    assert templates.get(slug, "plain").email_template == created
    assert templates.get_all(slug).email_templates == [created, custom.email_template]


def test_unset_field_is_null(templates, slugs):
    created = templates.create(slugs[0], "plain", prebuilt_customization={"button_color": "#000000"}).email_template
    assert created.sender_information is None
    assert as_json(created)["prebuilt_customization"] == {**dict.fromkeys(PREBUILT), "button_color": "#000000"}


def test_update_replaces_all_fields_except_the_customization(templates, slugs):
    templates.create(slugs[0], "plain", "Plain", SENDER, PREBUILT)
    created = templates.update(slugs[0], "plain", name="New").email_template
    assert (created.name, created.sender_information) == ("New", None)
    assert as_json(created)["prebuilt_customization"] == PREBUILT
    created = templates.update(slugs[0], "plain", "New", SENDER, custom_html_customization=CUSTOM).email_template
    assert (as_json(created)["custom_html_customization"], created.prebuilt_customization) == (CUSTOM, None)
    assert templates.get(slugs[0], "plain").email_template == created


def test_duplicate_or_unknown_template_is_refused(templates, slugs, management_error):
    templates.create(slugs[0], "plain", prebuilt_customization=PREBUILT)
    assert management_error(templates.create, slugs[0], "plain", prebuilt_customization=PREBUILT) == (
        400,
        "duplicate_email_template_vanity_id",
    )
    templates.delete(slugs[0], "plain")
    for call in (templates.get, templates.delete, templates.update):
        assert management_error(call, slugs[0], "plain") == (404, "email_template_not_found")
    assert management_error(templates.set_default, slugs[0], "plain", "LOGIN") == (404, "email_template_not_found")
    assert management_error(templates.create, "nope", "plain", prebuilt_customization=PREBUILT) == (
        404,
        "project_not_found",
    )


def test_default_template_is_set_and_unset(admin, templates, slugs, create_environment, management_error):
    Workspace(admin, slugs, create_environment).template("plain")
    templates.create(slugs[0], "custom", sender_information=SENDER, custom_html_customization=CUSTOM)
    assert management_error(templates.get_default, slugs[0], "LOGIN") == (404, "email_template_not_found")
    templates.unset_default(slugs[0], "LOGIN")
    for template_id in ("plain", "custom", "custom"):
        templates.set_default(slugs[0], template_id, "LOGIN")
        assert templates.get_default(slugs[0], "LOGIN").template_id == template_id
    assert management_error(templates.delete, slugs[0], "custom") == (400, "cannot_delete_default_email_template")
    assert management_error(templates.unset_default, slugs[0], "PREBUILT") == (
        400,
        "cannot_delete_default_email_template",
    )
    assert management_error(templates.set_default, slugs[0], "custom", "INVITE") == (
        400,
        "invalid_email_template_parameters",
    )
    assert management_error(templates.get_default, slugs[0], "NOPE") == (400, "bad_request")
    templates.unset_default(slugs[0], "LOGIN")
    templates.delete(slugs[0], "custom")
    assert management_error(templates.get_default, slugs[0], "LOGIN") == (404, "email_template_not_found")


def custom(**changes):
    return {"sender_information": SENDER, "custom_html_customization": CUSTOM | changes}


@pytest.mark.parametrize(
    ("given", "error_type"),
    [
        ({}, "invalid_email_template_parameters"),
        ({"prebuilt_customization": PREBUILT, **custom()}, "invalid_email_template_parameters"),
        ({"custom_html_customization": CUSTOM}, "invalid_email_template_parameters"),
        (custom(template_type="PREBUILT"), "invalid_email_template_parameters"),
        (custom(subject=""), "invalid_email_subject"),
        (custom(subject="a\nb"), "invalid_email_subject"),
        (custom(html_content="<p>no link</p>"), "invalid_email_html"),
        (custom(plaintext_content=""), "invalid_email_plaintext"),
        (custom(template_type="ONE_TIME_PASSCODE"), "invalid_email_html"),
        (custom(template_type="RESET_PASSWORD", html_content="{{reset_password_url}}"), "invalid_email_plaintext"),
        ({"prebuilt_customization": {"font_family": "COMIC_SANS"}}, "bad_request"),
    ],
)
def test_invalid_template_is_refused(templates, slugs, management_error, given, error_type):
    assert management_error(templates.create, slugs[0], "x", **given) == (400, error_type)
    templates.create(slugs[0], "plain", prebuilt_customization=PREBUILT)
    if given:
        assert management_error(templates.update, slugs[0], "plain", **given) == (400, error_type)


@pytest.mark.parametrize("template_id", ["", "a b", "a/b", "x" * 129])
def test_invalid_template_id_is_refused(templates, slugs, management_error, template_id):
    refusal = management_error(templates.create, slugs[0], template_id, prebuilt_customization=PREBUILT)
    assert refusal == (400, "invalid_template_id")


def test_template_exists_in_every_environment_of_its_project(templates, create_environment, sdk_client):
    slugs = create_environment()
    send = sdk_client(slugs).magic_links.email.discovery.send
    with pytest.raises(StytchError, match="email_template_not_found"):
        send("ada@acme.test", login_template_id="welcome")
    templates.create(slugs[0], "welcome", prebuilt_customization=PREBUILT)
    assert send("ada@acme.test", login_template_id="welcome").status_code == 200


def test_template_exists_in_addition_to_the_listed_ones(templates, slugs, mock, client, refused):
    mock.configure(email_templates=["listed"])
    templates.create(slugs[0], "welcome", prebuilt_customization=PREBUILT)
    send = client.magic_links.email.discovery.send
    for template_id in ("listed", "welcome"):
        assert send("ada@acme.test", login_template_id=template_id).status_code == 200
    assert refused(send, "ada@acme.test", login_template_id="nope") == "email_template_not_found"


def test_email_uses_custom_html(templates, slugs, given, mock):
    templates.create(slugs[0], "custom", sender_information=SENDER, custom_html_customization=CUSTOM)
    given.client.magic_links.email.discovery.send("ada@acme.test", login_template_id="custom")
    mail = mock.inbox.latest(to="ada@acme.test")
    assert mail.subject == "Come in"
    assert mail.text == mail.link
    assert mail.html == f'<a href="{mail.link.replace("&", "&amp;")}">In</a>'
    assert given.client.magic_links.discovery.authenticate(mail.token).email_address == "ada@acme.test"


def test_default_template_is_used_for_its_type_only(templates, slugs, given, mock):
    otp = {
        "template_type": "ONE_TIME_PASSCODE",
        "html_content": "<b>{{otp_code}}</b> {{unknown}}",
        "plaintext_content": "{{ otp_code }}",
        "subject": "{{otp_code}} it is",
    }
    templates.create(slugs[0], "otp", sender_information=SENDER, custom_html_customization=otp)
    templates.set_default(slugs[0], "otp", "ONE_TIME_PASSCODE")
    acme = given.organization()
    given.login(acme, given.member(acme, "ada@acme.test"))
    send = given.client.otps.email.login_or_signup
    send(acme.organization_id, "ada@acme.test")
    mail = mock.inbox.latest(to="ada@acme.test")
    assert (mail.text, mail.subject) == (mail.code, f"{mail.code} it is")
    assert mail.html == f"<b>{mail.code}</b> {{{{unknown}}}}"
    given.client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test", login_template_id="otp")
    assert mock.inbox.latest(to="ada@acme.test").subject != "Come in"
    templates.create(slugs[0], "plain", prebuilt_customization=PREBUILT)
    send(acme.organization_id, "ada@acme.test", login_template_id="plain")
    assert "it is" not in mock.inbox.latest(to="ada@acme.test").subject


def test_requested_template_applies_to_its_type_of_email(templates, slugs, given, mock):
    kinds = {
        "in": ("LOGIN", "magic_link_url"),
        "up": ("SIGNUP", "magic_link_url"),
        "invite": ("INVITE", "magic_link_url"),
        "reset": ("RESET_PASSWORD", "reset_password_url"),
        "code": ("ONE_TIME_PASSCODE_SIGNUP", "otp_code"),
    }
    for name, (kind, variable) in kinds.items():
        custom = CUSTOM | {"template_type": kind, "subject": name}
        custom |= dict.fromkeys(("html_content", "plaintext_content"), f"{{{{{variable}}}}}")
        templates.create(slugs[0], name, sender_information=SENDER, custom_html_customization=custom)

    def subject(call, *args, **kwargs):
        call(*args, **kwargs)
        return mock.inbox.latest().subject

    policy = {"email_jit_provisioning": "RESTRICTED", "email_invites": "RESTRICTED"}
    acme = given.organization(email_allowed_domains=["acme.test"], **policy)
    given.login(acme, given.member(acme, "ada@acme.test"))
    email, both = given.client.magic_links.email, {"login_template_id": "in", "signup_template_id": "up"}
    assert subject(email.login_or_signup, acme.organization_id, "ada@acme.test", **both) == "in"
    assert subject(email.login_or_signup, acme.organization_id, "new@acme.test", **both) == "up"
    assert subject(email.invite, acme.organization_id, "guest@acme.test", invite_template_id="invite") == "invite"
    reset = given.client.passwords.email.reset_start
    assert subject(reset, acme.organization_id, "ada@acme.test", reset_password_template_id="reset") == "reset"
    otp = given.client.otps.email.login_or_signup
    assert subject(otp, acme.organization_id, "new@acme.test", signup_template_id="code") == "code"
    otp = given.client.otps.email.discovery.send
    assert subject(otp, "ada@acme.test", login_template_id="in") != "in"
