"""`simk8s`: the command and the table of its subcommands."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

import simk8s
from simk8s.cli.failure import BAD_INPUT, told_to_people

COMMANDS = {
    "run": "Run manifests or a scenario in virtual time until everything is there.",
    "sh": "Run bash in a fresh simulated container.",
    "kubectl": "Run one kubectl command against the end state of a scenario.",
    "check": "Try every crash, and tell which ones the scripts do not survive.",
    "why": "Tell what had to happen before something became true, or what it waits for.",
    "tui": "Watch a run in the terminal, rewind it, ask why, break it.",
    "export": "Write a history for Perfetto, ShiViz, asciinema, or as JSON lines or SVG.",
    "images": "List the container images that are modelled.",
    "explain-error": "Say what an error code means and what to do about it.",
}
"""In the order of `--help`. The command `explain-error` is the function `command` of `simk8s.cli.explain_error`."""


class Lazy(click.Group):
    """A group whose commands are imported when they are called, or asked for their help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"simk8s.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, 1)
            ctx.fail(f"there is no command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with told_to_people(ctx):
            return super().invoke(ctx)


EPILOG = """\b
Examples:
  simk8s run scenarios/article.yaml
  simk8s run mysql-configmap.yaml mysql-services.yaml mysql-statefulset.yaml
  simk8s sh -c 'hostname | tr a-z A-Z'
  simk8s kubectl -- get pods -o wide

\b
Exit status: 0 good; 1 a finding (an expectation failed, or it did not settle);
2 bad input; 3 a defect of simk8s itself; 130 interrupted.

\b
Completion: eval "$(_SIMK8S_COMPLETE=bash_source simk8s)"   (or zsh_source, fish_source)
"""


@click.group(
    cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=EPILOG
)
@click.version_option(simk8s.__version__, prog_name="simk8s", message="%(prog)s %(version)s")
def root() -> None:
    """Run Kubernetes StatefulSets and the scripts in them on a simulated cluster, in virtual time.

    Nothing outside is touched: no cluster, no Docker, no shell of this computer.
    """


def main() -> None:
    """The entry point of the installed command."""
    _replace_closed_streams()
    atexit.register(gc.freeze)  # else Python looks through all there is once more, a fifth of a second after a `check`
    try:
        root(prog_name="simk8s")
    except OSError as error:  # what click itself could not print, such as a help text
        with suppress(OSError):  # nor may there be anywhere to say so
            click.echo(f"SK102: cannot write the output: {error.strerror}", err=True)
        sys.exit(BAD_INPUT)


def _replace_closed_streams() -> None:
    """Python has None for a stream that was closed from outside; read nothing from there, and write to nobody."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
