"""Checks of an SDK configuration, when it is set."""

from mockstytch import errors
from mockstytch.domain.sessions import sessions
from mockstytch.store.records.sdk_config import B2BConfig, ConsumerConfig


def require_valid(config: B2BConfig | ConsumerConfig) -> None:
    """Check what both kinds of configuration have.

    Raises:
        invalid_session_duration_minutes: if the maximum lifetime of sessions isn't between 5 and 527040 minutes.
    """
    sessions.require_duration(config.sessions.max_session_duration_minutes)


def require_valid_b2b(config: B2BConfig) -> None:
    """Check a B2B configuration. See ``require_valid``, too.

    Raises:
        invalid_domain: if a ``slug_pattern`` doesn't contain ``{{slug}}``.
    """
    require_valid(config)
    if any(domain.slug_pattern and "{{slug}}" not in domain.slug_pattern for domain in config.basic.domains):
        raise errors.invalid_domain()
