"""The WSGI application as ``serve`` runs it: its processes do not outlive the server program that started them."""

from __future__ import annotations

import signal

from staffelstab.config.children import end_with_parent
from staffelstab.config.wsgi import application

__all__ = ["application"]

# Killed at once: an orphan would keep the port, and its requests are all or nothing anyway.
end_with_parent(signal.SIGKILL)
