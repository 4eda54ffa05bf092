"""How a node is known to the cluster: its Node object, and the signs of life that keep it Ready (NODE-1, NODE-11).

A lease is renewed every 10 s, whatever else happens. Such a renewal is stored and watchers hear of it, but it is no
record of history: it says that nothing has changed, and would drown what has. A face that rebuilds the world from
history sees the lease as it was first written.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, dig, is_true
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.node.kubelet import Kubelet

LEASE_NAMESPACE = "kube-node-lease"
LEASE_SECONDS = 40
RENEWAL_SECONDS = 10.0
STATUS_SECONDS = 300.0

_HEALTHY = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


def register(kubelet: Kubelet) -> None:
    """Make the Node object, or say of the one that is there that this node is well again."""
    store, name, now = kubelet.store, kubelet.node.name, kubelet.sim.timestamp
    if store.find("Node", name, "") is None:
        store.create(new_node(kubelet), by=kubelet.actor)
    else:
        post_status(kubelet)
    lease = store.find("Lease", name, LEASE_NAMESPACE)
    if lease is None:
        spec = {"holderIdentity": name, "leaseDurationSeconds": LEASE_SECONDS, "renewTime": now}
        metadata = {"name": name, "namespace": LEASE_NAMESPACE}
        new = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
        store.create(new, by=kubelet.actor)


def beat(kubelet: Kubelet) -> Run[None]:
    """Renew the lease every 10 s; repeat the status every 5 min, and at once where somebody wrote another one."""
    store, name, sim = kubelet.store, kubelet.node.name, kubelet.sim
    posted_at = sim.now
    while True:
        yield sim.sleep(RENEWAL_SECONDS)
        now = sim.timestamp
        try:
            store.renew("Lease", name, LEASE_NAMESPACE, partial(_renewed, now))
        except ApiError:
            register(kubelet)
        node = store.find("Node", name, "")
        if node is None:
            continue
        if not is_true(node, "Ready"):
            post_status(kubelet)
        elif sim.now - posted_at >= STATUS_SECONDS:
            posted_at = sim.now
            store.renew("Node", name, "", partial(_seen, now))


def _renewed(now: str, lease: Object) -> Object:
    return {**lease, "spec": {**lease["spec"], "renewTime": now}}


def _seen(now: str, node: Object) -> Object:
    conditions = [{**entry, "lastHeartbeatTime": now} for entry in dig(node, "status", "conditions", default=[])]
    return {**node, "status": {**node["status"], "conditions": conditions}}


def post_status(kubelet: Kubelet) -> None:
    """Write what the kubelet knows of its node; what others own of the status is kept."""
    now = kubelet.sim.timestamp

    def change(node: Object) -> Object:
        before = {entry["type"]: entry for entry in dig(node, "status", "conditions", default=[])}
        return {**node, "status": {**(node.get("status") or {}), **_status(kubelet, before, now)}}

    try:
        kubelet.store.patch("Node", kubelet.node.name, "", change, by=kubelet.actor, status=True)
    except ApiError:  # the Node object was deleted: only a restart registers again
        return


def new_node(kubelet: Kubelet) -> Object:
    """The Node object as it is registered."""
    node = kubelet.node
    spec: Object = {"podCIDR": f"{node.pod_prefix}.0/24", "podCIDRs": [f"{node.pod_prefix}.0/24"]}
    if node.spec.taints:
        spec["taints"] = [dict(taint) for taint in node.spec.taints]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node.name, "labels": node.labels},
        "spec": spec,
        "status": _status(kubelet, {}, kubelet.sim.timestamp),
    }


def _status(kubelet: Kubelet, before: dict[str, Object], now: str) -> Object:
    node = kubelet.node
    conditions = []
    for kind, status, reason, message in _HEALTHY:
        old = before.get(kind, {})
        since = old.get("lastTransitionTime", now) if old.get("status") == status else now
        conditions.append(
            {
                "type": kind,
                "status": status,
                "lastHeartbeatTime": now,
                "lastTransitionTime": since,
                "reason": reason,
                "message": message,
            }
        )
    mine = {kind for kind, *_ in _HEALTHY}
    described: Object = {
        "capacity": dict(node.capacity),
        "allocatable": dict(node.allocatable),
        "conditions": [entry for kind, entry in before.items() if kind not in mine] + conditions,
        "addresses": [{"type": "InternalIP", "address": node.address}, {"type": "Hostname", "address": node.name}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": f"simk8s-boot-{node.name}-{node.boots}",
            "containerRuntimeVersion": "containerd://2.1.0",
            "kernelVersion": "5.15.0-simk8s",
            "kubeProxyVersion": "",
            "kubeletVersion": kubelet.node.site.settings.kubelet_version,
            "machineID": f"simk8s-{node.name}",
            "operatingSystem": "linux",
            "osImage": "simk8s",
            "systemUUID": f"simk8s-{node.name}",
        },
    }
    in_use = kubelet.volumes_in_use()
    return described | {"volumesInUse": in_use} if in_use or before else described
