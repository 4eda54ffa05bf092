"""`simk8s export`: a history for other people's tools."""

from __future__ import annotations

from pathlib import Path

import click

FORMATS = ("perfetto", "shiviz", "jsonl", "svg", "asciinema")

EPILOG = """\b
Examples:
  simk8s export article --format perfetto -o article.json      # open it at ui.perfetto.dev
  simk8s export trace.jsonl --format shiviz -o - | less
  simk8s export my-manifests/ --format asciinema -o run.cast
"""


@click.command("export", epilog=EPILOG)
@click.argument("path", metavar="PATH")
@click.option("--format", "form", type=click.Choice(FORMATS), required=True, help="What is to be written.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to; - is standard output.")
@click.option("--addon", "addons", multiple=True, metavar="NAME", help="For manifests: install an add-on first.")
@click.option("--seed", type=click.IntRange(min=0), help="The seed of every free choice [default: 0].")
def command(path: str, form: str, output: str, seed: int | None, addons: tuple[str, ...]) -> None:
    """Write a history in a format that other tools read.

    PATH is a scenario, manifests, a folder of them, or a trace saved by `simk8s run --trace`.
    """
    from simk8s.errors import SimError
    from simk8s.export import export
    from simk8s.scenario.opening import history_of

    pieces = export(history_of(path, seed, addons), form)
    if output == "-":
        for piece in pieces:
            click.echo(piece, nl=False)
        return
    try:
        with Path(output).open("w", encoding="utf-8") as file:
            file.writelines(pieces)
    except OSError as error:
        raise SimError("SK513", f"cannot write {output}: {error.strerror}", hint="choose another -o file") from error
