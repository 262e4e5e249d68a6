"""Structured log lines without personal values: no request bodies, no query strings, no SQL parameters."""

from __future__ import annotations

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("staffelstab_request_id", default="")
"""Ties the lines of one request together; set by ``core.ui.middleware``."""

_KEPT = (
    "status_code",
    "job",
    "organisation_id",
    "import_id",
    "duration_ms",
    "event",
    "account_id",
    "way",
    "permission",
)


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, request, message, and the code path of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request"] = request_id.get()
        line.update({key: str(getattr(record, key)) for key in _KEPT if hasattr(record, key)})
        if record.exc_info and record.exc_info[0]:
            # The message of an exception may quote values (a duplicate e-mail address, a cell): only its type
            # and its place are logged.
            line["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["at"] = [f"{frame.name}:{frame.lineno}" for frame in frames[-8:]]
        return json.dumps(line, ensure_ascii=False)
