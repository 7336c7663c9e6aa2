"""Check a fault's rule: names, values, and fields that contradict each other."""

import reprlib
from collections.abc import Collection
from typing import Any, get_args

import msgspec

from mockstytch import errors
from mockstytch.faults import rules
from mockstytch.faults.rules import CheckedRule, DelayRange, Rule
from mockstytch.faults.targets import Targets
from mockstytch.nearest import did_you_mean
from mockstytch.store.records.messages import Message
from mockstytch.surfaces import project_domain

_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_ANSWERS = ("error_type", "status_code", "connection", "malformed")  # at most one, except an error with its status
_OF_REQUESTS = (*_ANSWERS, "body", "delay_ms")
_OF_MESSAGES = ("lose", "delay_seconds", "copies")
_OF_WEBHOOKS = ("lose", "copies", "shuffle")
_EFFECTS = dict.fromkeys((*_OF_REQUESTS, *_OF_MESSAGES, *_OF_WEBHOOKS))
_FIELDS_OF_EVENTS = ("event_id", "event_type", "source", "object_type", "action", "id", "url")
_WITHOUT_BODY = (204, 205, 304)

MAX_DELAY_MS = 600_000
_MOST = 1_000_000_000
# The smallest and the greatest value of each number.
_RANGES: dict[str, tuple[float, float]] = {
    "status_code": (200, 599),
    "copies": (2, 100),
    "times": (1, _MOST),
    "after": (0, _MOST),
    "delay_ms": (0, MAX_DELAY_MS),
}
# Numbers that must be more than zero, and the greatest value of each.
_SHARES: dict[str, float] = {"probability": 1, "for_seconds": _MOST, "delay_seconds": _MOST}


def check(sent: dict[str, Any], targets: Targets) -> CheckedRule:
    """Return a rule that is valid.

    Raises:
        bad_request: if a field, an operation, a path or an error_type of the rule doesn't exist, a value isn't valid,
            or fields of the rule contradict each other. The reason has the most similar valid name.
    """
    for name in sent:
        _require_known("field", name, Rule.__struct_fields__)
    given = {name: value for name, value in sent.items() if value is not None or name == "body"}
    if "connection" in given:
        _require_known("connection", given["connection"], get_args(rules.Connection))
    try:
        rule = msgspec.convert(given, Rule)
    except msgspec.ValidationError as e:
        raise errors.bad_request(because=str(e)) from None
    _check_numbers(given, rule)
    if ("operation" in given) == ("path" in given):
        raise errors.bad_request(because="a fault needs an operation or a path, and not both")
    operations = _check_path(rule, targets) if "path" in given else _check_operation(given, rule, targets)
    return CheckedRule(rule, given, operations)


def _check_numbers(given: dict[str, Any], rule: Rule) -> None:
    for name in given:
        value = getattr(rule, name)
        if isinstance(value, DelayRange):
            if not 0 <= value.min <= value.max <= MAX_DELAY_MS:
                raise errors.bad_request(because=f"delay_ms needs 0 <= min <= max <= {MAX_DELAY_MS}")
        elif name in _RANGES and not _RANGES[name][0] <= value <= _RANGES[name][1]:
            raise errors.bad_request(because=f"{name} must be between {_RANGES[name][0]} and {_RANGES[name][1]}")
        elif name in _SHARES and not 0 < value <= _SHARES[name]:
            raise errors.bad_request(because=f"{name} must be more than 0 and at most {_SHARES[name]}")


def _check_path(rule: Rule, targets: Targets) -> frozenset[str]:
    if rule.method:
        _require_known("method", rule.method, _METHODS)
    paths = {rule.path, project_domain.split_path(rule.path)[1]}  # the second one is below the project's domain
    methods = sorted({method for path in paths for method in targets.methods_of(path)})
    if not methods and rule.path.startswith("/_mock"):
        raise errors.bad_request(because="faults don't apply to the control API and the console")
    if not methods:
        raise errors.bad_request(because=_unknown("path", rule.path, sorted({path for _, path in targets.paths})))
    if rule.method and rule.method not in methods:
        raise errors.bad_request(because=f"{rule.path} has only {', '.join(methods)}")
    _check_request_fields(rule.__struct_fields__, rule)
    return frozenset()


def _check_operation(given: dict[str, Any], rule: Rule, targets: Targets) -> frozenset[str]:
    """Return the names of what a rule is about.

    Raises:
        bad_request: if no operation, message or webhook has the name, or the rule has a field that doesn't apply to it.
    """
    if rule.method:
        raise errors.bad_request(because="method needs a path: an operation has only one")
    name, pattern = rule.operation, rules.pattern(rule.operation)
    if found := targets.find(name):
        _check_request_fields(given, rule)
        _check_where(rule, frozenset().union(*(operation.fields for operation in found)))
        return frozenset(operation.name for operation in found)
    if messages := frozenset(message for message in rules.MESSAGES if pattern.fullmatch(message)):
        _check_fields(given, rule, name, _OF_MESSAGES)
        _check_where(rule, Message.__struct_fields__)
        return messages
    if pattern.fullmatch(rules.WEBHOOK):
        _check_fields(given, rule, name, _OF_WEBHOOKS)
        _check_where(rule, _FIELDS_OF_EVENTS)
        return frozenset((rules.WEBHOOK,))
    raise errors.bad_request(because=_unknown("operation", name, [*targets.operations, *rules.MESSAGES, rules.WEBHOOK]))


def _check_request_fields(given: Collection[str], rule: Rule) -> None:
    """Check what a fault does to a request.

    Raises:
        bad_request: if the rule does nothing to a request, or two things that contradict each other.
    """
    _check_fields([name for name in given if _is_set(rule, name)], rule, "a request", _OF_REQUESTS)
    if _is_set(rule, "body") and (rule.error_type or not rule.status_code):
        raise errors.bad_request(
            because="body contradicts error_type" if rule.error_type else "body needs a status_code"
        )
    if rule.status_code in _WITHOUT_BODY and _is_set(rule, "body"):
        raise errors.bad_request(because=f"a response with the status {rule.status_code} has no body")
    if rule.error_type:
        _require_known("error_type", rule.error_type, [kind.error_type for kind in errors.catalogue()])
        if rule.status_code and rule.status_code < 400:
            raise errors.bad_request(because="the status_code of an error must be between 400 and 599")
    answers = [name for name in _ANSWERS if _is_set(rule, name) and not (name == "status_code" and rule.error_type)]
    if len(answers) > 1:
        raise errors.bad_request(because=f"{answers[0]} contradicts {answers[1]}")


def _check_fields(given: Collection[str], rule: Rule, name: str, allowed: tuple[str, ...]) -> None:
    """Check that a rule has an effect, and only effects that its target can have.

    Raises:
        bad_request: if the rule does nothing, loses what it also changes, or has a field that doesn't apply.
    """
    for field in given:
        if field in _EFFECTS and field not in allowed:
            raise errors.bad_request(because=f"{field} doesn't apply to {name}. Use: {', '.join(allowed)}")
    effects = [field for field in allowed if _is_set(rule, field)]
    if not effects:
        raise errors.bad_request(because=f"the fault does nothing. Give one of: {', '.join(allowed)}")
    if rule.lose and len(effects) > 1:
        raise errors.bad_request(because=f"lose contradicts {next(e for e in effects if e != 'lose')}")


def _check_where(rule: Rule, names: Collection[str]) -> None:
    for name in rule.where:
        _require_known("field in where", name, sorted(names))


def _is_set(rule: Rule, name: str) -> bool:
    """Return whether a field has another value than its default."""
    default = next(field.default for field in msgspec.structs.fields(Rule) if field.name == name)
    return bool(getattr(rule, name) != (default if default is not msgspec.NODEFAULT else {}))


def _require_known(what: str, value: object, names: Collection[str]) -> None:
    if value not in names:
        raise errors.bad_request(because=_unknown(what, value, names))


def _unknown(what: str, value: object, names: Collection[str]) -> str:
    shown = reprlib.repr(value)
    return f"there is no {what} {shown}.{did_you_mean(str(value), names)}"
