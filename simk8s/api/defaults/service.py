"""Defaults of Services, Endpoints, Secrets and Namespaces."""

from __future__ import annotations

import base64

from simk8s.api.defaults.fill import each, fill, inside
from simk8s.api.objects import Object, name


def service(obj: Object) -> Object:
    """A Service's cluster address is not given here: it comes from the cluster's address range."""

    def port(value: Object) -> Object:
        return fill(value, protocol="TCP", targetPort=value.get("port"))

    def spec(value: Object) -> Object:
        value = fill(value, type="ClusterIP", sessionAffinity="None")
        if value["type"] != "ExternalName":
            value = fill(value, internalTrafficPolicy="Cluster", ipFamilies=["IPv4"], ipFamilyPolicy="SingleStack")
            if value.get("clusterIP"):
                value = fill(value, clusterIPs=[value["clusterIP"]])
        if value["type"] in ("NodePort", "LoadBalancer"):
            value = fill(value, externalTrafficPolicy="Cluster")
        return each(value, "ports", port)

    return inside(fill(obj, status={"loadBalancer": {}}), "spec", spec)


def endpoints(obj: Object) -> Object:
    return each(obj, "subsets", lambda subset: each(subset, "ports", lambda port: fill(port, protocol="TCP")))


def secret(obj: Object) -> Object:
    """`stringData` is for writing only: it becomes `data`, in base64."""
    obj = fill(obj, type="Opaque")
    texts = obj.get("stringData")
    if not texts:
        return obj
    data = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
    rest = {field: value for field, value in obj.items() if field != "stringData"}
    return {**rest, "data": {**(obj.get("data") or {}), **data}}


def namespace(obj: Object) -> Object:
    obj = inside(
        obj, "metadata", lambda meta: inside(fill(meta, labels={}), "labels", lambda labels: _named(labels, name(obj)))
    )
    obj = inside(fill(obj, spec={}), "spec", lambda spec: fill(spec, finalizers=["kubernetes"]))
    return fill(obj, status={"phase": "Active"})


def _named(labels: Object, own: str) -> Object:
    return fill(labels, **{"kubernetes.io/metadata.name": own})
