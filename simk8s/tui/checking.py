"""Whether a learner's cluster is as a task wants it: looked at in the run that they made, at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from simk8s.api.resources import Registry
from simk8s.cluster.condition import parse
from simk8s.scenario.lesson import Check, Command
from simk8s.sim import Record
from simk8s.tui.language import _
from simk8s.tui.run import Run
from simk8s.tui.session import Session
from simk8s.world.replicas import replicas


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was wanted, in words, and whether it is so."""

    text: str
    met: bool


def findings(check: Check, session: Session, judged: str | None = None) -> list[Finding]:
    """Everything that a check asks for. `judged` is what a checker found: empty for no hole, None: it was not asked."""
    run = session.run
    return [
        *_deed(check, run),
        *_story(check, run),
        *_conditions(check, run),
        *_replication(check, run),
        *_commands(check, session),
        *_survival(check, judged),
    ]


def _deed(check: Check, run: Run) -> Iterator[Finding]:
    if check.deed:
        yield Finding(_("something else was to be done"), re.search(check.deed, run.deed) is not None)


def _story(check: Check, run: Run) -> Iterator[Finding]:
    told = [f"{told.line.actor} {told.line.text}" for told in run.index.story if told.seq > run.since]
    for text in check.story:
        yield Finding(_("this was to happen: {text}").format(text=text), any(text in line for line in told))
    for text in check.never:
        yield Finding(_("this was not to happen: {text}").format(text=text), not any(text in line for line in told))


def _conditions(check: Check, run: Run) -> Iterator[Finding]:
    objects = run.chronicle.at().objects
    for text in check.conditions:
        wanted = parse(text, Registry())
        kind = wanted.resource.kind
        key = f"{kind}/{wanted.namespace}/{wanted.name}" if wanted.resource.namespaced else f"{kind}/{wanted.name}"
        yield Finding(_("in the end it is to be so: {text}").format(text=text), wanted.holds(objects.get(key)))


def _replication(check: Check, run: Run) -> Iterator[Finding]:
    found = {server.name: server.replication for server in replicas(run.chronicle.at(), run.positions)}
    for name, wanted in check.replicates.items():
        said = found.get(name)
        flows = said is not None and said.io == "Yes" and said.sql == "Yes"
        text = _("{name} is to replicate in the end") if wanted else _("{name} is not to replicate in the end")
        yield Finding(text.format(name=name), flows == wanted)


def _commands(check: Check, session: Session) -> Iterator[Finding]:
    run = session.run
    if check.last_command is not None:
        wanted = check.last_command
        before = _last_before_the_fault(run, wanted.container)
        ran = str(before.detail["text"]) if before is not None else _("nothing")
        text = _("the last command before the fault was: {ran}").format(ran=ran)
        yield Finding(text, before is not None and re.search(wanted.command, ran) is not None)
    if check.command is not None:
        yield Finding(_("the moment in focus is another one"), _is_at(check.command, run, session.focus.seq))


def _last_before_the_fault(run: Run, container: str) -> Record | None:
    struck = next((record.seq for record in run.records[max(run.since, 0) :] if record.verb == "fault"), None)
    if struck is None:
        return None
    return next((r for r in reversed(run.index.commands.get(container, [])) if r.seq < struck), None)


def _is_at(wanted: Command, run: Run, seq: int) -> bool:
    """Whether that command is the last one that the container has begun at a record, and it has begun just now."""
    before = [record for record in run.index.commands.get(wanted.container, ()) if record.seq <= seq]
    if not before:
        return False
    now = before[-1]
    return re.search(wanted.command, str(now.detail["text"])) is not None and run.time(seq) - now.time < 1.0


def _survival(check: Check, judged: str | None) -> Iterator[Finding]:
    if check.survives:
        yield Finding(judged if judged is not None else _("the script was not checked yet"), judged == "")
