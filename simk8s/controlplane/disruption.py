"""PodDisruptionBudgets: how many Pods of a group may be evicted at this moment (NODE-15)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from simk8s.api.duration import parse_timestamp
from simk8s.api.objects import Key, Object, controller_of, dig, is_terminating, is_true, labels, name, namespace
from simk8s.api.selector import from_object
from simk8s.api.store import Store
from simk8s.controlplane.controller import Controller
from simk8s.controlplane.informer import Informers
from simk8s.sim import Actor, Run

LEAVING = timedelta(minutes=2)
"""So long an evicted Pod is believed to be on its way; then its eviction has failed."""


class DisruptionBudgets:
    """Keeps the status of every budget. It hinders evictions only: deletions do not ask (NODE-15)."""

    def __init__(self, store: Store, informers: Informers) -> None:
        self._store = store
        self._budgets = informers.of("PodDisruptionBudget")
        self._sets = informers.of("StatefulSet")
        self._pods = informers.of("Pod").index("namespace", lambda pod: (pod["metadata"]["namespace"],))
        self._controller = Controller(
            "disruption-controller", store, "PodDisruptionBudget", self._sync, caches=informers
        )
        self._controller.follow(informers, "PodDisruptionBudget")
        informers.of("Pod").on_change(self._pod_changed)

    def _sync(self, where: Key, actor: Actor) -> Run[None]:
        budget = self._budgets.at(where)
        if budget is None:
            return
        selector = from_object(budget["spec"].get("selector"))
        pods = [pod for pod in self._pods[where.namespace].values() if selector.matches(labels(pod))]
        if not pods:
            self._controller.events.event(budget, "Normal", "NoPods", "No matching pods found", by=actor)
        leaving = _leaving(budget, pods, self._store.sim.datetime)
        status = status_of(budget, pods, self._scale(pods), leaving)
        if leaving:
            status["disruptedPods"] = leaving
            self._controller.enqueue_after(where, LEAVING.total_seconds())
        if (budget.get("status") or {}) != status:
            yield from self._controller.client.update_status({**budget, "status": status}, by=actor)

    def _scale(self, pods: list[Object]) -> int:
        """How many Pods their owners want; one that nobody owns counts for itself."""
        owners = {owner["uid"]: (owner, namespace(pod)) for pod in pods if (owner := controller_of(pod)) is not None}
        wanted = sum(controller_of(pod) is None for pod in pods)
        for owner, where in owners.values():
            set = self._sets.get(owner["name"], where)
            wanted += set["spec"].get("replicas", 1) if set is not None else 0
        return wanted

    def _pod_changed(self, old: Object | None, new: Object | None, seq: int) -> None:
        if not len(self._budgets) or (old is not None and new is not None and _health(old) == _health(new)):
            return
        either = new or old
        for budget in self._budgets:
            fits = from_object(budget["spec"].get("selector")).matches(labels(either or {}))
            if fits and namespace(budget) == namespace(either or {}):
                meta = budget["metadata"]
                self._controller.enqueue(Key(meta["namespace"], meta["name"]), seq)


def status_of(budget: Object, pods: list[Object], scale: int, leaving: Collection[str] = ()) -> Object:
    """The budget's status, from the Pods it covers, how many their owners want, and which of them were evicted."""
    spec = budget["spec"]
    expected = scale
    if "maxUnavailable" in spec:
        desired = expected - _amount(spec["maxUnavailable"], expected)
    else:
        floor = spec.get("minAvailable", 1)
        expected = scale if isinstance(floor, str) else len(pods)
        desired = _amount(floor, expected)
    healthy = sum(_health(pod) == (True, False) for pod in pods if name(pod) not in leaving)
    return {
        "observedGeneration": budget["metadata"].get("generation", 1),
        "currentHealthy": healthy,
        "desiredHealthy": max(0, desired),
        "expectedPods": expected,
        "disruptionsAllowed": max(0, healthy - max(0, desired)) if expected else 0,
    }


def _leaving(budget: Object, pods: list[Object], now: datetime) -> dict[str, str]:
    """The Pods that the eviction API let go and that are not seen to be going yet, with the time of their eviction."""
    there = {name(pod): pod for pod in pods}
    return {
        pod: since
        for pod, since in dig(budget, "status", "disruptedPods", default={}).items()
        if pod in there and not is_terminating(there[pod]) and now - parse_timestamp(since) < LEAVING
    }


def _amount(value: int | str, total: int) -> int:
    """A number, or a percentage rounded up."""
    return -(-total * int(value.rstrip("%")) // 100) if isinstance(value, str) else value


def _health(pod: Object) -> tuple[bool, bool]:
    return is_true(pod, "Ready"), is_terminating(pod)
