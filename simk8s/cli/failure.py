"""What a person sees when a command cannot go on, and the exit status that goes with it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from simk8s.errors import SimError

FINDING = 1
BAD_INPUT = 2
DEFECT = 3
INTERRUPTED = 130
BROKEN_PIPE = 141

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
_NO_WAY = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP)
"""Of a path that a person gave, and that cannot even be looked for."""


@contextmanager
def told_to_people(ctx: click.Context) -> Iterator[None]:
    """Turn every failure into one message and its exit status; a traceback only with SIMK8S_DEBUG=1."""
    try:
        yield
    except (click.exceptions.Exit, click.ClickException, click.Abort):
        raise
    except SimError as error:
        say(error)
        ctx.exit(BAD_INPUT)
    except KeyboardInterrupt:
        _interrupted(ctx)
    except BrokenPipeError:
        _silence_stdout()
        ctx.exit(BROKEN_PIPE)
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # Python wraps one that falls while a class is made
            _interrupted(ctx)
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            click.echo(f"SK102: cannot write the output: {error.strerror}", err=True)
            ctx.exit(BAD_INPUT)
        if isinstance(error, OSError) and error.errno in _NO_WAY and error.filename:
            click.echo(f"SK101 {error.filename}: cannot read {error.filename}: {error.strerror}", err=True)
            ctx.exit(BAD_INPUT)
        _confess(error)
        ctx.exit(DEFECT)


def _interrupted(ctx: click.Context) -> NoReturn:
    click.echo("\ninterrupted", err=True)
    ctx.exit(INTERRUPTED)


def say(error: SimError) -> None:
    """Print an error that is the person's to mend: code, place, cause, and what to try."""
    click.echo(str(error), err=True)


def _confess(error: Exception) -> None:
    """A defect of simk8s: say so, and how to reproduce it (`Cluster` notes the replay token on the error)."""
    click.echo(f"simk8s has a defect: {type(error).__name__}: {error}", err=True)
    for note in getattr(error, "__notes__", []):
        click.echo(note, err=True)
    if os.environ.get("SIMK8S_DEBUG") == "1":
        import traceback

        click.echo("".join(traceback.format_exception(error)), err=True)
    else:
        click.echo("  try: the same command with SIMK8S_DEBUG=1 shows where; please report it with that text", err=True)


def _silence_stdout() -> None:
    """Nobody reads any more: let Python's last flush go nowhere instead of complaining."""
    try:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    except OSError:
        pass
