"""What the API server refuses, and in which words (STS-80 to STS-84, API-9, VOL-36)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simk8s.api.admission import decode
from simk8s.api.defaults import defaulted
from simk8s.api.errors import ApiError
from simk8s.api.manifest import load, load_text
from simk8s.api.objects import Object, copy
from simk8s.api.resources import NoMatch, Registry
from simk8s.api.validation import foreseen, validate, validate_update
from tests.conformance import case

SHARED = Path(__file__).parents[3] / "shared" / "manifests"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the collection of manifests is not beside the project")
REGISTRY = Registry()

STATEFUL_SET = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: mysql}
spec:
  serviceName: mysql
  selector: {matchLabels: {app: mysql}}
  template:
    metadata: {labels: {app: mysql}}
    spec:
      containers:
      - name: mysql
        image: mysql:5.7
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 10Gi}}
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: nginx}
"""
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: fast
  resources: {requests: {storage: 10Gi}}
"""


UNREADABLE = "json: cannot unmarshal"
SERVICE_TYPES = '"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'


def read(text: str) -> Object:
    [manifest] = load_text(text, "x.yaml")
    return manifest.object


def put(obj: Object, path: str, value: Any) -> Object:
    """The object with another value at a path such as `spec.containers.0.image`; Ellipsis removes it."""
    obj = copy(obj)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner: Any = obj
    for step in steps:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return obj


def causes(obj: Object) -> list[str]:
    resource = REGISTRY.get(obj["apiVersion"], obj["kind"])
    return [str(cause) for cause in validate(defaulted(obj), resource)]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("spec.replcas", 3, 'strict decoding error: unknown field "spec.replcas"'),
        (
            "spec.replicas",
            "3",
            f"{UNREADABLE} string into Go struct field StatefulSetSpec.spec.replicas of type int32",
        ),
        (
            "spec.template.spec.containers.0.env",
            [{"name": "A", "value": 1}],
            f"{UNREADABLE} number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string",
        ),
        (
            "spec.template.metadata.labels.app",
            True,
            f"{UNREADABLE} bool into Go struct field ObjectMeta.spec.template.metadata.labels.app of type string",
        ),
        (
            "spec.template.spec.containers",
            {"name": "x"},
            f"{UNREADABLE} object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
        ),
        (
            "spec.volumeClaimTemplates.0.spec.resources.requests.storage",
            "ten",
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
    ],
)
def test_what_cannot_be_decoded_is_a_bad_request(path: str, value: object, message: str) -> None:
    with pytest.raises(ApiError) as refusal:
        decode(put(read(STATEFUL_SET), path, value), REGISTRY.typed("sts"))
    assert refusal.value.code == 400
    assert refusal.value.message == f'StatefulSet in version "v1" cannot be handled as a StatefulSet: {message}'


def test_all_unknown_fields_are_named_at_once() -> None:
    obj = put(put(read(STATEFUL_SET), "spec.replcas", 3), "metadata.lables", {})
    with pytest.raises(ApiError, match=r'unknown field "metadata\.lables", unknown field "spec\.replcas"'):
        decode(obj, REGISTRY.typed("sts"))


def test_an_unknown_field_is_told_with_its_place_and_a_suggestion() -> None:
    [manifest] = load_text(STATEFUL_SET.replace("serviceName", "replcas: 3\n  serviceName"), "sts.yaml")
    with pytest.raises(ApiError) as refusal:
        decode(manifest.object, REGISTRY.typed("sts"))
    told = manifest.refusal(refusal.value)
    assert (told.code, str(told.place), told.hint) == ("SK402", "sts.yaml:6:3", 'did you mean "replicas"?')


def test_a_kind_that_is_not_served_is_told_with_the_version_that_is() -> None:
    [manifest] = load_text(STATEFUL_SET.replace("apps/v1", "apps/v1beta1"), "sts.yaml")
    with pytest.raises(NoMatch) as refusal:
        REGISTRY.get("apps/v1beta1", "StatefulSet")
    told = manifest.refusal(refusal.value)
    assert told.message == 'no matches for kind "StatefulSet" in version "apps/v1beta1"'
    assert (told.code, str(told.place)) == ("SK401", "sts.yaml:3:7")
    assert "apps/v1" in told.hint


def test_missing_required_fields_are_told_together_with_other_faults() -> None:
    obj = put(put(read(STATEFUL_SET), "spec.selector", ...), "metadata.name", "My_SQL")
    with pytest.raises(ApiError) as refusal:
        decode(obj, REGISTRY.typed("sts"))
    assert refusal.value.code == 422
    fields = [cause.field for cause in refusal.value.causes]
    assert fields == ["metadata.name", "spec.selector"]
    assert refusal.value.message.startswith(
        'StatefulSet.apps "My_SQL" is invalid: [metadata.name: Invalid value: "My_SQL"'
    )


def test_null_means_absent() -> None:
    obj = put(read(STATEFUL_SET), "spec.replicas", None)
    assert "replicas" not in decode(obj, REGISTRY.typed("sts"))["spec"]


@pytest.mark.parametrize(
    ("path", "value", "cause"),
    [  # STS-81, STS-82
        ("spec.selector", {}, "spec.selector: Invalid value: {}: empty selector is invalid for statefulset"),
        (
            "spec.template.metadata.labels",
            {"app": "web"},
            'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
        ),
        (
            "spec.template.spec.restartPolicy",
            "OnFailure",
            'spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"',
        ),
        (
            "spec.template.spec.activeDeadlineSeconds",
            5,
            (
                "spec.template.spec.activeDeadlineSeconds: Forbidden: "
                "activeDeadlineSeconds in StatefulSet is not Supported"
            ),
        ),
        ("spec.replicas", -1, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        ("spec.minReadySeconds", -1, "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"),
        ("spec.ordinals", {"start": -1}, "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0"),
        (
            "spec.podManagementPolicy",
            "Any",
            "spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'",
        ),
        (
            "spec.updateStrategy",
            {"type": "OnDelete", "rollingUpdate": {}},
            "spec.updateStrategy.rollingUpdate: Invalid value: {}: only allowed for updateStrategy 'RollingUpdate'",
        ),
        (
            "spec.updateStrategy",
            {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "0%"}},
            'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "0%": cannot be 0',
        ),
        (
            "spec.persistentVolumeClaimRetentionPolicy",
            {"whenScaled": "Keep"},
            (
                'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Keep": '
                'supported values: "Delete", "Retain"'
            ),
        ),
    ],
)
def test_a_wrong_stateful_set_is_refused_field_by_field(path: str, value: object, cause: str) -> None:
    assert causes(put(read(STATEFUL_SET), path, value)) == [cause]


@case("D-52")
def test_d_52_the_pod_spec_of_a_stateful_set_is_not_looked_into_but_its_faults_are_foreseen() -> None:  # STS-81
    obj = put(read(STATEFUL_SET), "spec.template.spec.containers.0.volumeMounts.0.name", "dta")
    assert causes(obj) == []
    [cause] = foreseen(obj)
    assert str(cause) == 'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "dta"'
    assert "data" in cause.hint


@pytest.mark.parametrize(
    ("path", "value", "cause"),
    [
        ("spec.containers", [], "spec.containers: Required value"),
        ("spec.containers.0.image", "", "spec.containers[0].image: Required value"),
        (
            "spec.containers.0.imagePullPolicy",
            "Sometimes",
            (
                'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": '
                'supported values: "Always", "IfNotPresent", "Never"'
            ),
        ),
        (
            "spec.restartPolicy",
            "Perhaps",
            'spec.restartPolicy: Unsupported value: "Perhaps": supported values: "Always", "Never", "OnFailure"',
        ),
        (
            "spec.containers.0.volumeMounts",
            [{"name": "x", "mountPath": "/x"}],
            'spec.containers[0].volumeMounts[0].name: Not found: "x"',
        ),
        (
            "spec.containers",
            [{"name": "a", "image": "i"}, {"name": "a", "image": "i"}],
            'spec.containers[1].name: Duplicate value: "a"',
        ),
        (
            "spec.initContainers",
            [{"name": "web", "image": "i"}],
            'spec.initContainers[0].name: Duplicate value: "web"',
        ),
        (
            "spec.initContainers",
            [{"name": "init", "image": "i", "readinessProbe": {"exec": {"command": ["x"]}}}],
            (
                "spec.initContainers[0].readinessProbe: Forbidden: "
                "may not be set for init containers without restartPolicy=Always"
            ),
        ),
        (
            "spec.containers.0.ports",
            [{"containerPort": 70000}],
            "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
        ),
        (
            "spec.containers.0.livenessProbe",
            {"exec": {"command": ["x"]}, "successThreshold": 2},
            "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",  # KUBELET-40
        ),
        (
            "spec.containers.0.readinessProbe",
            {"periodSeconds": 2},
            "spec.containers[0].readinessProbe: Required value: must specify a handler type",
        ),
        (
            "spec.containers.0.readinessProbe",
            {"exec": {"command": ["x"]}, "httpGet": {"port": 80}},
            "spec.containers[0].readinessProbe.httpGet: Forbidden: may not specify more than 1 handler type",
        ),
        (
            "spec.containers.0.resources",
            {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}},
            'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
        ),
        (
            "spec.volumes",
            [{"name": "a"}, {"name": "a", "emptyDir": {}}],
            'spec.volumes[1].name: Duplicate value: "a"',
        ),
        (
            "spec.volumes",
            [{"name": "a", "emptyDir": {}, "configMap": {"name": "x"}}],
            "spec.volumes[0].configMap: Forbidden: may not specify more than 1 volume type",
        ),
        ("spec.volumes", [{"name": "a", "configMap": {}}], "spec.volumes[0].configMap.name: Required value"),
    ],
)
def test_a_wrong_pod_is_refused_field_by_field(path: str, value: object, cause: str) -> None:
    assert causes(put(read(POD), path, value)) == [cause]


def test_a_services_name_begins_with_a_letter() -> None:
    obj = read("apiVersion: v1\nkind: Service\nmetadata: {name: 1st}\nspec: {ports: [{port: 80}]}\n")
    [cause] = causes(obj)
    assert cause.startswith('metadata.name: Invalid value: "1st": a DNS-1035 label must consist of lower case')


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, ["spec.ports: Required value"]),
        ({"clusterIP": "None"}, []),
        (
            {"ports": [{"port": 80}, {"port": 81}]},
            ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"],
        ),
        (
            {"ports": [{"port": 80, "protocol": "HTTP"}]},
            ['spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
        ),
        (
            {"type": "Public", "ports": [{"port": 80}]},
            [f'spec.type: Unsupported value: "Public": supported values: {SERVICE_TYPES}'],
        ),
    ],
)
def test_services_need_ports_with_names_where_there_are_several(spec: Object, expected: list[str]) -> None:
    assert causes({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}) == expected


def test_keys_of_a_config_map_are_file_names() -> None:
    obj: Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a/b": "1"}}
    [cause] = causes(obj)
    assert cause.startswith('data[a/b]: Invalid value: "a/b": a valid config key must consist of')


def update(text: str, path: str, value: object, status: Object | None = None) -> list[str]:
    old = defaulted(read(text))
    if status:
        old = {**old, "status": status}
    resource = REGISTRY.get(old["apiVersion"], old["kind"])
    return [str(cause) for cause in validate_update(put(old, path, value), old, resource)]


FORBIDDEN_SET_UPDATE = (
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are "
    "forbidden"
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.serviceName", "other"),
        ("spec.podManagementPolicy", "Parallel"),
        ("spec.volumeClaimTemplates.0.spec.resources.requests.storage", "20Gi"),
    ],
)
def test_what_makes_a_stateful_set_cannot_change(path: str, value: object) -> None:  # STS-80
    assert update(STATEFUL_SET, path, value) == [FORBIDDEN_SET_UPDATE]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.replicas", 5),
        ("spec.template.spec.containers.0.image", "x"),
        ("spec.revisionHistoryLimit", 2),
        ("spec.minReadySeconds", 3),
    ],
)
def test_what_a_stateful_set_is_to_do_may_change(path: str, value: object) -> None:  # STS-80, VER-5
    assert update(STATEFUL_SET, path, value) == []


def test_of_a_pod_the_image_may_change_and_the_environment_not() -> None:  # API-9
    assert update(POD, "spec.containers.0.image", "nginx:2") == []
    [cause] = update(POD, "spec.containers.0.env", [{"name": "A", "value": "b"}])
    assert cause.startswith("spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,")


def test_a_claim_only_grows_and_only_when_it_is_bound() -> None:  # VOL-36
    size = "spec.resources.requests.storage"
    bound: Object = {"phase": "Bound", "capacity": {"storage": "10Gi"}}
    assert update(CLAIM, size, "20Gi", bound) == []
    assert update(CLAIM, size, "5Gi", bound) == [f"{size}: Forbidden: field can not be less than status.capacity"]
    assert update(CLAIM, size, "20Gi") == ["spec: Forbidden: Only bound persistent volume claims can be expanded"]
    assert update(CLAIM, "spec.storageClassName", "slow") == [
        (
            "spec: Forbidden: spec is immutable after creation except resources.requests and "
            "volumeAttributesClassName for bound claims"
        )
    ]


def test_an_immutable_config_map_refuses_edits() -> None:  # VOL-28
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nimmutable: true\ndata: {a: b}\n"
    assert update(text, "data.a", "c") == ["data: Forbidden: field is immutable when `immutable` is set"]


REFUSED: dict[str, Callable[[str], bool]] = {
    "cockroachdb-examples": lambda text: 'kind "PodDisruptionBudget" in version "policy/v1beta1"' in text,
    "multivolumezk-e2e": lambda text: 'kind "StatefulSet" in version "apps/v1beta1"' in text,
    "rabbitmq-cluster": lambda text: 'in version "rbac.authorization.k8s.io/v1beta1"' in text,
}


@needs_shared
def test_the_gallery_is_accepted_but_for_versions_that_are_gone() -> None:
    for folder in sorted(folder for folder in (SHARED / "gallery").iterdir() if folder.is_dir()):
        for manifest in load([folder], recursive=True):
            try:
                resource = REGISTRY.get(manifest.object["apiVersion"], manifest.object["kind"])
            except NoMatch as error:
                assert REFUSED[folder.name](str(error))
                continue
            obj = defaulted(decode(manifest.object, resource))
            assert validate(obj, resource) == []
            assert foreseen(obj) == [] or obj["kind"] != "StatefulSet"
            assert defaulted(obj) is obj
