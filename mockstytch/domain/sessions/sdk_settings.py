"""Checks of an SDK configuration, when it is set."""

from mockstytch import errors
from mockstytch.domain.sessions import sessions
from mockstytch.store.records.sdk_config import B2BConfig, ConsumerConfig, Domain


def require_valid(config: B2BConfig | ConsumerConfig) -> None:
    """Check a configuration.

    Raises:
        invalid_session_duration_minutes: if the maximum lifetime of sessions isn't between 5 and 527040 minutes.
        invalid_domain: if a ``slug_pattern`` doesn't contain ``{{slug}}``.
    """
    sessions.require_duration(config.sessions.max_session_duration_minutes)
    for domain in config.basic.domains:
        if isinstance(domain, Domain) and domain.slug_pattern and "{{slug}}" not in domain.slug_pattern:
            raise errors.invalid_domain()
