"""`simk8s why`: what had to happen, one after the other, before something was true; or what it still waits for."""

from __future__ import annotations

import json
from pathlib import Path

import click

NEVER = 2

EPILOG = """\b
Examples:
  simk8s why article pod/mysql-2 Ready
  simk8s why my-manifests/ pvc/data-mysql-0 Bound --json
  simk8s run article --trace trace.jsonl; simk8s why trace.jsonl pod/mysql-1 Ready --svg why.svg

\b
Exit status: 0, or 2 where it never happened; then it is told what is waited for.
"""


@click.command("why", epilog=EPILOG)
@click.argument("path", metavar="PATH")
@click.argument("object_name", metavar="OBJECT")
@click.argument("condition", nargs=-1, required=True, metavar="CONDITION")
@click.option("--seed", type=click.IntRange(min=0), help="The seed of every free choice [default: 0].")
@click.option("--addon", "addons", multiple=True, metavar="NAME", help="For manifests: install an add-on first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--svg", type=click.Path(dir_okay=False), metavar="FILE", help="Draw the chain as a picture as well.")
@click.pass_context
def command(
    ctx: click.Context,
    path: str,
    object_name: str,
    condition: tuple[str, ...],
    seed: int | None,
    addons: tuple[str, ...],
    as_json: bool,
    svg: str | None,
) -> None:
    """Tell why something became true, or why it did not.

    PATH is a scenario, manifests, a folder of them, or a trace saved by `simk8s run --trace`. OBJECT is as in
    pod/mysql-2, CONDITION as in Ready, Bound, exists, deleted. The chain goes from the first cause to the end, and its
    times add up to the whole.
    """
    from simk8s.cluster.explaining import what_hinders, why
    from simk8s.render import why as render
    from simk8s.scenario.opening import history_of

    history = history_of(path, seed, addons)
    wanted = " ".join((object_name, *condition))
    chain = why(history, wanted)
    if chain is None:
        found = what_hinders(history, wanted)
        click.echo(json.dumps(render.refusal_data(found), indent=2) if as_json else render.refusal(found).rstrip("\n"))
        ctx.exit(NEVER)
    if svg is not None:
        from simk8s.render.why_picture import picture

        _write(svg, picture(chain))
    click.echo(json.dumps(render.data(chain), indent=2) if as_json else render.text(chain).rstrip("\n"))


def _write(path: str, text: str) -> None:
    from simk8s.errors import SimError

    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SimError("SK102", f"cannot write {path}: {error.strerror}", hint="choose another --svg file") from error
