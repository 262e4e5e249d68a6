"""One database connection per thread, closed when the thread ends.

The web server ends threads it does not need for a while. Django keeps a connection per thread and leaves it to the
garbage collector afterwards, which takes its time: after each quiet spell a server would hold a few more.
"""

from __future__ import annotations

import threading
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

_thread = threading.local()


class _Closing:
    """Lives in the thread's own memory and goes with it."""

    def __init__(self, wrapper: BaseDatabaseWrapper) -> None:
        self.wrapper = wrapper

    def __del__(self) -> None:
        # Not the wrapper's own close: it insists on the thread that is ending.
        connection = self.wrapper.connection
        if connection is not None:
            connection.close()


def close_with_thread(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Receiver of ``connection_created``: the connection ends with the thread that opened it."""
    if threading.current_thread() is threading.main_thread():
        return
    key = f"{connection.alias} {id(connection)}"
    # A lost connection that is opened anew has the same wrapper: a second guard would close what was just opened.
    if key not in _thread.__dict__:
        _thread.__dict__[key] = _Closing(connection)
