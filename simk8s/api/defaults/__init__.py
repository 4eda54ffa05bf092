"""What the API server fills in before it stores an object. Pure: the result shares everything that was complete.

Cluster state is not looked at: addresses, default StorageClasses and volumes are given by whoever owns them.
"""

from __future__ import annotations

from collections.abc import Callable

from simk8s.api.defaults import pod, service, storage, workload
from simk8s.api.defaults.fill import fill
from simk8s.api.objects import Object

_KINDS: dict[str, Callable[[Object], Object]] = {
    "Pod": pod.pod,
    "StatefulSet": workload.stateful_set,
    "Deployment": workload.deployment,
    "ReplicaSet": workload.replica_set,
    "DaemonSet": workload.daemon_set,
    "Job": workload.job,
    "Service": service.service,
    "Endpoints": service.endpoints,
    "Secret": service.secret,
    "Namespace": service.namespace,
    "PersistentVolumeClaim": storage.claim,
    "PersistentVolume": storage.volume,
    "StorageClass": storage.storage_class,
    "PriorityClass": lambda obj: fill(obj, preemptionPolicy="PreemptLowerPriority"),
}


def defaulted(obj: Object) -> Object:
    """The object with its kind's defaults; the very same dict where nothing was missing.

    >>> defaulted({"kind": "StorageClass", "provisioner": "local"})["volumeBindingMode"]
    'Immediate'
    """
    complete = _KINDS.get(obj.get("kind", ""))
    return complete(obj) if complete else obj
