"""Search SCIM resources: filter, sort and return a page, over one kind of resource or over all."""

from typing import Any

from scim2_models import Context as Scim
from scim2_models import InvalidFilterException, SearchRequest

from mockstytch.protocols.scim.scim_models import MAX_RESULTS, TOLERANT
from mockstytch.scim_server.resources import Json, ResourceHandler

_MAX_FILTER_CHARACTERS = 2_000  # a longer one could keep the server busy for seconds
_MAX_OFFSET = 2**31  # a larger ``startIndex`` might not fit into SQLite's integers

Handler = ResourceHandler[Any, Any]


def search(handlers: list[Handler], payload: Any) -> Json:
    """Return the list response to a search.

    Args:
        handlers: the kinds of resources to search, one or two.
        payload: the query parameters, or the body of a search by POST.

    Raises:
        InvalidFilterException: if the filter is too long.
    """
    models: Any = handlers[0].model if len(handlers) == 1 else handlers[0].model | handlers[1].model
    texts = [value for value in payload.values() if isinstance(value, str)] if isinstance(payload, dict) else []
    if any(len(text) > _MAX_FILTER_CHARACTERS for text in texts):
        raise InvalidFilterException(detail=f"The filter is longer than {_MAX_FILTER_CHARACTERS} characters")
    request = SearchRequest[models].model_validate(payload, scim_ctx=Scim.SEARCH_REQUEST, scim_policy=TOLERANT)
    start = request.start_index_0 or 0
    count = min(MAX_RESULTS if request.count is None else request.count, MAX_RESULTS)
    if request.filter is None and request.sort_by is None and len(handlers) == 1:
        total, page = _stored_page(handlers[0], start, count)
    else:
        matches = request.sort(_matches(handlers, request))
        total, page = len(matches), matches[start : start + count]
    by_model = {handler.model: handler for handler in handlers}
    resources = [by_model[type(model)].dump(model, Scim.SEARCH_RESPONSE, request) for model in page]
    return list_response(resources, total=total, start_index=start + 1)


def list_response(resources: list[Json], *, total: int, start_index: int = 1) -> Json:
    """Return one page of resources as SCIM's list response."""
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def _stored_page(handler: Handler, start: int, count: int) -> tuple[int, list[Any]]:
    """Return the number of all resources, and one page in the order of their creation."""
    query = handler.query()
    page = handler.run(handler.in_order(query).offset(min(start, _MAX_OFFSET)).limit(count))
    return handler.ctx.store.count(query), page


def _matches(handlers: list[Handler], request: Any) -> list[Any]:
    """Return the resources that match the filter. The library decides, after a query that finds the candidates."""
    if request.filter is None:
        return [model for handler in handlers for model in handler.run(handler.in_order(handler.query()))]
    candidates = (handler.run(handler.in_order(handler.candidates(request.filter))) for handler in handlers)
    return [model for models in candidates for model in models if request.filter.match(model)]
