"""``redirect_urls``: the URLs that links may redirect to, and the default for each type of link."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import Meta
from msgspec.structs import replace

from mockstytch import errors
from mockstytch.domain.shared import redirects
from mockstytch.management import workspace
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import RedirectUrl, RedirectUrlType, UrlUse
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import FieldError

api = Endpoints()

_MAX_URLS = 100

Url = Annotated[str, Meta(min_length=1), FieldError(errors.invalid_url)]
UrlUses = Annotated[list[UrlUse], FieldError(errors.invalid_redirect_url_type)]


class Create(EnvironmentPath):
    url: Url
    valid_types: UrlUses = []
    do_not_promote_defaults: bool = False


@api.post(ENVIRONMENT + "/redirect_urls")
def create(ctx: Context, req: Create) -> Body:
    """Register a URL. If it is registered already, the types are added to its types.

    Raises:
        too_many_redirect_urls: if the environment has 100 redirect URLs.
    """
    if all(r.url != req.url for r in _redirect_urls(ctx)):
        workspace.require_room(ctx, len(_redirect_urls(ctx)), _MAX_URLS, errors.too_many_redirect_urls())
    registered = next((r for r in _redirect_urls(ctx) if r.url == req.url), RedirectUrl(url=req.url, types=[]))
    uses = {use.type: use for use in [*registered.types, *req.valid_types]}
    return {"redirect_url": _register(ctx, req.url, list(uses.values()), not req.do_not_promote_defaults)}


class UrlQuery(EnvironmentPath):
    """The environment in the path, and a registered URL in the query."""

    url: Url


@api.get(ENVIRONMENT + "/redirect_urls")
def get(ctx: Context, req: UrlQuery) -> Body:
    """Return a registered URL."""
    return {"redirect_url": _serialize(_get_redirect_url(ctx, req.url))}


@api.get(ENVIRONMENT + "/redirect_urls/all")
def get_all(ctx: Context, req: EnvironmentPath) -> Body:
    """Return all registered URLs."""
    return {"redirect_urls": [_serialize(r) for r in _redirect_urls(ctx)]}


class Update(UrlQuery):
    valid_types: UrlUses = []
    do_not_promote_defaults: bool = False


@api.put(ENVIRONMENT + "/redirect_urls")
def update(ctx: Context, req: Update) -> Body:
    """Replace the types of a registered URL."""
    _get_redirect_url(ctx, req.url)
    uses = {use.type: use for use in req.valid_types}
    return {"redirect_url": _register(ctx, req.url, list(uses.values()), not req.do_not_promote_defaults)}


class Delete(UrlQuery):
    do_not_promote_defaults: bool = False


@api.delete(ENVIRONMENT + "/redirect_urls")
def delete(ctx: Context, req: Delete) -> Body:
    """Delete a registered URL.

    For each type that it was the default of, the next URL becomes the default, unless ``do_not_promote_defaults``.
    """
    deleted = _get_redirect_url(ctx, req.url)
    remaining = [r for r in _redirect_urls(ctx) if r is not deleted]
    if not req.do_not_promote_defaults:
        for use in deleted.types:
            successor = next((r for r in remaining if _can_be_default(r.url) and _use_of_type(r, use.type)), None)
            if use.is_default and successor:
                remaining = [_with_default(r, use.type) if r is successor else r for r in remaining]
    _save(ctx, remaining)
    return {}


def _register(ctx: Context, url: str, uses: list[UrlUse], promote: bool) -> dict[str, Any]:
    """Register a URL with exactly these uses.

    A type has one default. If the URL becomes the default of a type, the previous default no longer is.

    Args:
        promote: whether the URL becomes the default of a type that no other URL has.
    """
    _require_valid(url, uses, ctx.project.kind)
    others = [r for r in _redirect_urls(ctx) if r.url != url]
    if promote and _can_be_default(url):
        new_types = [use.type for use in uses if not any(_use_of_type(r, use.type) for r in others)]
        uses = [replace(use, is_default=use.is_default or use.type in new_types) for use in uses]
    registered = RedirectUrl(url=url, types=uses)
    default_types = {use.type for use in uses if use.is_default}
    urls = [registered if r.url == url else _without_default(r, default_types) for r in _redirect_urls(ctx)]
    urls += [] if registered in urls else [registered]
    _save(ctx, urls)
    return _serialize(registered)


def _require_valid(url: str, uses: list[UrlUse], kind: Literal["test", "live"]) -> None:
    """Check a URL and its uses.

    Args:
        kind: the kind of the environment. A live one has stricter rules.

    Raises:
        redirect_url_cannot_use_protocol: if the URL's scheme isn't allowed, such as ``javascript``.
        invalid_url: if the redirect URL isn't a valid URL.
        invalid_redirect_url_type: if the URL has no type.
        redirect_url_must_use_https: if a URL of a live environment uses http.
        no_wildcards_in_live_redirect_url: if a URL of a live environment contains a wildcard.
        redirect_url_with_wildcard_cannot_be_default: if a default URL contains a wildcard.
        redirect_url_with_query_param_placeholder_cannot_be_default: if a default URL contains the placeholder ``{}``.
    """
    if url.partition(":")[0].lower() in redirects.FORBIDDEN_SCHEMES:
        raise errors.redirect_url_cannot_use_protocol()
    if not redirects.is_url(url):
        raise errors.invalid_url(because=f"{url!r} isn't a valid URL")
    if not uses:
        raise errors.invalid_redirect_url_type(because="valid_types is empty")
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


def _redirect_urls(ctx: Context) -> list[RedirectUrl]:
    return ctx.project.settings.registered_redirect_urls


def _get_redirect_url(ctx: Context, url: str) -> RedirectUrl:
    """Return a registered URL.

    Raises:
        redirect_url_not_found: if the URL isn't registered.
    """
    registered = next((r for r in _redirect_urls(ctx) if r.url == url), None)
    if registered is None:
        raise errors.redirect_url_not_found()
    return registered


def _use_of_type(registered: RedirectUrl, url_type: str) -> UrlUse | None:
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


def _serialize(registered: RedirectUrl) -> dict[str, Any]:
    uses = [{"type": use.type, "is_default": use.is_default} for use in registered.types]
    return {"url": registered.url, "valid_types": uses}
