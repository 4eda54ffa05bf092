"""Cases of the API and of kubectl's tables."""

from __future__ import annotations

import json

import pytest

from simk8s.api.objects import Object
from tests.conformance import case
from tests.conformance.web import Web

POD_UPDATES = (
    "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
    "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


@pytest.fixture(scope="module")
def web() -> Web:
    web = Web(1, claims=True).ready()
    web.cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "b"}})
    return web


@case("A-6")
@pytest.mark.parametrize(
    "container",
    [{"resources": {"requests": {"cpu": "1"}}}, {"env": [{"name": "A", "value": "b"}]}],
    ids=["resources", "env"],
)
def test_a_6_what_may_not_be_edited_in_a_pod(web: Web, container: Object) -> None:  # API-9
    patch = {"spec": {"containers": [{"name": "webserver", **container}]}}
    said = web.kubectl(f"patch pod ss-0 -p '{json.dumps(patch)}'", status=1)
    assert said.startswith('The Pod "ss-0" is invalid: ')
    assert POD_UPDATES in said


COLUMNS = [
    ("KCTL-1", "pods", "NAME READY STATUS RESTARTS AGE", "IP NODE NOMINATED-NODE READINESS-GATES"),
    ("KCTL-2", "statefulsets", "NAME READY AGE", "CONTAINERS IMAGES"),
    ("KCTL-3", "services", "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE", "SELECTOR"),
    (
        "KCTL-4",
        "pvc",
        "NAME STATUS VOLUME CAPACITY ACCESS-MODES STORAGECLASS VOLUMEATTRIBUTESCLASS AGE",
        "VOLUMEMODE",
    ),
    (
        "KCTL-5",
        "pv",
        "NAME CAPACITY ACCESS-MODES RECLAIM-POLICY STATUS CLAIM STORAGECLASS VOLUMEATTRIBUTESCLASS REASON AGE",
        "VOLUMEMODE",
    ),
    (
        "KCTL-6",
        "nodes",
        "NAME STATUS ROLES AGE VERSION",
        "INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME",
    ),
    ("KCTL-7", "events", "LAST-SEEN TYPE REASON OBJECT MESSAGE", None),
    ("KCTL-8", "configmaps", "NAME DATA AGE", ""),
    ("KCTL-9", "controllerrevisions", "NAME CONTROLLER REVISION AGE", ""),
    (
        "KCTL-10",
        "storageclass",
        "NAME PROVISIONER RECLAIMPOLICY VOLUMEBINDINGMODE ALLOWVOLUMEEXPANSION AGE",
        "",
    ),
    ("KCTL-11", "endpointslices", "NAME ADDRESSTYPE PORTS ENDPOINTS AGE", ""),
]


@case("A-7")
@pytest.mark.parametrize(("kind", "narrow", "more"), [row[1:] for row in COLUMNS], ids=[row[0] for row in COLUMNS])
def test_a_7_the_columns_of_the_tables(web: Web, kind: str, narrow: str, more: str | None) -> None:
    assert columns(web, f"get {kind}") == narrow.split()
    wide = columns(web, f"get {kind} -o wide")
    if more is None:  # events: the wide columns stand before the message
        assert wide == "LAST-SEEN TYPE REASON OBJECT SUBOBJECT SOURCE MESSAGE FIRST-SEEN COUNT NAME".split()
    else:
        assert wide == [*narrow.split(), *more.split()]


def columns(web: Web, command: str) -> list[str]:
    head = web.kubectl(command).splitlines()[0]
    return [column.strip().replace(" ", "-") for column in head.split("  ") if column.strip()]
