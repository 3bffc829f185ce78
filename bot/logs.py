"""Structured logs: events with fields, internal ids only. The token is taken out of every line, tracebacks included.

Libraries are held at WARNING whatever LOG_LEVEL says: at DEBUG they print updates (names, texts) and addresses with the
token in them.
"""

from __future__ import annotations

import logging
import re
import sys

import structlog

TOKEN = re.compile(r"\b\d{6,20}:[A-Za-z0-9_-]{3,64}\b|/bot[^/\s]+/")


class Redacted(logging.Formatter):
    """Wraps another formatter and takes tokens out of what it made."""

    def __init__(self, inner: logging.Formatter, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        """The line without tokens."""
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return TOKEN.sub("***", line)


def set_up(*, level: str = "INFO", as_json: bool = False, secrets: tuple[str, ...] = ()) -> None:
    """Send everything to standard error, one event a line."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        # Not the rich traceback: it prints local variables, and those hold people's data.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=False,
    )
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    if as_json:
        processors.insert(1, structlog.processors.format_exc_info)
    handler = logging.StreamHandler()
    handler.setFormatter(
        Redacted(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=processors), secrets)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("tallyhand").setLevel(level)


def get() -> structlog.stdlib.BoundLogger:
    """The product's logger."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger("tallyhand")
    return logger
