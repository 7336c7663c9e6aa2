"""E-mail templates: they belong to a project, and exist in all its environments."""

import pytest
from stytch.core.response_base import StytchError

from tests.management.stories import CUSTOM, PREBUILT, SENDER, World


@pytest.fixture
def templates(admin):
    return admin.email_templates


def shown(template):
    return template.model_dump(mode="json")


def test_they_read_back(templates, place):
    slug = place[0]
    made = templates.create(slug, "plain", "Plain", SENDER, PREBUILT).email_template
    assert shown(made) == {
        "template_id": "plain",
        "name": "Plain",
        "sender_information": SENDER,
        "prebuilt_customization": PREBUILT,
        "custom_html_customization": None,
    }
    custom = templates.create(slug, "custom", sender_information=SENDER, custom_html_customization=CUSTOM)
    assert shown(custom.email_template)["custom_html_customization"] == CUSTOM
    assert custom.email_template.name is None
    assert templates.get(slug, "plain").email_template == made
    assert templates.get_all(slug).email_templates == [made, custom.email_template]


def test_what_is_unset_reads_back_unset(templates, place):
    made = templates.create(place[0], "plain", prebuilt_customization={"button_color": "#000000"}).email_template
    assert made.sender_information is None
    assert shown(made)["prebuilt_customization"] == {**dict.fromkeys(PREBUILT), "button_color": "#000000"}


def test_an_update_sets_all_but_the_customization(templates, place):
    templates.create(place[0], "plain", "Plain", SENDER, PREBUILT)
    made = templates.update(place[0], "plain", name="New").email_template
    assert (made.name, made.sender_information) == ("New", None)
    assert shown(made)["prebuilt_customization"] == PREBUILT
    made = templates.update(place[0], "plain", "New", SENDER, custom_html_customization=CUSTOM).email_template
    assert (shown(made)["custom_html_customization"], made.prebuilt_customization) == (CUSTOM, None)
    assert templates.get(place[0], "plain").email_template == made


def test_one_that_is_there_twice_or_not_at_all(templates, place, denied):
    templates.create(place[0], "plain", prebuilt_customization=PREBUILT)
    assert denied(templates.create, place[0], "plain", prebuilt_customization=PREBUILT) == (
        400,
        "duplicate_email_template_vanity_id",
    )
    templates.delete(place[0], "plain")
    for call in (templates.get, templates.delete, templates.update):
        assert denied(call, place[0], "plain") == (404, "email_template_not_found")
    assert denied(templates.set_default, place[0], "plain", "LOGIN") == (404, "email_template_not_found")
    assert denied(templates.create, "nope", "plain", prebuilt_customization=PREBUILT) == (404, "project_not_found")


def test_defaults(templates, place, denied):
    World(None, place, None)._replace(admin=type("Admin", (), {"email_templates": templates})).template("plain")
    templates.create(place[0], "custom", sender_information=SENDER, custom_html_customization=CUSTOM)
    assert denied(templates.get_default, place[0], "LOGIN") == (404, "email_template_not_found")
    templates.unset_default(place[0], "LOGIN")
    for template_id in ("plain", "custom", "custom"):
        templates.set_default(place[0], template_id, "LOGIN")
        assert templates.get_default(place[0], "LOGIN").template_id == template_id
    assert denied(templates.delete, place[0], "custom") == (400, "cannot_delete_default_email_template")
    assert denied(templates.unset_default, place[0], "PREBUILT") == (400, "cannot_delete_default_email_template")
    assert denied(templates.set_default, place[0], "custom", "INVITE") == (400, "invalid_email_template_parameters")
    assert denied(templates.get_default, place[0], "NOPE") == (400, "bad_request")
    templates.unset_default(place[0], "LOGIN")
    templates.delete(place[0], "custom")
    assert denied(templates.get_default, place[0], "LOGIN") == (404, "email_template_not_found")


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
def test_templates_that_are_none(templates, place, denied, given, error_type):
    assert denied(templates.create, place[0], "x", **given) == (400, error_type)
    templates.create(place[0], "plain", prebuilt_customization=PREBUILT)
    if given:
        assert denied(templates.update, place[0], "plain", **given) == (400, error_type)


@pytest.mark.parametrize("template_id", ["", "a b", "a/b", "x" * 129])
def test_ids_that_are_none(templates, place, denied, template_id):
    refusal = denied(templates.create, place[0], template_id, prebuilt_customization=PREBUILT)
    assert refusal == (400, "invalid_template_id")


def test_a_template_exists_in_every_environment_of_its_project(templates, make, enter):
    place = make()
    send = enter(place).magic_links.email.discovery.send
    with pytest.raises(StytchError, match="email_template_not_found"):
        send("ada@acme.test", login_template_id="welcome")
    templates.create(place[0], "welcome", prebuilt_customization=PREBUILT)
    assert send("ada@acme.test", login_template_id="welcome").status_code == 200


def test_and_in_a_project_of_the_server_beside_those_of_its_list(templates, place, mock, client, refused):
    mock.configure(email_templates=["listed"])
    templates.create(place[0], "welcome", prebuilt_customization=PREBUILT)
    send = client.magic_links.email.discovery.send
    for template_id in ("listed", "welcome"):
        assert send("ada@acme.test", login_template_id=template_id).status_code == 200
    assert refused(send, "ada@acme.test", login_template_id="nope") == "email_template_not_found"


def test_custom_html_is_what_the_mail_is_made_of(templates, place, given, mock):
    templates.create(place[0], "custom", sender_information=SENDER, custom_html_customization=CUSTOM)
    given.client.magic_links.email.discovery.send("ada@acme.test", login_template_id="custom")
    mail = mock.inbox.latest(to="ada@acme.test")
    assert mail.subject == "Come in"
    assert mail.text == mail.link
    assert mail.html == f'<a href="{mail.link.replace("&", "&amp;")}">In</a>'
    assert given.client.magic_links.discovery.authenticate(mail.token).email_address == "ada@acme.test"


def test_a_default_needs_no_asking_and_suits_its_type_only(templates, place, given, mock):
    otp = {
        "template_type": "ONE_TIME_PASSCODE",
        "html_content": "<b>{{otp_code}}</b> {{unknown}}",
        "plaintext_content": "{{ otp_code }}",
        "subject": "{{otp_code}} it is",
    }
    templates.create(place[0], "otp", sender_information=SENDER, custom_html_customization=otp)
    templates.set_default(place[0], "otp", "ONE_TIME_PASSCODE")
    acme = given.organization()
    given.login(acme, given.member(acme, "ada@acme.test"))
    send = given.client.otps.email.login_or_signup
    send(acme.organization_id, "ada@acme.test")
    mail = mock.inbox.latest(to="ada@acme.test")
    assert (mail.text, mail.subject) == (mail.code, f"{mail.code} it is")
    assert mail.html == f"<b>{mail.code}</b> {{{{unknown}}}}"
    given.client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test", login_template_id="otp")
    assert mock.inbox.latest(to="ada@acme.test").subject != "Come in"
    templates.create(place[0], "plain", prebuilt_customization=PREBUILT)
    send(acme.organization_id, "ada@acme.test", login_template_id="plain")
    assert "it is" not in mock.inbox.latest(to="ada@acme.test").subject


def test_the_template_that_is_asked_for_goes_by_what_the_mail_is(templates, place, given, mock):
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
        templates.create(place[0], name, sender_information=SENDER, custom_html_customization=custom)

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
