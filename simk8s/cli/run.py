"""`simk8s run`: a scenario or manifests on a fresh cluster, in virtual time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simk8s.cli.failure import FINDING, INTERRUPTED
from simk8s.cli.judge import finish, judging
from simk8s.cli.writable import check_writable

if TYPE_CHECKING:
    from simk8s.scenario import Scenario

EPILOG = """\b
Examples:
  simk8s run scenarios/article.yaml
  simk8s run manifests/ --until 5m --json
  cat statefulset.yaml | simk8s run -
  simk8s run manifests/ --replay v1.7
  simk8s run manifests/ --trace trace.jsonl; simk8s run --replay trace.jsonl

\b
Exit status: 0 settled and every expectation met; 1 an expectation failed or it did not settle;
2 bad input; 130 interrupted, with what there was so far.
"""


@click.command("run", epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--seed", type=click.IntRange(min=0), help="The seed of every free choice [default: 0].")
@click.option("--until", metavar="T", help="Stop after this much virtual time: 300, 90s, 5m.")
@click.option("--trace", type=click.Path(dir_okay=False), metavar="FILE", help="Save the history as JSON lines.")
@click.option(
    "--replay",
    metavar="TOKEN|FILE",
    help="Make the same choices as the run that printed this token; or, without PATH, do again what a trace tells of.",
)
@click.option("--addon", "addons", multiple=True, metavar="NAME", help="Install an add-on first, such as rook.")
@click.option("--nodes", type=click.IntRange(min=1), help="How many nodes [default: 3].")
@click.option("--judge", is_flag=True, help="Write rows to its databases as `check` does; judge each Pod in the end.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="Print the end only, not the timeline.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    seed: int | None,
    until: str | None,
    trace: str | None,
    replay: str | None,
    addons: tuple[str, ...],
    nodes: int | None,
    judge: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run manifests or a scenario in virtual time until everything is there.

    PATH is a scenario file, or manifests, or folders of them; - stands for manifests on standard input. They are
    applied to a fresh cluster. A timeline is printed, and at the end the Pods and the line that replays the run.
    """
    from simk8s.cli.report import Report
    from simk8s.cluster import seconds_of
    from simk8s.scenario import Runner

    if trace is not None:
        check_writable(trace, "--trace")
    if not paths:
        if replay is None:
            ctx.fail("Missing argument 'PATH...'.")
        if replay.startswith(("v1.", "f1.")) and not Path(replay).exists():
            ctx.fail("a token goes with the manifests or the scenario of its run: simk8s run PATH... --replay TOKEN")
        _refuse(ctx, "a trace says all of its run", seed=seed, until=until, addon=addons, nodes=nodes, judge=judge)
        from simk8s.cli import replay as again

        ctx.exit(0 if again.replay(replay, trace=trace, as_json=as_json, quiet=quiet) else FINDING)
    if replay is not None:
        _refuse(ctx, "a token says which seed its run had", seed=seed)
        if Path(replay).is_file():
            ctx.fail("a trace has its manifests in it: simk8s run --replay FILE, without PATH")
    scenario = _scenario(paths, addons, nodes)
    limit = seconds_of(until) if until is not None else None
    runner = Runner(scenario, seed=seed, replay=replay, until=limit)
    report = Report(runner, as_json=as_json, quiet=quiet)
    oracle = judging(runner.cluster) if judge else None
    interrupted = False
    try:
        report.begin()
        for result in runner.steps():
            report.step(result)
        if oracle is not None:
            finish(oracle)
            report.judgement = oracle.judge()
    except KeyboardInterrupt:
        interrupted = True
    if trace is not None:
        runner.cluster.history.save(Path(trace))
    report.end(interrupted=interrupted)
    if interrupted:
        ctx.exit(INTERRUPTED)
    ctx.exit(0 if runner.ok and (report.judgement is None or report.judgement.ok) else FINDING)


def _refuse(ctx: click.Context, why: str, **options: object) -> None:
    """Refuse options that --replay leaves no room for."""
    given = [f"--{name}" for name, value in options.items() if value not in (None, False, ())]
    if given:
        ctx.fail(f"{why}: {', '.join(given)} cannot go with --replay")


def _scenario(paths: tuple[str, ...], addons: tuple[str, ...], nodes: int | None) -> Scenario:
    from simk8s.errors import Place, SimError
    from simk8s.scenario import loading

    cluster: dict[str, object] = {}
    if addons:
        cluster["addons"] = list(addons)
    if nodes is not None:
        cluster["nodes"] = nodes
    _check_folders(paths)
    if len(paths) == 1 and paths != ("-",):
        paths = (loading.find(paths[0]),)
    scenarios = [path for path in paths if path != "-" and Path(path).is_file() and loading.is_scenario(path)]
    if not scenarios:
        stdin = sys.stdin.buffer.read().decode("utf-8", "replace") if "-" in paths else ""
        if paths == ("-",) and not cluster and loading.is_scenario_text(stdin):
            return loading.parse(stdin, "STDIN")
        return loading.of_manifests(paths, stdin=stdin, cluster=cluster)
    if len(paths) > 1:
        raise SimError(
            "SK507",
            "a scenario runs alone: it names its manifests itself",
            place=Place(scenarios[0]),
            hint="give this one file, or manifests only",
        )
    if cluster:
        raise SimError(
            "SK507",
            "a scenario says itself what its cluster is like; --addon and --nodes are for bare manifests",
            place=Place(scenarios[0]),
            hint="write it below `cluster:` in the scenario",
        )
    return loading.load(scenarios[0])


def _check_folders(paths: tuple[str, ...]) -> None:
    """A folder stands for manifests; scenarios in it are named one by one."""
    from simk8s.errors import Place, SimError
    from simk8s.scenario import loading

    for folder in map(Path, paths):
        found = (
            sorted(file for file in folder.glob("*.yaml") if loading.is_scenario(str(file))) if folder.is_dir() else []
        )
        if found:
            names = ", ".join(str(file) for file in found)
            raise SimError(
                "SK507", "this folder has scenarios in it", place=Place(str(folder)), hint=f"give one: {names}"
            )
