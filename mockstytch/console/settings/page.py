"""The pages of the settings editor, and the preview of an e-mail template."""

from typing import Any

import msgspec
from starlette.responses import Response

from mockstytch import errors
from mockstytch.api import connected_apps, m2m
from mockstytch.console import render
from mockstytch.console.management_calls import ManagementCalls
from mockstytch.console.page import PageHandler, PageRequest
from mockstytch.console.settings import tabs
from mockstytch.console.settings.fields import setting
from mockstytch.domain.rbac import permissions
from mockstytch.domain.shared import email_templates
from mockstytch.store.records.projects import REDIRECT_URL_TYPES, WORKSPACE, DefaultEmailTemplate, EmailTemplate

_FIRST = "project"


def settings(calls: ManagementCalls) -> PageHandler:
    """Return the page of the settings editor.

    Args:
        calls: the management API, which lists secrets, public tokens and e-mail templates.
    """

    def show(page: PageRequest) -> Response:
        tab = str(page.request.path_params.get("tab", _FIRST))
        if tab not in tabs.TABS:
            raise errors.route_not_found(because=f"the settings have no tab {tab[:50]}")
        groups = tabs.groups(tab, page.project.vertical)
        return page.render(
            f"settings_{tab}.html" if any(group.custom for group in groups) else "settings.html",
            tab=tab,
            tabs=tabs.TABS,
            groups=groups,
            settings={name: setting(page.project, name) for group in groups for name in group.settings},
            **_LISTS.get(tab, _nothing)(page, calls),
        )

    return show


def preview(page: PageRequest) -> Response:
    """Show what an e-mail template looks like, with examples for its variables.

    Raises:
        email_template_not_found: if the project has no e-mail template with custom HTML and this id.
    """
    with page.mock.transaction(WORKSPACE) as ctx:
        slug, template_id = ManagementCalls.slug(page.project), page.parameter("template_id")
        template = ctx.store.find(EmailTemplate, project_slug=slug, template_id=template_id)
    mail = email_templates.preview(template) if template else None
    if mail is None:
        raise errors.email_template_not_found(because="The project has no template with custom HTML and this id.")
    return render.framed(mail.html)


def _nothing(_page: PageRequest, _calls: ManagementCalls) -> dict[str, Any]:
    return {}


def _items(values: list[Any]) -> list[tuple[Any, str]]:
    """Return the items of a list in the settings, each with its JSON, by which a form finds it again."""
    return [(value, msgspec.json.encode(value).decode()) for value in values]


def _project(page: PageRequest, calls: ManagementCalls) -> dict[str, Any]:
    return {
        "secrets": calls.run(page.project, "secrets.get_all", {})["secrets"],
        "public_tokens": calls.run(page.project, "public_tokens.get_all", {})["public_tokens"],
        "jwks_url": f"{page.server_url}/v1/b2b/sessions/jwks/{page.project.project_id}",
    }


def _redirect_urls(page: PageRequest, _calls: ManagementCalls) -> dict[str, Any]:
    urls = page.project.settings.registered_redirect_urls
    uses = {r.url: {u.type: f"{u.type} default" if u.is_default else u.type for u in r.types} for r in urls}
    return {"urls": uses, "types": REDIRECT_URL_TYPES}


def _messages(page: PageRequest, calls: ManagementCalls) -> dict[str, Any]:
    with page.mock.transaction(WORKSPACE) as ctx:
        defaults = ctx.store.all(DefaultEmailTemplate, project_slug=ManagementCalls.slug(page.project))
    return {
        "templates": calls.run(page.project, "email_templates.get_all", {})["email_templates"],
        "defaults": {default.template_type: default.template_id for default in defaults},
        "template_types": email_templates.TYPES,
    }


def _roles(page: PageRequest, _calls: ManagementCalls) -> dict[str, Any]:
    policy = page.project.settings.rbac_policy
    with page.transaction() as ctx:
        roles, resources = permissions.roles(ctx), permissions.resources(ctx)
    own = {role.role_id for role in policy.roles}
    granted = {role.role_id: {p.resource_id: p.actions for p in role.permissions} for role in roles}
    return {
        "roles": [(role, json if role.role_id in own else "") for role, json in _items(roles)],
        "granted": granted,
        "resources": resources,
        "own_resources": _items(policy.resources),
        "scopes": _items(policy.scopes),
    }


def _tokens(page: PageRequest, _calls: ManagementCalls) -> dict[str, Any]:
    present = {t.template_type: t for t in page.project.settings.jwt_templates}
    return {
        "jwt_templates": {name: present.get(name) for name in ("SESSION", "M2M")},
        "profiles": page.project.settings.trusted_token_profiles,
    }


def _clients(page: PageRequest, _calls: ManagementCalls) -> dict[str, Any]:
    with page.transaction() as ctx:
        clients = m2m.search_(ctx, m2m.Search(limit=page.rows))["m2m_clients"]
        apps = connected_apps.search_(ctx, connected_apps.Search(limit=page.rows))["connected_apps"]
    return {"m2m_clients": clients, "apps": apps, "client_types": [t.value for t in connected_apps.ClientType]}


def _limits(page: PageRequest, _calls: ManagementCalls) -> dict[str, Any]:
    limits = page.project.settings.rate_limits
    return {
        "limits": limits if isinstance(limits, dict) else {},
        "limits_name": "as documented" if limits == "production" else "own limits" if limits else "off",
    }


_LISTS = {
    "project": _project,
    "redirect-urls": _redirect_urls,
    "messages": _messages,
    "roles": _roles,
    "tokens": _tokens,
    "clients": _clients,
    "limits": _limits,
}
