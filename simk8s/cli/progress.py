"""How far a long piece of work has come: one line that changes on a terminal, now and then a line in a pipe."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from simk8s.checker.exploration import Exploration

_SECONDS_BETWEEN_LINES = 5.0


class Meter:
    """Shows an exploration's figures on standard error."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._began = self._told = time.monotonic()
        self._live = sys.stderr.isatty()

    def show(self, exploration: Exploration) -> None:
        """Tell how far it has come."""
        now = time.monotonic()
        if self.quiet or (not self._live and now - self._told < _SECONDS_BETWEEN_LINES):
            return
        self._told = now
        text = self._text(exploration)
        click.echo(f"\r\033[K{text}" if self._live else text, err=True, nl=not self._live)

    def note(self, text: str) -> None:
        """Something to know before it begins; "" where there is nothing."""
        if text and not self.quiet:
            click.echo(text, err=True)

    def end(self) -> None:
        """Nothing more comes."""
        if self._live and not self.quiet:
            click.echo("\r\033[K", err=True, nl=False)

    def _text(self, exploration: Exploration) -> str:
        figures = exploration.progress()
        pruned = ", ".join(f"{count} {reason}" for reason, count in figures.pruned.items() if count)
        return (
            f"{figures.points} points, {figures.done} of {figures.crashes} crashes, {figures.worlds} worlds, "
            f"{figures.unique} unique; pruned: {pruned or 'none'}; {time.monotonic() - self._began:.0f} s"
        )
