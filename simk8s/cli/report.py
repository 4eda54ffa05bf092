"""What `simk8s run` prints: a timeline as it goes, and the end of it; or one JSON object."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

from simk8s.cluster import PodRow
from simk8s.render.line import Line
from simk8s.render.table import table
from simk8s.render.timeline import Timeline
from simk8s.scenario import Expectation, Runner, StepResult
from simk8s.sim import Record

if TYPE_CHECKING:
    from simk8s.checker.oracle import Judgement

JSON_VERSION = 1
"""Grows when a field of the `--json` object changes its meaning or goes; new fields do not count."""

_COLOURS = {"good": "green", "bad": "red", "quiet": "bright_black"}

_NARROW = 72
"""Columns of a terminal below which a line is not cut: too little would be left of it."""


class Report:
    """Follows a runner. Everything goes to standard output."""

    def __init__(self, runner: Runner, *, as_json: bool = False, quiet: bool = False) -> None:
        self.runner = runner
        self.as_json = as_json
        self.quiet = quiet or as_json
        self.judgement: Judgement | None = None
        """What the oracle says, where it was asked."""
        self._timeline = Timeline()
        self._coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0

    def begin(self) -> None:
        scenario = self.runner.scenario
        if self.quiet:
            return
        if scenario.title:
            self._print(scenario.title, bold=True)
        if scenario.narration:
            self._print(scenario.narration.rstrip() + "\n")
        for record in self.runner.cluster.history:
            list(self._timeline.lines(record))
        self.runner.cluster.history.listen(self._tell)

    def step(self, result: StepResult) -> None:
        """A step has ended: what it printed, and what was expected of it in vain."""
        if self.as_json:
            return
        if not self.quiet:
            self._told(result)
        for expectation in result.expectations:
            if not expectation.met:
                self._unmet(expectation)

    def _told(self, result: StepResult) -> None:
        if result.step.verb == "say":
            self._print("\n" + result.step.argument.rstrip())
        if result.step.verb in ("kubectl", "exec"):
            self._print(f"\n$ {result.step}", bold=True)
            for line in result.step.stdin.splitlines():
                self._print(f"< {line}", fg="bright_black")
        if result.output is not None:
            click.echo(result.output.stdout, nl=False)
            click.echo(result.output.stderr, nl=False)

    def end(self, *, interrupted: bool = False) -> None:
        """Print the Pods, what is missing, and how to replay the run."""
        if self.as_json:
            click.echo(json.dumps(self.summary(interrupted), indent=2))
            return
        runner = self.runner
        if not self.quiet:
            click.echo()
        click.echo(self._pods() if interrupted else self._get_pods(), nl=False)
        for expectation in runner.final:
            if not expectation.met:
                self._unmet(expectation)
        if interrupted:
            self._print(f"interrupted at {runner.cluster.now:.1f}s of virtual time", fg="red")
        else:
            self._verdict()
            self._judged()
        click.echo(f"replay: {runner.cluster.replay}")

    def _get_pods(self) -> str:
        cluster = self.runner.cluster
        return cluster.kubectl("get pods" + (" -A" if cluster.has_other_namespaces else "")).text

    def _pods(self) -> str:
        """The Pods without asking the cluster, which was stopped in the middle of something."""
        rows = [(row.name, row.ready, row.status, row.restarts) for row in self.runner.cluster.pods()]
        return table(("NAME", "READY", "STATUS", "RESTARTS"), rows)

    def summary(self, interrupted: bool) -> dict[str, Any]:
        """The run as plain data: `simk8s run --json`."""
        cluster = self.runner.cluster
        return {
            "version": JSON_VERSION,
            "settled": cluster.settled,
            "interrupted": interrupted,
            "time_seconds": round(cluster.now, 6),
            "pods": [_pod(row) for row in cluster.pods()],
            "waiting": [str(wait) for wait in cluster.waiting],
            "expectations": [_expectation(found) for found in self.runner.expectations],
            **self._judgement(),
            "history_sha256": cluster.history.sha256(),
            "replay": cluster.replay,
        }

    def _tell(self, record: Record) -> None:
        for line in self._timeline.lines(record):
            self._line(line)

    def _line(self, line: Line) -> None:
        text = str(line)
        if self._width >= _NARROW and len(text) > self._width and line.tone != "bad":
            text = text[: self._width - 1] + "…"
        self._print(text, fg=_COLOURS.get(line.tone))

    def _verdict(self) -> None:
        runner = self.runner
        unmet = [found for found in runner.expectations if not found.met]
        at = f"{runner.cluster.now:.1f}s of virtual time"
        if not unmet:
            met = f", {len(runner.expectations)} expectations met" if len(runner.expectations) > 1 else ""
            self._print(f"settled after {at}{met}", fg="green")
        elif len(runner.expectations) == 1 and not runner.settled:
            self._print(f"did not settle in {at}", fg="red")
        else:
            self._print(f"{len(unmet)} of {len(runner.expectations)} expectations not met after {at}", fg="red")

    def _judged(self) -> None:
        if self.judgement is None:
            return
        for pod, word in self.judgement.outcome.items():
            silent = ", and says that it is Ready" if pod in self.judgement.silent else ""
            note = f": {self.judgement.notes[pod]}" if self.judgement.notes.get(pod) else ""
            self._print(f"{pod} is {word}{silent}{note}", fg="green" if word == "ok" else "red")
        for text in self.judgement.violations:
            self._print(f"! {text}", fg="red")

    def _judgement(self) -> dict[str, Any]:
        found = self.judgement
        if found is None:
            return {}
        return {
            "outcome": dict(found.outcome),
            "silent_pods": list(found.silent),
            "violations": list(found.violations),
            "notes": dict(found.notes),
        }

    def _unmet(self, found: Expectation) -> None:
        self._print(f"! not met: {found.text}", fg="red")
        self._print(f"  {found.place}", fg="bright_black")
        for line in found.got.splitlines()[:20]:
            self._print(f"  {line}")

    def _print(self, text: str, *, fg: str | None = None, bold: bool | None = None) -> None:
        click.echo(click.style(text, fg=fg, bold=bold) if self._coloured and (fg or bold) else text)


def _pod(row: PodRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "namespace": row.namespace,
        "ready": row.ready,
        "status": row.status,
        "restarts": row.restarts,
        "node": row.node,
        "ip": row.ip,
    }


def _expectation(found: Expectation) -> dict[str, Any]:
    return {"text": found.text, "met": found.met, "got": found.got, "place": str(found.place)}
