"""The subresource `eviction` of Pods: a deletion that PodDisruptionBudgets have a say in (NODE-15)."""

from __future__ import annotations

from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError, Cause, forbidden, too_many_requests
from simk8s.api.objects import Object, condition, dig, is_terminating, is_true, labels, name, uid
from simk8s.api.selector import from_object
from simk8s.api.store import Store
from simk8s.sim import Actor


def evict(
    store: Store, pod_name: str, namespace: str, *, by: Actor, deletion: Deletion | None = None, dry_run: bool = False
) -> None:
    """Delete a Pod if the budgets over it allow that.

    Raises ApiError TooManyRequests where it has to wait, NotFound, Forbidden, and InternalError for two budgets.
    """
    pod = store.get("Pod", pod_name, namespace)
    if not _needs_no_leave(pod):
        budgets = [budget for budget in store.list("PodDisruptionBudget", namespace) if _covers(budget, pod)]
        if len(budgets) > 1:
            why = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
            raise ApiError("InternalError", 500, why)
        if budgets and not _is_broken_anyway(budgets[0], pod):
            _take_leave(store, budgets[0], pod, by, dry_run)
    if not dry_run:
        reason, message = "EvictionByEvictionAPI", "Eviction API: evicting"

        def marked(latest: Object) -> Object:
            return disrupted(latest, reason, message, store.sim.timestamp)

        store.patch("Pod", pod_name, namespace, marked, by=by, status=True)
    deletion = deletion or Deletion()
    exactly = Deletion(deletion.grace_seconds, uid(pod), deletion.propagation)
    store.delete("Pod", pod_name, namespace, by=by, deletion=exactly, dry_run=dry_run)


def _needs_no_leave(pod: Object) -> bool:
    """A Pod that serves nobody anyway."""
    return is_terminating(pod) or dig(pod, "status", "phase", default="Pending") in ("Succeeded", "Failed", "Pending")


def _covers(budget: Object, pod: Object) -> bool:
    return from_object(dig(budget, "spec", "selector")).matches(labels(pod))


def _is_broken_anyway(budget: Object, pod: Object) -> bool:
    """A Pod that is not ready may go where the healthy ones are enough, or where the budget says so."""
    if is_true(pod, "Ready"):
        return False
    if dig(budget, "spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    status = budget.get("status") or {}
    desired = status.get("desiredHealthy", 0)
    return bool(desired > 0 and status.get("currentHealthy", 0) >= desired)


def _take_leave(store: Store, budget: Object, pod: Object, by: Actor, dry_run: bool) -> None:
    """One disruption of the budget is used up, until its controller has counted again."""
    status = budget.get("status") or {}
    which = name(budget)
    if status.get("observedGeneration", 0) < dig(budget, "metadata", "generation", default=0):
        raise _refusal(f"The disruption budget {which} is still being processed by the server.")
    allowed = status.get("disruptionsAllowed", 0)
    if allowed < 0:
        raise forbidden(store.resource("PodDisruptionBudget"), which, "pdb disruptions allowed is negative")
    if allowed == 0:
        needed, healthy = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        raise _refusal(f"The disruption budget {which} needs {needed} healthy pods and has {healthy} currently")
    if dry_run:
        return
    gone = {**status.get("disruptedPods", {}), name(pod): store.sim.timestamp}
    new = {**budget, "status": {**status, "disruptionsAllowed": allowed - 1, "disruptedPods": gone}}
    store.update_status(new, by=by)


def _refusal(cause: str) -> ApiError:
    error = too_many_requests("Cannot evict pod as it would violate the pod's disruption budget.")
    error.causes = [Cause("", cause, "DisruptionBudget")]
    error.details = {"causes": [{"reason": "DisruptionBudget", "message": cause}]}
    return error


def disrupted(pod: Object, reason: str, message: str, timestamp: str) -> Object:
    """The Pod with the condition that says why it is being removed; the first such reason stays."""
    if condition(pod, "DisruptionTarget") is not None:
        return pod
    status = pod.get("status") or {}
    entry = {
        "type": "DisruptionTarget",
        "status": "True",
        "reason": reason,
        "message": message,
        "lastTransitionTime": timestamp,
    }
    return {**pod, "status": {**status, "conditions": [*status.get("conditions", ()), entry]}}
