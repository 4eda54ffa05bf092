"""`simk8s tui`: the terminal app."""

from __future__ import annotations

import os
import sys

import click

from simk8s.cli.failure import DEFECT

EPILOG = """\b
Examples:
  simk8s tui
  simk8s tui identity
  simk8s tui my-manifests/
  simk8s run article --trace trace.jsonl; simk8s tui trace.jsonl
"""


@click.command("tui", epilog=EPILOG)
@click.argument("path", required=False, metavar="[PATH]")
@click.option("--seed", type=click.IntRange(min=0), help="The seed of every free choice [default: 0].")
@click.option("--addon", "addons", multiple=True, metavar="NAME", help="For manifests: install an add-on first.")
@click.option("--lang", type=click.Choice(("en", "zh")), help="The language of the app [default: the locale's].")
@click.option("--check", type=click.Path(dir_okay=False), metavar="FILE", help="Show what `simk8s check --json` found.")
@click.pass_context
def command(
    ctx: click.Context, path: str | None, seed: int | None, addons: tuple[str, ...], lang: str | None, check: str | None
) -> None:
    """Watch a run in the terminal, rewind it, ask why, break it.

    PATH is a scenario, manifests, a folder of them, a trace saved by `simk8s run --trace`, or a lesson by its file or
    name. Without it, there is a list of lessons and scenarios to choose from.
    """
    from simk8s.errors import SimError
    from simk8s.tui import language
    from simk8s.tui.gutter import Gutter

    language.use(lang or language.of_locale())
    gutter = Gutter.load(check) if check else None
    is_served = "TEXTUAL_DRIVER" in os.environ  # textual-serve draws in a browser
    if not is_served and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SimError(
            "SK530",
            "the app needs a terminal, and here is none",
            hint="run it in a terminal; `simk8s run` prints lines instead",
        )
    from simk8s.tui.app import SimApp
    from simk8s.tui.opening import opened
    from simk8s.tui.store import Store

    if path is not None:
        click.echo(f"running {path} ...", err=True)
    first = opened(path, seed, addons) if path is not None else None
    app = SimApp(first, store=Store.of_person(), gutter=gutter)
    app.run()
    replay = app.keep()
    if app.return_code:
        click.echo("simk8s has a defect. Nothing is lost: the next start goes on from here.", err=True)
    if replay:
        click.echo(f"replay: {replay}")
    if app.return_code:
        ctx.exit(DEFECT)
