"""`kubectl apply` and `kubectl create`: what they write, what they print, and how they complain."""

# ruff: noqa: E501 (what kubectl prints is as wide as it is)

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conformance import case
from tests.kubectl.kubectl_shell import Shell

SHARED = Path(__file__).parents[3] / "shared" / "manifests"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the collection of manifests is not beside the project")

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  mode: fast
"""
STATEFUL_SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1"}
"""
POOL = """\
apiVersion: ceph.rook.io/v1beta1
kind: Pool
metadata: {name: replicapool, namespace: rook-ceph}
"""


def test_apply_creates_changes_and_leaves_alone(shell: Shell) -> None:  # KCTL-13
    shell.file("sts.yaml", STATEFUL_SET)
    assert shell("apply -f sts.yaml").out == "statefulset.apps/web created\n"
    version = shell.store.get("StatefulSet", "web")["metadata"]["resourceVersion"]
    assert shell("apply -f sts.yaml").out == "statefulset.apps/web unchanged\n"
    assert shell.store.get("StatefulSet", "web")["metadata"]["resourceVersion"] == version
    shell.file("sts.yaml", STATEFUL_SET.replace("nginx:1", "nginx:2"))
    assert shell("apply -f sts.yaml").out == "statefulset.apps/web configured\n"
    container = shell.store.get("StatefulSet", "web")["spec"]["template"]["spec"]["containers"][0]
    assert (container["image"], container["imagePullPolicy"]) == ("nginx:2", "IfNotPresent")


def test_apply_takes_away_what_the_file_no_longer_says_and_keeps_what_others_wrote(shell: Shell) -> None:
    shell.file("cm.yaml", CONFIG_MAP + "  old: x\n")
    shell("apply -f cm.yaml")
    by_hand = shell.store.get("ConfigMap", "settings")
    shell.store.update({**by_hand, "data": {**by_hand["data"], "theirs": "y"}}, by=shell.someone)
    shell.file("cm.yaml", CONFIG_MAP)
    assert shell("apply -f cm.yaml").out == "configmap/settings configured\n"
    assert shell.store.get("ConfigMap", "settings")["data"] == {"mode": "fast", "theirs": "y"}


def test_apply_remembers_what_was_written(shell: Shell) -> None:
    shell("apply -f -", CONFIG_MAP)
    annotations = shell.store.get("ConfigMap", "settings")["metadata"]["annotations"]
    written = annotations["kubectl.kubernetes.io/last-applied-configuration"]
    assert written.endswith("}\n")
    assert json.loads(written) == {
        "apiVersion": "v1",
        "data": {"mode": "fast"},
        "kind": "ConfigMap",
        "metadata": {"annotations": {}, "name": "settings", "namespace": "default"},
    }


def test_apply_warns_about_an_object_that_was_created_otherwise(shell: Shell) -> None:
    shell.file("cm.yaml", CONFIG_MAP)
    assert shell("create -f cm.yaml").out == "configmap/settings created\n"
    printed = shell("apply -f cm.yaml")
    assert printed.out == "configmap/settings configured\n"
    assert printed.err.startswith(
        "Warning: resource configmaps/settings is missing the kubectl.kubernetes.io/last-applied"
    )


def test_create_refuses_what_exists(shell: Shell) -> None:  # API-3
    shell.file("cm.yaml", CONFIG_MAP)
    shell("create -f cm.yaml")
    printed = shell("create -f cm.yaml")
    assert printed.err == (
        'Error from server (AlreadyExists): error when creating "cm.yaml": configmaps "settings" already exists\n'
    )
    assert printed.status == 1


def test_files_folders_and_standard_input_are_read_in_order(shell: Shell) -> None:
    shell.file("folder/b.yaml", CONFIG_MAP.replace("settings", "b"))
    shell.file("folder/a.yaml", CONFIG_MAP.replace("settings", "a"))
    printed = shell("apply -f folder -f -", CONFIG_MAP.replace("settings", "c"))
    assert printed.out == "configmap/a created\nconfigmap/b created\nconfigmap/c created\n"


def test_a_dry_run_writes_nothing(shell: Shell) -> None:
    assert shell("apply -f - --dry-run=client", CONFIG_MAP).out == "configmap/settings created (dry run)\n"
    assert shell("create -f - --dry-run=server", CONFIG_MAP).out == "configmap/settings created (server dry run)\n"
    assert shell.store.list("ConfigMap") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            STATEFUL_SET.replace("replicas", "replcas"),
            ('Error from server (BadRequest): error when creating "STDIN": StatefulSet in version "v1" cannot be handled '
            'as a StatefulSet: strict decoding error: unknown field "spec.replcas"\n'),
        ),
        (
            STATEFUL_SET.replace("replicas: 2", 'replicas: "2"'),
            ('Error from server (BadRequest): error when creating "STDIN": StatefulSet in version "v1" cannot be handled '
            "as a StatefulSet: json: cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type "
            "int32\n"),
        ),
        (
            STATEFUL_SET.replace("replicas: 2", "replicas: -1"),
            'The StatefulSet "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0\n',
        ),
        (
            STATEFUL_SET.replace("replicas: 2", "replicas: -1").replace("matchLabels: {app: web}", ""),
            ('The StatefulSet "web" is invalid: \n'
            "* spec.replicas: Invalid value: -1: must be greater than or equal to 0\n"
            "* spec.selector: Invalid value: {}: empty selector is invalid for statefulset\n"),
        ),
        ("a: b: c\n", "error: error parsing STDIN: error converting YAML to JSON: yaml: mapping values are not allowed in this context\n"),
        ("kind: Pod\n", "error: unable to decode \"STDIN\": Object 'apiVersion' is missing in '{\"kind\":\"Pod\"}'\n"),
        ("# nothing\n", "error: no objects passed to apply\n"),
        (
            POOL,
            ('error: resource mapping not found for name: "replicapool" namespace: "rook-ceph" from "STDIN": no matches '
            'for kind "Pool" in version "ceph.rook.io/v1beta1"\nensure CRDs are installed first\n'),
        ),
        (
            CONFIG_MAP.replace("name: settings", "name: settings\n  namespace: nowhere"),
            'Error from server (NotFound): error when creating "STDIN": namespaces "nowhere" not found\n',
        ),
    ],
)  # fmt: skip
def test_a_broken_manifest_is_refused_in_kubectls_words(shell: Shell, text: str, message: str) -> None:
    printed = shell("apply -f -", text)
    assert (printed.err, printed.out, printed.status) == (message, "", 1)


def test_a_missing_file_stops_before_anything_is_done(shell: Shell) -> None:
    shell.file("cm.yaml", CONFIG_MAP)
    printed = shell("apply -f cm.yaml -f nope.yaml")
    assert (printed.out, printed.err) == ("", 'error: the path "nope.yaml" does not exist\n')


def test_what_can_be_done_is_done_before_the_complaint(shell: Shell) -> None:
    printed = shell("apply -f -", f"{POOL}---\n{CONFIG_MAP}")
    assert printed.out == "configmap/settings created\n"
    assert printed.err.startswith("error: resource mapping not found") and printed.status == 1


def test_several_complaints_are_lines_of_their_own(shell: Shell) -> None:
    printed = shell("apply -f -", f"{POOL}---\n{STATEFUL_SET.replace('replicas', 'replcas')}")
    first, second, third = printed.err.splitlines()
    assert first.startswith("resource mapping not found") and second == "ensure CRDs are installed first"
    assert third.startswith("Error from server (BadRequest): error when creating")


@case("D-36")
def test_d_36_what_cannot_change_is_refused(shell: Shell) -> None:  # STS-80
    shell("apply -f -", STATEFUL_SET)
    printed = shell("apply -f -", STATEFUL_SET.replace("  replicas", "  serviceName: other\n  replicas"))
    assert printed.err.startswith('The StatefulSet "web" is invalid: spec: Forbidden: updates to statefulset spec')
    assert shell.store.get("StatefulSet", "web")["metadata"]["generation"] == 1


def test_a_namespace_in_the_file_must_be_the_one_that_was_asked_for(shell: Shell) -> None:
    text = CONFIG_MAP.replace("name: settings", "name: settings\n  namespace: kube-system")
    printed = shell("apply -n default -f -", text)
    assert printed.err == (
        'error: the namespace from the provided object "kube-system" does not match the namespace "default". '
        "You must pass '--namespace=kube-system' to perform this operation.\n"
    )
    assert shell("apply -f -", text).out == "configmap/settings created\n"


def test_create_makes_namespaces_and_config_maps_from_arguments(shell: Shell) -> None:
    assert shell("create namespace test").out == "namespace/test created\n"
    told = shell("create pc important --value=1000 --preemption-policy=Never")
    assert told.out == "priorityclass.scheduling.k8s.io/important created\n"
    assert shell("get pc important -o jsonpath={.value}/{.preemptionPolicy}").out == "1000/Never"
    shell.file("notes.txt", "hello\n")
    shell("create configmap c -n test --from-literal=a=1 --from-file=notes.txt --from-file=n=notes.txt")
    data = shell.store.get("ConfigMap", "c", "test")["data"]
    assert data == {"a": "1", "notes.txt": "hello\n", "n": "hello\n"}


def test_scripts_of_applied_manifests_can_be_found_again(shell: Shell) -> None:
    shell.file("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: c\n    image: i\n    command: [sh, -c, 'echo hi']\n")  # fmt: skip
    shell("apply -f pod.yaml")
    place = shell.access.sources.find("echo hi", "c")
    assert place is not None and str(place.at(1, 1)) == "pod.yaml:8:24"


@needs_shared
def test_the_articles_manifests_are_applied(shell: Shell) -> None:
    printed = shell(f"apply -f {SHARED / 'article'}")
    assert printed.out == (
        "configmap/mysql created\nservice/mysql created\nservice/mysql-read created\nstatefulset.apps/mysql created\n"
        "storageclass.storage.k8s.io/rook-ceph-block created\n"
    )
    assert (
        'no matches for kind "Pool" in version "ceph.rook.io/v1beta1"\nensure CRDs are installed first' in printed.err
    )
