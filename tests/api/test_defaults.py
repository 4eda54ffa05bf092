"""What the API server fills in (STS-5, KUBELET-12, KUBELET-40, NODE-5)."""

from __future__ import annotations

import pytest

from simk8s.api.defaults import defaulted
from simk8s.api.defaults.pod import pull_policy, qos_class
from simk8s.api.objects import Object, copy


def pod(**container: object) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a"},
        "spec": {"containers": [{"name": "a", "image": "i", **container}]},
    }


def stateful_set(**spec: object) -> Object:
    found: Object = defaulted(
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "a"}, "spec": spec}
    )["spec"]
    return found


def test_a_stateful_set_without_a_strategy_rolls_with_partition_zero() -> None:  # STS-5, VER-1
    spec = stateful_set()
    assert spec["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"partition": 0, "maxUnavailable": 1}}
    assert (spec["replicas"], spec["revisionHistoryLimit"], spec["podManagementPolicy"]) == (1, 10, "OrderedReady")
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_a_strategy_written_without_its_block_keeps_none() -> None:  # STS-5, STS-31
    assert stateful_set(updateStrategy={"type": "RollingUpdate"})["updateStrategy"] == {"type": "RollingUpdate"}
    assert stateful_set(updateStrategy={"type": "OnDelete"})["updateStrategy"] == {"type": "OnDelete"}


def test_a_claim_template_becomes_a_whole_claim() -> None:
    template = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "1024Mi"}}}}
    [claim] = stateful_set(volumeClaimTemplates=[template])["volumeClaimTemplates"]
    assert claim == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {"resources": {"requests": {"storage": "1Gi"}}, "volumeMode": "Filesystem"},
        "status": {"phase": "Pending"},
    }


def test_a_pod_gets_what_every_pod_has() -> None:
    spec = defaulted(pod())["spec"]
    assert {
        field: spec[field]
        for field in ("restartPolicy", "dnsPolicy", "terminationGracePeriodSeconds", "securityContext")
    } == {
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "terminationGracePeriodSeconds": 30,
        "securityContext": {},
    }
    assert spec["tolerations"] == [  # NODE-5
        {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
        for key in ("not-ready", "unreachable")
    ]


def test_a_pod_is_pending_from_its_creation_on() -> None:  # STS-3
    assert defaulted(pod())["status"] == {"phase": "Pending", "qosClass": "BestEffort"}


def test_own_tolerations_are_kept() -> None:  # NODE-5
    obj = pod()
    obj["spec"]["tolerations"] = [{"operator": "Exists"}]
    assert defaulted(obj)["spec"]["tolerations"] == [{"operator": "Exists"}]


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:latest", "Always"),
        ("nginx:1", "IfNotPresent"),
        ("r:5000/nginx", "Always"),
        ("a@sha256:0", "IfNotPresent"),
    ],
)
def test_an_image_without_a_tag_is_always_pulled(image: str, policy: str) -> None:  # KUBELET-12
    assert pull_policy(image) == policy


def test_probes_get_their_five_numbers() -> None:  # KUBELET-40
    container = defaulted(pod(livenessProbe={"exec": {"command": ["x"]}, "periodSeconds": 2}))["spec"]["containers"][0]
    assert container["livenessProbe"] == {
        "exec": {"command": ["x"]},
        "periodSeconds": 2,
        "timeoutSeconds": 1,
        "successThreshold": 1,
        "failureThreshold": 3,
    }


def test_a_limit_is_the_request_of_a_pod_but_not_of_a_template() -> None:
    container = {"name": "a", "image": "i", "resources": {"limits": {"cpu": "0.5"}}}
    assert defaulted(pod(**container))["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "500m"}
    template = stateful_set(template={"spec": {"containers": [container]}})["template"]
    assert template["spec"]["containers"][0]["resources"] == {"limits": {"cpu": "500m"}}


def test_quality_of_service_follows_requests_and_limits() -> None:
    full = {"cpu": "1", "memory": "1Gi"}
    assert qos_class({"containers": [{"resources": {"limits": full, "requests": full}}]}) == "Guaranteed"
    assert qos_class({"containers": [{"resources": {"requests": full}}]}) == "Burstable"
    assert qos_class({"containers": [{}]}) == "BestEffort"


def test_string_data_of_a_secret_becomes_base64() -> None:
    obj = defaulted({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"k": "secret"}})
    assert (obj["data"], obj["type"], "stringData" in obj) == ({"k": "c2VjcmV0"}, "Opaque", False)


def test_defaults_change_nothing_in_place_and_are_complete_at_once() -> None:
    obj = pod(ports=[{"containerPort": 80}])
    before = copy(obj)
    complete = defaulted(obj)
    assert obj == before
    assert defaulted(complete) is complete
