"""`simk8s check`: every crash at every point, and what becomes of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simk8s.cli.failure import BAD_INPUT, FINDING, INTERRUPTED
from simk8s.cli.writable import check_writable

if TYPE_CHECKING:
    from simk8s.checker.setup import Setup

_ANY = 1_000_000
"""More crashes than any run has points."""

EPILOG = """\b
Examples:
  simk8s check manifests/
  simk8s check statefulset.yaml services.yaml --json report.json --html report.html
  simk8s check manifests/ --crashes 0
  simk8s check manifests/ --scenarios holes/; simk8s run holes/hole-01.yaml

\b
Exit status: 0 no hole; 1 holes found, or crashes of which it is not known what becomes; 2 bad input;
130 interrupted, with what was found so far.
"""


@click.command("check", epilog=EPILOG)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--crashes", default="1", metavar="N|any", help="How many crashes in one run, at most [default: 1].")
@click.option("--orders", is_flag=True, help="Try every order in which the containers of a Pod may start, too.")
@click.option("--power-loss", is_flag=True, help="Lose nodes without what was not synced, too.")
@click.option("--seed", type=click.IntRange(min=0), help="The seed of every free choice [default: 0].")
@click.option("--jobs", type=click.IntRange(min=1), help="How many workers [default: one for each core].")
@click.option("--dask", metavar="ADDRESS", help="Let the workers of that Dask scheduler do it (tcp://host:8786).")
@click.option("--json", "json_file", type=click.Path(dir_okay=False), metavar="FILE", help="Save the report as JSON.")
@click.option("--html", "html_file", type=click.Path(dir_okay=False), metavar="FILE", help="Save it as one HTML page.")
@click.option("--scenarios", type=click.Path(file_okay=False), metavar="DIR", help="Save each hole as a scenario.")
@click.option("--nodes", type=click.IntRange(min=1), help="How many nodes [default: 3].")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    crashes: str,
    orders: bool,
    power_loss: bool,
    seed: int | None,
    jobs: int | None,
    dask: str | None,
    json_file: str | None,
    html_file: str | None,
    scenarios: str | None,
    nodes: int | None,
    quiet: bool,
) -> None:
    """Try every single crash of every container, Pod and node, and tell which of them the scripts do not survive.

    PATH is a manifest with a StatefulSet, with what it needs, or a folder of them; - is standard input.
    """
    from simk8s.checker import check
    from simk8s.cli.progress import Meter
    from simk8s.render.crash_report import lines

    most = _most(crashes)
    for file, option in (
        (json_file, "--json"),
        (html_file, "--html"),
        (scenarios and f"{scenarios}/hole-01.yaml", "--scenarios"),
    ):
        if file:
            check_writable(file, option, makes_folders=True)
    setup = _setup(paths, seed, nodes)
    meter = Meter(quiet=quiet)
    meter.note(_replays(dask))
    with _workers(dask):
        said = check(
            setup,
            crashes=most,
            orders=orders,
            power_loss=power_loss,
            jobs=None if dask else (jobs or _cores()),
            tell=meter.show,
        )
    meter.end()
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    colours = {"good": "green", "bad": "red", "quiet": "bright_black"}
    for tone, text in lines(said):
        click.echo(click.style(text, fg=colours.get(tone)) if coloured and tone != "plain" else text)
    trouble = _saved(said, json_file, html_file, scenarios, setup)
    if trouble:
        ctx.exit(BAD_INPUT)
    if said["trouble"]:
        ctx.exit(INTERRUPTED)
    ctx.exit(FINDING if said["holes"] or said["totals"]["not_known"] else 0)


def _most(crashes: str) -> int:
    if crashes == "any":
        return _ANY
    if crashes.isdecimal():
        return int(crashes)
    raise click.BadParameter(f"{crashes!r} is neither a number nor 'any'", param_hint="--crashes")


def _setup(paths: tuple[str, ...], seed: int | None, nodes: int | None) -> Setup:
    from simk8s.checker.setup import Setup

    options = {"seed": seed or 0} | ({} if nodes is None else {"nodes": nodes})
    setup = Setup.read(paths, options, stdin=sys.stdin.buffer.read().decode("utf-8", "replace") if "-" in paths else "")
    if addons := setup.options.get("addons"):
        click.echo(f"add-on installed, since the manifests need it: {', '.join(addons)}", err=True)
    return setup


def _replays(dask: str | None) -> str:
    """Why worlds cannot branch off one another, where they cannot."""
    from simk8s.checker import fork

    if dask is not None:
        why = "the workers of Dask run threads, and cannot be forked"
    elif not fork.is_offered():
        why = "this system has no fork"
    else:
        return ""
    return f"{why}: each world is replayed from the start, which comes to the same and takes longer"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _workers(dask: str | None) -> Any:
    """Where the work is done: here, or by a cluster that is named."""
    from contextlib import nullcontext

    if dask is None:
        return nullcontext()
    from simk8s.errors import SimError

    try:
        from dask.distributed import Client
    except ImportError as error:
        raise SimError("SK521", "Dask is not installed", hint="pip install 'dask[distributed]'") from error
    from joblib import parallel_config

    try:
        client: Any = Client(dask, timeout=10)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise SimError("SK521", f"no Dask scheduler answers at {dask}", hint="start one: `dask scheduler`") from error
    return parallel_config("dask", client=client)


def _saved(
    said: Mapping[str, Any], json_file: str | None, html_file: str | None, scenarios: str | None, setup: Setup
) -> bool:
    """Write what is asked for; what cannot be written does not keep the rest from being written. Returns whether so."""
    from simk8s.checker.replaying import scenario_of
    from simk8s.render.crash_report_html import page

    wanted: list[tuple[Path, str]] = []
    if json_file is not None:
        wanted.append((Path(json_file), json.dumps(said, indent=1) + "\n"))
    if html_file is not None:
        wanted.append((Path(html_file), page(said)))
    if scenarios is not None:
        for number, hole in enumerate(said["holes"], 1):
            path = Path(scenarios, f"hole-{number:02}.yaml")
            wanted.append((path, scenario_of(hole, setup, str(path.parent))))
    failed = False
    for path, text in wanted:
        failed |= not _written(path, text)
    return failed


def _written(path: Path, text: str) -> bool:
    """A file whole or not at all; a device as it takes it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return True
        partial = path.with_name(path.name + ".partial")
        try:
            partial.write_text(text, encoding="utf-8")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        click.echo(f"SK102: cannot write {path}: {error.strerror}; the report above is all there is", err=True)
        return False
    return True
