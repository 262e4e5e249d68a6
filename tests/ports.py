"""Ports for programs that a test starts."""

from __future__ import annotations

import random
import socket

_BELOW_EPHEMERAL = range(20_000, 32_000)
"""The system gives no outgoing connection one of these, so none is taken between the choice and the start."""


def free_port() -> int:
    """A port nobody listens on."""
    chance = random.SystemRandom()  # workers must not all draw the same
    while True:
        port = chance.choice(_BELOW_EPHEMERAL)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
