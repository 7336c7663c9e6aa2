"""``redirect_urls``: where links may lead, and where they lead if nothing else is said."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import Meta
from msgspec.structs import replace

from mockstytch import errors
from mockstytch.domain.shared import redirects
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import RedirectUrl, RedirectUrlType, UrlUse
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import FieldError

api = Endpoints()

Url = Annotated[str, Meta(min_length=1), FieldError(errors.invalid_url)]
UrlUses = Annotated[list[UrlUse], FieldError(errors.invalid_redirect_url_type)]


class Create(EnvironmentPath):
    url: Url
    valid_types: UrlUses = []
    do_not_promote_defaults: bool = False


@api.post(ENVIRONMENT + "/redirect_urls")
def create(ctx: Context, req: Create) -> Body:
    """Register a URL. One that is registered already gets the types in addition."""
    old = next((r for r in _all(ctx) if r.url == req.url), RedirectUrl(url=req.url, types=[]))
    uses = {use.type: use for use in [*old.types, *req.valid_types]}
    return {"redirect_url": _put(ctx, req.url, list(uses.values()), not req.do_not_promote_defaults)}


class Get(EnvironmentPath):
    url: Url


@api.get(ENVIRONMENT + "/redirect_urls")
def get(ctx: Context, req: Get) -> Body:
    """
    Raises:
        redirect_url_not_found: it is not registered.
    """
    return {"redirect_url": _shown(_find(ctx, req.url))}


class GetAll(EnvironmentPath):
    pass


@api.get(ENVIRONMENT + "/redirect_urls/all")
def get_all(ctx: Context, req: GetAll) -> Body:
    return {"redirect_urls": [_shown(r) for r in _all(ctx)]}


class Update(EnvironmentPath):
    url: Url
    valid_types: UrlUses = []
    do_not_promote_defaults: bool = False


@api.put(ENVIRONMENT + "/redirect_urls")
def update(ctx: Context, req: Update) -> Body:
    """Replace the types of a URL.

    Raises:
        redirect_url_not_found: it is not registered.
    """
    _find(ctx, req.url)
    uses = {use.type: use for use in req.valid_types}
    return {"redirect_url": _put(ctx, req.url, list(uses.values()), not req.do_not_promote_defaults)}


class Delete(EnvironmentPath):
    url: Url
    do_not_promote_defaults: bool = False


@api.delete(ENVIRONMENT + "/redirect_urls")
def delete(ctx: Context, req: Delete) -> Body:
    """Where it was a default, the first other URL of that type takes its place, unless that is not wanted.

    Raises:
        redirect_url_not_found: it is not registered.
    """
    gone = _find(ctx, req.url)
    left = [r for r in _all(ctx) if r is not gone]
    if not req.do_not_promote_defaults:
        for use in gone.types:
            heir = next((r for r in left if _can_be_default(r.url) and _use(r, use.type)), None)
            if use.is_default and heir:
                left = [_with_default(r, use.type) if r is heir else r for r in left]
    _save(ctx, left)
    return {}


def _put(ctx: Context, url: str, uses: list[UrlUse], promote: bool) -> dict[str, Any]:
    """Register a URL with exactly these uses. There is one default of a type: it stops being that elsewhere.

    Args:
        promote: the first URL of a type becomes its default.
    """
    _check(url, uses, ctx.project.kind)
    others = [r for r in _all(ctx) if r.url != url]
    if promote and _can_be_default(url):
        first = [use.type for use in uses if not any(_use(r, use.type) for r in others)]
        uses = [replace(use, is_default=use.is_default or use.type in first) for use in uses]
    mine = RedirectUrl(url=url, types=uses)
    taken = {use.type for use in uses if use.is_default}
    urls = [mine if r.url == url else _without_default(r, taken) for r in _all(ctx)]
    urls += [] if mine in urls else [mine]
    _save(ctx, urls)
    return _shown(mine)


def _check(url: str, uses: list[UrlUse], kind: Literal["test", "live"]) -> None:
    """
    Raises:
        redirect_url_cannot_use_protocol: ``javascript:`` and the like.
        invalid_url: it is no URL.
        invalid_redirect_url_type: it has no type.
        redirect_url_must_use_https, no_wildcards_in_live_redirect_url: what only a test environment may have.
        redirect_url_with_wildcard_cannot_be_default, redirect_url_with_query_param_placeholder_cannot_be_default:
            where would one be sent?
    """
    if url.partition(":")[0].lower() in redirects.FORBIDDEN_SCHEMES:
        raise errors.redirect_url_cannot_use_protocol()
    if not redirects.is_url(url):
        raise errors.invalid_url(because=f"{url!r} is no URL")
    if not uses:
        raise errors.invalid_redirect_url_type(because="no type at all")
    if kind == "live" and urlsplit(url).scheme == "http":
        raise errors.redirect_url_must_use_https()
    if kind == "live" and "*" in url:
        raise errors.no_wildcards_in_live_redirect_url()
    if any(use.is_default for use in uses) and "*" in url:
        raise errors.redirect_url_with_wildcard_cannot_be_default()
    if any(use.is_default for use in uses) and "{}" in url:
        raise errors.redirect_url_with_query_param_placeholder_cannot_be_default()


def _can_be_default(url: str) -> bool:
    return "*" not in url and "{}" not in url


def _all(ctx: Context) -> list[RedirectUrl]:
    return ctx.project.settings.registered_redirect_urls


def _find(ctx: Context, url: str) -> RedirectUrl:
    found = next((r for r in _all(ctx) if r.url == url), None)
    if found is None:
        raise errors.redirect_url_not_found()
    return found


def _use(registered: RedirectUrl, url_type: str) -> UrlUse | None:
    return next((use for use in registered.types if use.type == url_type), None)


def _without_default(registered: RedirectUrl, url_types: set[RedirectUrlType]) -> RedirectUrl:
    return replace(
        registered, types=[replace(u, is_default=u.is_default and u.type not in url_types) for u in registered.types]
    )


def _with_default(registered: RedirectUrl, url_type: RedirectUrlType) -> RedirectUrl:
    return replace(
        registered, types=[replace(u, is_default=u.is_default or u.type == url_type) for u in registered.types]
    )


def _save(ctx: Context, urls: list[RedirectUrl]) -> None:
    ctx.update_project(settings=replace(ctx.project.settings, registered_redirect_urls=urls))


def _shown(registered: RedirectUrl) -> dict[str, Any]:
    uses = [{"type": use.type, "is_default": use.is_default} for use in registered.types]
    return {"url": registered.url, "valid_types": uses}
