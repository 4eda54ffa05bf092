"""`kubectl top`: there are no metrics in a cluster without a metrics server, and simk8s has none."""

from __future__ import annotations

from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.group import run_group
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    if context.arguments.words[:1] and context.arguments.words[0] in ("node", "nodes", "no", "pod", "pods", "po"):
        yield from context.request()
        raise Failure("Metrics API not available")
    return (yield from run_group(context))


COMMAND = Command(
    "top",
    "Show the use of CPU and memory. Without a metrics server, as here, nobody knows it.",
    "top (node | pod)",
    (),
    run,
    not_modelled="A all-namespaces containers no-headers l selector show-capacity sort-by sum use-protocol-buffers",
)
