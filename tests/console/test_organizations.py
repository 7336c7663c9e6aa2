"""The pages of organizations and members: everything is changed by operations of the API."""

import re
from html import unescape
from urllib.parse import unquote

import pytest

from tests.support.html_forms import submit


@pytest.fixture
def organization(given):
    return given.organization("Acme")


@pytest.fixture
def member(given, organization):
    return given.member(organization, "ada@acme.example", name="Ada", roles=["stytch_admin"])


@pytest.fixture
def path(organization):
    return f"/_mock/organizations/{organization.organization_id}"


@pytest.fixture
def member_path(path, member):
    return f"{path}/members/{member.member_id}"


class TestOrganizations:
    def test_empty_list_says_what_to_do(self, visitor, mock, client):
        client.project.metrics()
        text = visitor.get("/_mock/organizations").text
        assert "No organizations yet" in text
        assert "mockstytch serve --seed" in text

    def test_list_shows_name_slug_and_number_of_members(self, visitor, organization, member):
        text = visitor.get("/_mock/organizations").text
        assert organization.organization_slug in text
        assert re.search(r'data-unit="members">1<', text)

    def test_search_finds_a_part_of_the_name(self, visitor, given, organization):
        other = given.organization("Globex")
        text = visitor.get("/_mock/organizations", params={"q": "glob"}).text
        assert other.organization_id in text
        assert organization.organization_id not in text
        assert "No organization matches" in visitor.get("/_mock/organizations", params={"q": "zzzz"}).text

    def test_short_search_shows_everything_and_says_why(self, visitor, organization):
        text = visitor.get("/_mock/organizations", params={"q": "zz"}).text
        assert organization.organization_id in text
        assert "at least three characters" in text

    def test_pages_of_a_long_list(self, visitor, given):
        ids = [given.organization().organization_id for _ in range(3)]
        first = visitor.get("/_mock/organizations", params={"rows": 2})
        assert [id in first.text for id in ids] == [False, True, True]
        cursor = unquote(re.search(r"cursor=([^&\"]+)", unescape(first.text))[1])
        second = visitor.get("/_mock/organizations", params={"rows": 2, "cursor": cursor})
        assert [id in second.text for id in ids] == [True, False, False]

    def test_form_creates_an_organization_and_opens_it(self, visitor, client, given):
        given.organization()
        sent = submit(visitor, "/_mock/organizations", "create", organization_name="New", organization_slug="new-org")
        assert sent.status_code == 303
        [created] = client.organizations.search(
            query={"operator": "AND", "operands": [{"filter_name": "organization_slugs", "filter_value": ["new-org"]}]}
        ).organizations
        assert sent.headers["location"].startswith(f"/_mock/organizations/{created.organization_id}")

    def test_refused_form_keeps_what_was_typed(self, visitor, organization):
        sent = submit(
            visitor,
            "/_mock/organizations",
            "create",
            organization_name="Again <b>",
            organization_slug=organization.organization_slug,
        )
        assert sent.status_code == 400
        assert "organization_slug_already_used" in sent.text
        assert 'value="Again &lt;b&gt;"' in sent.text


class TestOrganization:
    def test_shows_members_with_their_roles(self, visitor, path, member):
        text = visitor.get(path).text
        assert "ada@acme.example" in text
        assert '<span class="tag">stytch_admin</span>' in text

    def test_lists_pending_connections_with_their_status(self, visitor, client, path, organization):
        assert "none yet: add SSO or SCIM" in visitor.get(path).text
        pending = client.sso.saml.create_connection(organization.organization_id, display_name="Okta").connection
        text = visitor.get(path).text
        assert f'#{pending.connection_id}">Okta</a> <span class="tag used">pending</span>' in text
        assert "add or edit connections" in text

    def test_time_of_creation_is_easy_to_read(self, visitor, client, path, organization):
        created = client.organizations.get(organization.organization_id).organization.created_at
        assert f">{created:%Y-%m-%d %H:%M:%S}</time>" in visitor.get(path).text

    def test_only_changed_settings_are_sent(self, visitor, client, path, organization):
        client.organizations.update(
            organization.organization_id, email_allowed_domains=["acme.example"], trusted_metadata={"plan": "pro"}
        )
        sent = submit(
            visitor, path, "settings", mfa_policy="REQUIRED_FOR_ALL", email_allowed_domains="a.example\nb.example"
        )
        assert sent.status_code == 303
        changed = client.organizations.get(organization.organization_id).organization
        assert changed.mfa_policy == "REQUIRED_FOR_ALL"
        assert changed.email_allowed_domains == ["a.example", "b.example"]
        assert changed.trusted_metadata == {"plan": "pro"}
        assert changed.organization_name == organization.organization_name

    def test_invalid_json_is_refused_and_kept(self, visitor, path):
        sent = submit(visitor, path, "settings", trusted_metadata="{not json")
        assert sent.status_code == 400
        assert "trusted_metadata isn&#39;t valid JSON" in sent.text
        assert "{not json</textarea>" in sent.text

    def test_form_creates_a_member(self, visitor, client, path, organization):
        sent = submit(
            visitor, path, "create", email_address="grace@acme.example", roles="stytch_admin", mfa_enrolled="on"
        )
        created = client.organizations.members.get(
            organization.organization_id, email_address="grace@acme.example"
        ).member
        assert created.mfa_enrolled
        assert "stytch_admin" in [role.role_id for role in created.roles]
        assert created.member_id in sent.headers["location"]

    def test_refused_member_keeps_the_box_checked(self, visitor, path, member):
        sent = submit(visitor, path, "create", email_address=member.email_address, mfa_enrolled="on")
        assert "duplicate_member_email" in sent.text or "duplicate" in sent.text
        assert re.search(r'name="mfa_enrolled:bool" checked', sent.text)

    def test_delete_leads_to_the_list(self, visitor, client, path, organization):
        sent = submit(visitor, path, "delete")
        assert sent.headers["location"].startswith("/_mock/organizations?")
        assert visitor.get(path).status_code == 404

    def test_change_is_the_dashboards(self, visitor, mock, path):
        mock.webhooks.set("http://127.0.0.1:9/")
        submit(visitor, path, "settings", organization_name="Renamed")
        assert [delivery.event_type for delivery in mock.webhooks.deliveries()] == ["dashboard.organization.update"]

    def test_unknown_organization_is_not_found(self, visitor, organization):
        assert (
            visitor.get("/_mock/organizations/organization-test-00000000-0000-4000-8000-000000000009").status_code
            == 404
        )


class TestMember:
    def test_shows_roles_with_their_sources(self, visitor, given, organization, member, member_path):
        given.client.organizations.update(
            organization.organization_id,
            rbac_email_implicit_role_assignments=[{"domain": "acme.example", "role_id": "stytch_admin"}],
        )
        text = visitor.get(member_path).text
        assert "direct_assignment, email_assignment (acme.example)" in text

    def test_form_changes_only_what_was_typed(self, visitor, client, member, member_path):
        assert submit(visitor, member_path, "update", name="Ada L.", roles="").status_code == 303
        changed = client.organizations.members.get(member.organization_id, member.member_id).member
        assert changed.name == "Ada L."
        assert [role.role_id for role in changed.roles] == ["stytch_member"]

    def test_box_can_be_unchecked(self, visitor, client, given, organization):
        member = given.member(organization, "eve@acme.example", mfa_enrolled=True)
        path = f"/_mock/organizations/{organization.organization_id}/members/{member.member_id}"
        submit(visitor, path, "update", mfa_enrolled=None)
        assert not client.organizations.members.get(member.organization_id, member.member_id).member.mfa_enrolled

    def test_shown_totp_code_works(self, visitor, client, given, organization, member, member_path):
        submit(visitor, member_path, "create-totp")
        text = visitor.get(member_path).text
        code = re.search(r'id="totp">(\d{6})<', text)[1]
        login = client.magic_links.authenticate
        token = given.link_token(organization, member.email_address)
        done = client.totps.authenticate(
            member.organization_id, member.member_id, code, session_token=login(token).session_token
        )
        assert done.member_session
        codes = client.recovery_codes.get(member.organization_id, member.member_id).recovery_codes
        shown = visitor.get(member_path).text
        assert all(code in shown for code in codes)

    def test_session_of_the_form_is_valid(self, visitor, client, member, member_path):
        response = submit(visitor, member_path, "login", session_duration_minutes="30")
        assert response.status_code == 200
        token = re.search(r'id="session-token"[^>]*>([^<]+)<', response.text)[1]
        session = client.sessions.authenticate(session_token=token)
        assert session.member.member_id == member.member_id
        assert f"&#34;sub&#34;: &#34;{member.member_id}&#34;" in response.text
        assert f"stytch_session={token}" in unescape(response.text)

    def test_sessions_are_revoked_one_by_one_or_together(self, visitor, client, given, member, member_path):
        first, second, third = (
            given.mock.log_in(member.email_address, organization_id=member.organization_id) for _ in range(3)
        )
        id = first.member_session["member_session_id"]
        submit(visitor, member_path, f"revoke-{id}")
        left = {
            s.member_session_id for s in client.sessions.get(member.organization_id, member.member_id).member_sessions
        }
        assert left == {login.member_session["member_session_id"] for login in (second, third)}
        submit(visitor, member_path, "revoke-all")
        assert client.sessions.get(member.organization_id, member.member_id).member_sessions == []

    def test_expired_session_is_not_shown(self, visitor, mock, member, member_path):
        session = mock.log_in(member.email_address, organization_id=member.organization_id).member_session
        assert session["member_session_id"] in visitor.get(member_path).text
        mock.clock.advance(minutes=61)
        assert session["member_session_id"] not in visitor.get(member_path).text

    def test_deleted_member_can_be_reactivated(self, visitor, client, given, organization, member, member_path):
        given.login(organization, member)  # only a verified address can be reactivated
        submit(visitor, member_path, "delete")
        assert "This member is deleted" in visitor.get(member_path).text
        assert submit(visitor, member_path, "reactivate").status_code == 303
        assert client.organizations.members.get(member.organization_id, member.member_id).member.status != "deleted"

    def test_links_to_the_members_messages(self, visitor, given, member, member_path):
        given.client.magic_links.email.login_or_signup(member.organization_id, member.email_address)
        message = given.mock.inbox.latest(to=member.email_address)
        assert f"/_mock/messages/{message.message_id}" in visitor.get(member_path).text

    def test_member_of_another_organization_is_not_found(self, visitor, given, member):
        other = given.organization()
        path = f"/_mock/organizations/{other.organization_id}/members/{member.member_id}"
        assert visitor.get(path).status_code in (400, 404)


class TestForms:
    @pytest.mark.parametrize(
        ("body", "because"),
        [
            ("", "there is no call"),
            ("form/do=nonsense", "there is no call nonsense"),
            ("form/do=organizations.create&name:nope=1", "there is no type nope"),
            ("form/do=organizations.create&limit:int=many", "limit isn&#39;t valid whole number"),
            ("form/do=organizations.create&limit:json=" + "%5B" * 5000, "isn&#39;t valid JSON"),
            ("&".join(f"a{n}=1" for n in range(600)), "more than 500 fields"),
        ],
    )
    def test_broken_form_is_refused(self, visitor, organization, body, because):
        headers = {"content-type": "application/x-www-form-urlencoded"}
        response = visitor.post("/_mock/organizations", content=body, headers=headers)
        assert response.status_code == 400
        assert because in response.text

    def test_forms_need_no_project_that_exists(self, visitor):
        response = visitor.post("/_mock/organizations?project_id=nonsense", content="form/do=organizations.create")
        assert response.status_code == 400
