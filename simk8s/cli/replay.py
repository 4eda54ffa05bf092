"""`simk8s run --replay FILE`: the run that a saved trace tells of, once more, and whether it came out the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simk8s.cli.judge import INPUT, finish, judging

if TYPE_CHECKING:
    from simk8s.cluster import Cluster
    from simk8s.sim import History, Record


def replay(path: str, *, trace: str | None, as_json: bool, quiet: bool) -> bool:
    """Do everything again that is in the header of the trace. Returns whether the history is the same.

    Raises SimError SK103 for a file that is no trace, SK515 for one that does not say what its run was made of.
    """
    from simk8s.cluster import Cluster
    from simk8s.cluster.rerunning import rerun
    from simk8s.render.timeline import Timeline
    from simk8s.world import open as open_trace

    before = open_trace(path)
    cluster = Cluster.like(before.inputs)
    if not (as_json or quiet):
        timeline = Timeline()

        def tell(record: Record) -> None:
            for line in timeline.lines(record):
                click.echo(str(line))

        for record in cluster.history:
            tell(record)
        cluster.history.listen(tell)
    oracle = judging(cluster) if INPUT in before.inputs else None
    rerun(cluster, before.inputs["actions"])
    if oracle is not None and before.inputs[INPUT] == "finished":
        finish(oracle)
    if trace is not None:
        cluster.history.save(Path(trace))
    other = first_difference(before, cluster.history)
    if as_json:
        click.echo(json.dumps(_summary(path, cluster, other), indent=2))
        return other is None
    click.echo()
    click.echo(cluster.kubectl("get pods" + (" -A" if cluster.has_other_namespaces else "")).text, nl=False)
    if other is None:
        click.echo(f"the same {len(before)} records as in {path}, after {cluster.history.records[-1].time:.1f}s")
        return True
    click.echo(f"another history than in {path}, from record {other} on:")
    for whose, history in (("then", before), ("now", cluster.history)):
        click.echo(f"  {whose}: {_told(history, other)}")
    return False


def first_difference(first: History, second: History) -> int | None:
    """The number of the first record that is not the same in both, None where all are."""
    for one, other in zip(first.records, second.records, strict=False):
        if one != other:
            return one.seq
    shorter, longer = sorted((len(first.records), len(second.records)))
    return None if shorter == longer else shorter


def _told(history: History, seq: int) -> str:
    if seq >= len(history.records):
        return "nothing more"
    record = history.records[seq]
    return f"{record.time:.6f}s {record.actor} {record.verb} {record.object}"


def _summary(path: str, cluster: Cluster, other: int | None) -> dict[str, Any]:
    return {
        "format": "simk8s-replay",
        "version": 1,
        "trace": path,
        "same": other is None,
        "first_difference": other,
        "records": len(cluster.history),
        "time_seconds": round(cluster.now, 6),
        "history_sha256": cluster.history.sha256(),
    }
