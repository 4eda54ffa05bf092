"""The objects that a fresh cluster already has."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network

from simk8s.api.objects import Object
from simk8s.api.store import Store
from simk8s.controlplane.namespace import PERMANENT
from simk8s.controlplane.options import Options
from simk8s.controlplane.priority import system_classes
from simk8s.controlplane.volume.classes import PROFILES

API_SERVER_PORT = 6443
DNS_HOST = 10  # of the Service range, as kubeadm has it


def bootstrap(store: Store, options: Options, namespaces: Sequence[str] = ()) -> None:
    """Namespaces (also of add-ons), the Services of API server and DNS, the default StorageClass, PriorityClasses."""
    actor = store.sim.actor("kubeadm")
    for namespace in (*PERMANENT, *namespaces):
        store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}, by=actor)
    for object in _services(IPv4Network(options.service_cluster_ip_range)):
        store.create(object, by=actor)
    profile = PROFILES[options.storage]
    if profile is not None:
        store.create(profile[1], by=actor)
    for object in system_classes():
        store.create(object, by=actor)


def _services(network: IPv4Network) -> list[Object]:
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {
                "name": "kubernetes",
                "namespace": "default",
                "labels": {"component": "apiserver", "provider": "kubernetes"},
            },
            "spec": {
                "clusterIP": str(network[1]),
                "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": API_SERVER_PORT}],
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "kube-dns", "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
            "spec": {
                "clusterIP": str(network[DNS_HOST]),
                "ports": [
                    {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
                    {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
                ],
            },
        },
    ]
