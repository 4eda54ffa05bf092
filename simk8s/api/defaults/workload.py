"""Defaults of the kinds that make Pods."""

from __future__ import annotations

from simk8s.api.defaults.fill import each, fill, inside
from simk8s.api.defaults.pod import pod_template
from simk8s.api.defaults.storage import claim
from simk8s.api.objects import Object


def stateful_set(obj: Object) -> Object:
    """STS-5."""

    def spec(value: Object) -> Object:
        value = fill(
            value,
            podManagementPolicy="OrderedReady",
            replicas=1,
            revisionHistoryLimit=10,
            updateStrategy={},
            persistentVolumeClaimRetentionPolicy={},
        )
        value = inside(value, "updateStrategy", _update_strategy)
        value = inside(
            value,
            "persistentVolumeClaimRetentionPolicy",
            lambda policy: fill(policy, whenDeleted="Retain", whenScaled="Retain"),
        )
        value = inside(value, "template", pod_template)
        return each(value, "volumeClaimTemplates", _claim_template)

    return inside(obj, "spec", spec)


def _update_strategy(strategy: Object) -> Object:
    """A type that was written without its block keeps it absent: that is a behaviour of its own (STS-31)."""
    if not strategy.get("type"):
        strategy = fill({**strategy, "type": "RollingUpdate"}, rollingUpdate={})
    if strategy["type"] != "RollingUpdate":
        return strategy
    return inside(strategy, "rollingUpdate", lambda block: fill(block, partition=0, maxUnavailable=1))  # VER-1


def _claim_template(template: Object) -> Object:
    return claim(fill(template, apiVersion="v1", kind="PersistentVolumeClaim"))


def deployment(obj: Object) -> Object:
    def strategy(value: Object) -> Object:
        value = fill(value, type="RollingUpdate")
        if value["type"] != "RollingUpdate":
            return value
        return inside(
            fill(value, rollingUpdate={}),
            "rollingUpdate",
            lambda block: fill(block, maxUnavailable="25%", maxSurge="25%"),
        )

    def spec(value: Object) -> Object:
        value = fill(value, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600, strategy={})
        return inside(inside(value, "strategy", strategy), "template", pod_template)

    return inside(obj, "spec", spec)


def replica_set(obj: Object) -> Object:
    return inside(obj, "spec", lambda value: inside(fill(value, replicas=1), "template", pod_template))


def daemon_set(obj: Object) -> Object:
    def strategy(value: Object) -> Object:
        value = fill(value, type="RollingUpdate")
        if value["type"] != "RollingUpdate":
            return value
        return inside(
            fill(value, rollingUpdate={}), "rollingUpdate", lambda block: fill(block, maxUnavailable=1, maxSurge=0)
        )

    def spec(value: Object) -> Object:
        value = fill(value, revisionHistoryLimit=10, updateStrategy={})
        return inside(inside(value, "updateStrategy", strategy), "template", pod_template)

    return inside(obj, "spec", spec)


def job(obj: Object) -> Object:
    def spec(value: Object) -> Object:
        value = fill(
            value,
            backoffLimit=6,
            completionMode="NonIndexed",
            completions=1,
            parallelism=1,
            podReplacementPolicy="TerminatingOrFailed",
            suspend=False,
        )
        return inside(value, "template", pod_template)

    return inside(obj, "spec", spec)
