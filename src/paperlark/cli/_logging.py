"""What `--verbose`, `--log-file` and `--log-format` set up: handlers of the logger `paperlark`."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click

from paperlark.cli._options import environment_of
from paperlark.domain.errors import PublishError
from paperlark.domain.redaction import redacted, remember_variables
from paperlark.domain.request_id import REQUEST_ID

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TIME = "%Y-%m-%dT%H:%M:%S%z"
JSON = "json"
LOG_FORMATS = ("text", JSON)
_OURS, _SERVER = "paperlark", "uvicorn"
"""The loggers of this package and of its web server, which has no other handler."""
_LEVELS = (logging.CRITICAL, logging.INFO, logging.DEBUG)
"""Unasked only breakdowns: every other error is printed."""


class _RedactingFormatter(logging.Formatter):
    """Leaves known secrets out of messages and tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        return redacted(super().format(record))


class _JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object on a line: time, level, logger, message, request."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            # Before it is JSON, where a secret may be written in another way.
            "message": redacted(record.getMessage()),
        }
        if request := REQUEST_ID.get():
            line["request"] = request
        if record.exc_info:
            line["exception"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class _RequestFormatter(_RedactingFormatter):
    """Names the request behind a line, where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        request = REQUEST_ID.get()
        return super().format(record) + (f" [{request}]" if request else "")


@dataclass
class LogSetup:
    """What the options of one command line ask for, before the command's name and after it.

    Of the loggers `told` decisions are printed unasked, of all others warnings.
    """

    verbosity: int = 0
    told: tuple[str, ...] = ()
    file: Path | None = None
    form: str = "text"
    handlers: list[logging.Handler] = field(default_factory=list)

    def apply(self) -> None:
        """Attach handlers in place of those attached before; raises PublishError."""
        self.remove()
        handler: logging.Handler = logging.StreamHandler()
        level = _LEVELS[min(self.verbosity, len(_LEVELS) - 1)]
        if self.form == JSON:
            # For a program that reads it: it selects by itself.
            level = min(level, logging.INFO)
        elif self.told and not self.verbosity:
            level = logging.INFO
            handler.addFilter(self._is_told)
        self._attach(handler, level, _OURS)
        # What fails in the web server is told nowhere else.
        self._attach(logging.StreamHandler(), min(level, logging.WARNING), _SERVER)
        if self.file is not None:
            try:
                # A new one is for its owner alone to read.
                os.close(os.open(self.file, os.O_CREAT | os.O_WRONLY, 0o600))
                handler = logging.FileHandler(self.file, encoding="utf-8")
            except OSError as error:
                raise PublishError(
                    f"{self.file} cannot be written ({error.strerror})", hint="name another file"
                ) from error
            level = logging.DEBUG if self.verbosity > 1 else logging.INFO
            self._attach(handler, level, _OURS, _SERVER)
        _logger().setLevel(min(handler.level for handler in self.handlers))

    def _is_told(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or record.name.startswith(self.told)

    def remove(self) -> None:
        """Detach and close the handlers."""
        for handler in self.handlers:
            for name in (_OURS, _SERVER):
                logging.getLogger(name).removeHandler(handler)
            handler.close()
        self.handlers.clear()
        _logger().setLevel(logging.NOTSET)

    def _attach(self, handler: logging.Handler, level: int, *loggers: str) -> None:
        handler.setLevel(level)
        text = _RequestFormatter(_FORMAT, _TIME)
        handler.setFormatter(_JsonFormatter() if self.form == JSON else text)
        for name in loggers:
            logging.getLogger(name).addHandler(handler)
        self.handlers.append(handler)


def set_up_logging(
    context: click.Context,
    verbosity: int,
    file: Path | None,
    *,
    told: tuple[str, ...] = (),
    form: str | None = None,
) -> None:
    """Log as asked for until the command ends; asked for twice, the more verbose counts.

    Of the loggers `told` decisions are printed also where no log is asked for.
    """
    root = context.find_root()
    setup = root.meta.get(__name__)
    if setup is None:
        setup = root.meta[__name__] = LogSetup()
        root.call_on_close(setup.remove)
        remember_variables(environment_of(context).variables)
        # Retries are not for the reader: what comes of them is reported.
        logging.getLogger("stamina").addHandler(logging.NullHandler())
    setup.verbosity = max(setup.verbosity, verbosity)
    setup.told = told or setup.told
    setup.file = file or setup.file
    setup.form = form or setup.form
    setup.apply()


def logging_options() -> list[click.Parameter]:
    """Return the same options for behind a command's name, where its help does not show them."""
    return [
        click.Option(
            ["-v", "--verbose"], count=True, hidden=True, expose_value=False, callback=_verbose
        ),
        click.Option(
            ["--log-file"],
            type=click.Path(path_type=Path, dir_okay=False),
            hidden=True,
            expose_value=False,
            callback=_log_file,
        ),
        click.Option(
            ["--log-format"],
            type=click.Choice(LOG_FORMATS),
            hidden=True,
            expose_value=False,
            callback=_log_format,
        ),
    ]


def _log_format(context: click.Context, _option: click.Parameter, form: str | None) -> None:
    if form is not None:
        set_up_logging(context, 0, None, form=form)


def _verbose(context: click.Context, _option: click.Parameter, count: int) -> None:
    if count:
        set_up_logging(context, count, None)


def _log_file(context: click.Context, _option: click.Parameter, file: Path | None) -> None:
    if file is not None:
        set_up_logging(context, 0, file)


def _logger() -> logging.Logger:
    return logging.getLogger(_OURS)
