"""Why and why not, of any history: a running cluster's or a saved one."""

from __future__ import annotations

from simk8s.api.resources import Registry
from simk8s.api.world import world_at
from simk8s.causes import Chain, WhyNot, explain, why_not
from simk8s.cluster.condition import Condition, check_word, parse
from simk8s.cluster.settling import wants
from simk8s.cluster.shown import ShownChain, ShownWhyNot
from simk8s.sim import History


def why(history: History, text: str) -> Chain | None:
    """How `text`, such as `pod/mysql-2 Ready`, became true the last time; None where it never did.

    Raises SimError SK503 for what is no condition.
    """
    wanted = parse(text, Registry())
    chain = explain(history.records, _place(wanted), wanted.holds, str(wanted))
    return None if chain is None else ShownChain(chain.goal, chain.links)


def what_hinders(history: History, text: str) -> WhyNot:
    """What `text` waits for at the end of this history. Raises SimError SK503 for what is no condition."""
    wanted = parse(text, Registry())
    objects = world_at(history.records).objects
    check_word(wanted, objects.values())
    reasons = {}
    for wait in wants(objects.values()).waits:
        kind, _, name = wait.object.partition("/")
        reasons[f"{kind}/{wait.namespace}/{name}"] = (wait.reason, wait.container)
    found = why_not(history.records, _place(wanted), wanted.word, reasons)
    return ShownWhyNot(found.goal, found.waits, found.ring)


def _place(wanted: Condition) -> str:
    kind = wanted.resource.kind
    return f"{kind}/{wanted.namespace}/{wanted.name}" if wanted.resource.namespaced else f"{kind}/{wanted.name}"
