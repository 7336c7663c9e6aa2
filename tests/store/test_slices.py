"""Work in slices: other threads get the database between two of them."""

import threading

from mockstytch import MockStytch
from mockstytch.runtime import database as runtime_database


def test_work_in_slices_pauses_if_another_thread_waits(monkeypatch):
    monkeypatch.setattr(runtime_database, "SLICE_SECONDS", 0)
    with MockStytch() as mock:
        used = mock._server.mock._database
        pauses = []
        monkeypatch.setattr(runtime_database, "sleep", pauses.append)
        assert used.run_slice(iter([None, None]))
        assert pauses == []

        def other():
            with used.exclusive_transaction():
                pass

        thread = threading.Thread(target=other)

        def steps():
            thread.start()
            while thread.is_alive() and not used._lock.is_awaited:
                pass
            yield
            yield

        assert used.run_slice(steps())
        assert pauses == [runtime_database._PAUSE_SECONDS]
        thread.join(30)
        assert not thread.is_alive()
        assert not used._lock.is_awaited
