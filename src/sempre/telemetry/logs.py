"""Sets logging up: our own lines and those of every library go the same two ways, to the file and to the terminal."""

import logging
import os
import sys
from pathlib import Path
from typing import TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from sempre import clock
from sempre.telemetry.logfile import LogFile
from sempre.telemetry.rendering import Readable, as_json

FILE_NAME = "sempre.jsonl"
# Chatty libraries, and what we say better ourselves.
_QUIET = {
    "uvicorn.access": logging.WARNING,
    "uvicorn.error": logging.WARNING,
    "asyncio": logging.WARNING,
    "httpx2": logging.WARNING,
    "httpcore2": logging.WARNING,
    "alembic": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "dbos": logging.WARNING,
    "watchdog": logging.WARNING,
    "claude_agent_sdk": logging.WARNING,
}


def configure(
    *,
    folder: Path | None,
    terminal: TextIO | None = None,
    level: str = "info",
    max_bytes: int = 20_000_000,
    keep: int = 10,
) -> None:
    """`folder` gets the JSON lines (None: no file), `terminal` the readable ones (None: stderr).

    Up to `keep` older files of about `max_bytes` are kept, compressed. May be called again.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        _timestamp,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a logger made at import time would keep what was set then
    )
    output = terminal or sys.stderr
    handlers: list[logging.Handler] = [
        _handler(logging.StreamHandler(output), _readable(output), shared)
    ]
    if folder is not None:
        file = LogFile(folder / FILE_NAME, max_bytes=max_bytes, keep=keep)
        handlers.append(_handler(file, as_json, shared))
    _replace(handlers, level)


def _handler(
    handler: logging.Handler, render: Processor, shared: list[Processor]
) -> logging.Handler:
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=shared, processors=[ProcessorFormatter.remove_processors_meta, render]
        )
    )
    return handler


def _replace(handlers: list[logging.Handler], level: str) -> None:
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level.upper())
    for name, at_least in _QUIET.items():
        logging.getLogger(name).setLevel(max(at_least, root.level))
    logging.captureWarnings(capture=True)


def _readable(output: TextIO) -> Readable:
    colours = output.isatty() and "NO_COLOR" not in os.environ
    return Readable(colours=colours)


def _timestamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["timestamp"] = clock.now().isoformat()
    return event
