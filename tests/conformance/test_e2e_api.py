"""Kubernetes' end-to-end tests: the endpoints of a StatefulSet."""

from __future__ import annotations

import json

from simk8s.api.objects import Object
from simk8s.api.scale import scale_of, with_scale
from tests.conformance import case
from tests.conformance.web import B, Web


def scale(web: Web) -> Object:
    return scale_of(web.set, web.cluster.world.registry.typed("StatefulSet"))


@case("E-30")
def test_e_30_the_scale_subresource_reads_and_writes_replicas() -> None:  # STS-76
    web = Web(1).ready()
    assert (scale(web)["spec"]["replicas"], scale(web)["status"]["replicas"]) == (1, 1)
    assert scale(web)["status"]["selector"] == "app=ss"
    put = {**scale(web), "spec": {"replicas": 2}}
    web.edit("StatefulSet", "ss", lambda old: with_scale(old, put))
    assert web.spec["replicas"] == 2
    web.kubectl("""patch statefulset ss --subresource=scale --type=merge -p '{"spec": {"replicas": 4}}'""")
    assert scale(web)["spec"]["replicas"] == web.spec["replicas"] == 4


def patched() -> Web:
    web = Web(1).ready()
    change = {
        "metadata": {"labels": {"test-ss": "patched"}},
        "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "webserver", "image": B}]}}},
    }
    web.kubectl(f"patch statefulset ss -p '{json.dumps(change)}'")
    return web


@case("E-31")
def test_e_31_a_patch_changes_labels_replicas_and_image_together() -> None:
    web = patched()
    assert web.set["metadata"]["labels"]["test-ss"] == "patched"
    assert web.spec["replicas"] == 2
    assert web.spec["template"]["spec"]["containers"][0]["image"] == B
    web.run(120)
    assert web.status["readyReplicas"] == 2


@case("E-32")
def test_e_32_sets_are_listed_and_deleted_by_label() -> None:
    web = patched().ready()
    listed = web.kubectl("get statefulsets -A -l test-ss=patched --no-headers")
    assert [line.split()[:2] for line in listed.splitlines()] == [["default", "ss"]]
    web.kubectl("delete statefulsets -l test-ss=patched")
    assert "No resources found" in web.kubectl("get statefulsets -A -l test-ss=patched --no-headers")


@case("E-33")
def test_e_33_conditions_written_to_the_status_stay() -> None:  # STS-75
    web = Web(1).ready()
    mark, before = web.mark, web.set
    put = {"type": "StatusUpdate", "status": "True", "reason": "E2E", "message": "Set from e2e test"}
    web.cluster.world.store.update_status({**before, "status": {**before["status"], "conditions": [put]}}, by=web.actor)
    change = {"status": {"conditions": [put, {"type": "StatusPatched", "status": "True"}]}}
    web.kubectl(f"patch statefulset ss --subresource=status --type=merge -p '{json.dumps(change)}'")
    web.scale(2).ready()
    versions = [sets["ss"]["status"] for _, sets in web.versions(mark, "StatefulSet")]
    seen = [[entry["type"] for entry in status.get("conditions", ())] for status in versions]
    assert ["StatusUpdate"] in seen
    assert ["StatusUpdate", "StatusPatched"] in seen
    assert [entry["type"] for entry in web.status["conditions"]] == ["StatusUpdate", "StatusPatched"]
    assert web.set["metadata"]["generation"] == before["metadata"]["generation"] + 1  # the scaling alone
