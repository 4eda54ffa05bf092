"""`kubectl uncordon`: a node takes Pods again."""

from __future__ import annotations

from simk8s.kubectl import dry_run
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.cordon import set_schedulable
from simk8s.kubectl.failure import complain
from simk8s.kubectl.selection import SELECTOR
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    errors = yield from set_schedulable(context, schedulable=True)
    complain(errors)
    return 0


COMMAND = Command(
    "uncordon",
    "Mark nodes as schedulable.",
    "uncordon NODE",
    (dry_run.FLAG, SELECTOR),
    run,
    (("Let a node take Pods again", "kubectl uncordon node-2"),),
)
