"""`simk8s tui`: the terminal app."""

from __future__ import annotations

from pathlib import Path

import click

EPILOG = """\b
Examples:
  simk8s tui article
  simk8s tui my-manifests/
  simk8s run article --trace trace.jsonl; simk8s tui trace.jsonl
"""


@click.command("tui", epilog=EPILOG)
@click.argument("path", default="article", metavar="[PATH]")
@click.option("--seed", type=click.IntRange(min=0), help="The seed of every free choice [default: 0].")
@click.option("--addon", "addons", multiple=True, metavar="NAME", help="For manifests: install an add-on first.")
@click.option("--lang", type=click.Choice(("en", "zh")), help="The language of the app [default: the locale's].")
def command(path: str, seed: int | None, addons: tuple[str, ...], lang: str | None) -> None:
    """Watch a run in the terminal, rewind it, ask why, break it.

    PATH is a scenario, manifests, a folder of them, or a trace saved by `simk8s run --trace`.
    """
    from simk8s.scenario.opening import history_of
    from simk8s.tui import language
    from simk8s.tui.app import SimApp
    from simk8s.tui.run import Run
    from simk8s.tui.session import Session

    language.use(lang or language.of_locale())
    run = Run(Path(path).stem or path, history_of(path, seed, addons))
    SimApp(Session(run, path=path)).run()
