"""The log: lines for people on the screen, JSON lines in a file, secrets masked in both."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

from modella.core.secrecy import mask_text

_QUIET = ("urllib3", "asyncio", "websockets", "PIL", "uvicorn.access", "watchfiles")


def start_log(level: str, folder: Path | None, *, screen: bool) -> None:
    """Sets up logging for the whole process; may be called again."""
    number = getattr(logging, level.upper(), logging.INFO)
    handlers: list[logging.Handler] = []
    if screen:
        handlers.append(logging.StreamHandler(sys.stderr))
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handlers.append(
                RotatingFileHandler(folder / "modella.log", maxBytes=5_000_000, backupCount=5, encoding="utf-8")
            )
        except OSError:
            handlers.append(logging.StreamHandler(sys.stderr))
    for handler in handlers:
        handler.addFilter(_mask_record)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=number, handlers=handlers or [logging.NullHandler()], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.format_exc_info,
            _mask_event,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _mask_record(record: logging.LogRecord) -> bool:
    record.msg, record.args = mask_text(record.getMessage()).replace("\n", "\\n"), ()
    if record.exc_info:
        record.exc_text = mask_text(logging.Formatter().formatException(record.exc_info))
    return True


def _mask_event(_logger: Any, _method: str, event: Any) -> Any:
    return {name: mask_text(value) if isinstance(value, str) else value for name, value in event.items()}
