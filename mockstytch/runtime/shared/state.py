"""Give a ``Mock`` state that it shares with the other processes on its database."""

from typing import TYPE_CHECKING

from mockstytch.faults.shared import SharedFaults, SharedRateLimits
from mockstytch.runtime.database import Database
from mockstytch.runtime.shared.held_messages import SharedHeldMessages
from mockstytch.runtime.shared.leftovers import Leftovers
from mockstytch.runtime.shared.notifications import SharedNotifications
from mockstytch.runtime.shared.request_log import SharedRequestLog
from mockstytch.runtime.shared.seeds import SharedSeeds

if TYPE_CHECKING:
    from mockstytch.runtime.mock import Mock


def share(mock: "Mock", database: Database) -> None:
    """Keep faults, seeds, the request log and so on where the other processes find them."""
    mock.request_log, mock.seeds = SharedRequestLog(database), SharedSeeds(database.rows)
    mock.faults, mock.rate_limits = SharedFaults(database.rows), SharedRateLimits(database.rows)
    mock.held_messages = SharedHeldMessages(mock.projects.find, mock.transaction, database.rows)
    mock.notifications = SharedNotifications(database.open_channel)
    mock.request_log.subscribers.append(mock.notifications.on_request)
    mock.notifications.leftovers.append(lambda: _release_held_messages(mock))
    mock.on_close.append(Leftovers(mock.notifications.leftovers).close)


def _release_held_messages(mock: "Mock") -> None:
    for project in mock.projects.holding_messages():
        mock.held_messages.release(project)
