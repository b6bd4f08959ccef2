"""The log: one file under the home, a line an entry, secrets masked."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

from modella.core.secrecy import mask_text

_QUIET = ("urllib3", "asyncio", "websockets", "PIL", "uvicorn.access", "watchfiles")


def start_log(level: str, folder: Path) -> None:
    """Sets up logging for the whole process; may be called again. Without a writable folder the log goes to stderr."""
    number = getattr(logging, level.upper(), logging.INFO)
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / "modella.log", maxBytes=5_000_000, backupCount=5, encoding="utf-8")
    except OSError:
        handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_mask_record)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=number, handlers=[handler], force=True)
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
