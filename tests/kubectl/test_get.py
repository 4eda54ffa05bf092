"""`kubectl get`: tables column for column (KCTL-1 to KCTL-11), and its other forms."""

# ruff: noqa: E501 (what kubectl prints is as wide as it is)

from __future__ import annotations

import json
from textwrap import dedent

import pytest
import yaml

from simk8s.api.objects import Object
from tests.kubectl.kubectl_shell import Shell


def lines(text: str) -> str:
    return dedent(text).lstrip("\n")


def test_a_pods_table_says_what_is_wrong(mysql: Shell) -> None:  # KCTL-1, KUBELET-70 to KUBELET-73
    assert mysql("get pods").out == lines(
        """
        NAME      READY   STATUS             RESTARTS     AGE
        mysql-0   1/2     CrashLoopBackOff   3 (5s ago)   30s
        """
    )


def test_wide_shows_where_a_pod_is(mysql: Shell) -> None:  # KCTL-1
    assert mysql("get pod mysql-0 -owide").out == lines(
        """
        NAME      READY   STATUS             RESTARTS     AGE   IP           NODE     NOMINATED NODE   READINESS GATES
        mysql-0   1/2     CrashLoopBackOff   3 (5s ago)   30s   10.244.1.2   node-1   <none>           <none>
        """
    )


def test_labels_are_shown_on_request(mysql: Shell) -> None:
    assert mysql("get po --show-labels -L app --no-headers").out == (
        "mysql-0   1/2   CrashLoopBackOff   3 (5s ago)   30s   mysql   app=mysql\n"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("get pods", "No resources found in default namespace.\n"),
        ("get pods -n test", "No resources found in test namespace.\n"),
        ("get pods,svc", "No resources found in default namespace.\n"),
        ("get pods -A", "No resources found\n"),
        ("get nodes", "No resources found\n"),
    ],
)
def test_nothing_is_told_as_kubectl_tells_it(shell: Shell, line: str, message: str) -> None:
    printed = shell(line)
    assert (printed.out, printed.err, printed.status) == ("", message, 0)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("get foo", 'error: the server doesn\'t have a resource type "foo"\n'),
        ("get pod x", 'Error from server (NotFound): pods "x" not found\n'),
        ("get sts x", 'Error from server (NotFound): statefulsets.apps "x" not found\n'),
        ("get pod x -l a=b", "error: name cannot be provided when a selector is specified\n"),
        ("get pod x -A", "error: a resource cannot be retrieved by name across all namespaces\n"),
        ("get pods -o table", 'error: unable to match a printer suitable for the output format "table", allowed formats are: custom-columns,json,jsonpath,jsonpath-as-json,name,wide,yaml\n'),
        ("get pods -l a=b=c", 'Error from server (BadRequest): unable to parse requirement: found \'a=b=c\', expected: "=", "!=", "==", "in" or "notin" in selector "a=b=c"\n'),
    ],
)  # fmt: skip
def test_wrong_requests_are_refused_in_kubectls_words(shell: Shell, line: str, message: str) -> None:
    printed = shell(line)
    assert (printed.out, printed.err, printed.status) == ("", message, 1)


def test_what_is_there_is_shown_before_what_is_not(mysql: Shell) -> None:
    printed = mysql("get pod mysql-0 mysql-8 mysql-9")
    assert printed.out.startswith("NAME ") and "mysql-0" in printed.out
    assert printed.err == (
        'Error from server (NotFound): pods "mysql-8" not found\nError from server (NotFound): pods "mysql-9" not found\n'
    )
    assert printed.status == 1


def test_pods_of_a_set_are_sorted_as_text(shell: Shell) -> None:  # KCTL-16
    for ordinal in (10, 2, 0):
        shell.create(
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"web-{ordinal}"}, "spec": {"containers": [{"name": "w", "image": "w"}]}}
        )  # fmt: skip
    assert shell("get pods -o name").out == "pod/web-0\npod/web-10\npod/web-2\n"


TABLES: list[tuple[str, Object, Object | None, str]] = [
    (
        "sts -o wide",
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "mysql"},
            "spec": {
                "replicas": 3,
                "selector": {"matchLabels": {"app": "mysql"}},
                "template": {
                    "metadata": {"labels": {"app": "mysql"}},
                    "spec": {
                        "containers": [{"name": "mysql", "image": "mysql:5.7"}, {"name": "xtrabackup", "image": "x:1"}]
                    },
                },
            },
        },
        {"replicas": 3, "readyReplicas": 2},
        """
        NAME    READY   AGE   CONTAINERS         IMAGES
        mysql   2/3     0s    mysql,xtrabackup   mysql:5.7,x:1
        """,
    ),
    (
        "svc -o wide",
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "mysql"},
            "spec": {"clusterIP": "None", "ports": [{"name": "mysql", "port": 3306}], "selector": {"app": "mysql"}},
        },
        None,
        """
        NAME    TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)    AGE   SELECTOR
        mysql   ClusterIP   None         <none>        3306/TCP   0s    app=mysql
        """,
    ),
    (
        "pvc",
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data-mysql-0"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "10Gi"}},
                "storageClassName": "standard",
                "volumeName": "pvc-1",
            },
        },
        {"phase": "Bound", "capacity": {"storage": "10Gi"}, "accessModes": ["ReadWriteOnce"]},
        """
        NAME           STATUS   VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE
        data-mysql-0   Bound    pvc-1    10Gi       RWO            standard       <unset>                 0s
        """,
    ),
    (
        "pv",
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": "pvc-1"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "capacity": {"storage": "10Gi"},
                "persistentVolumeReclaimPolicy": "Delete",
                "storageClassName": "standard",
                "claimRef": {"namespace": "default", "name": "data-mysql-0"},
                "hostPath": {"path": "/x"},
            },
        },
        {"phase": "Bound"},
        """
        NAME    CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS   CLAIM                  STORAGECLASS   VOLUMEATTRIBUTESCLASS   REASON   AGE
        pvc-1   10Gi       RWO            Delete           Bound    default/data-mysql-0   standard       <unset>                          0s
        """,
    ),
    (
        "sc",
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            "provisioner": "rancher.io/local-path",
            "volumeBindingMode": "WaitForFirstConsumer",
        },
        None,
        """
        NAME                 PROVISIONER             RECLAIMPOLICY   VOLUMEBINDINGMODE      ALLOWVOLUMEEXPANSION   AGE
        standard (default)   rancher.io/local-path   Delete          WaitForFirstConsumer   false                  0s
        """,
    ),
    (
        "node",
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "node-1", "labels": {"node-role.kubernetes.io/control-plane": ""}},
            "spec": {"unschedulable": True},
        },
        {"conditions": [{"type": "Ready", "status": "Unknown"}], "nodeInfo": {"kubeletVersion": "v1.35.0"}},
        """
        NAME     STATUS                        ROLES           AGE   VERSION
        node-1   NotReady,SchedulingDisabled   control-plane   0s    v1.35.0
        """,
    ),
    (
        "events",
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "mysql-0.1"},
            "involvedObject": {"kind": "Pod", "name": "mysql-0"},
            "type": "Warning",
            "reason": "BackOff",
            "message": "Back-off restarting failed container",
            "count": 3,
            "firstTimestamp": "2024-01-01T00:00:00Z",
            "lastTimestamp": "2024-01-01T00:00:00Z",
        },
        None,
        """
        LAST SEEN   TYPE      REASON    OBJECT        MESSAGE
        0s          Warning   BackOff   pod/mysql-0   Back-off restarting failed container
        """,
    ),
    (
        "cm",
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mysql"}, "data": {"a": "1", "b": "2"}},
        None,
        """
        NAME    DATA   AGE
        mysql   2      0s
        """,
    ),
    (
        "controllerrevisions",
        {
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": {
                "name": "mysql-5f8c",
                "ownerReferences": [
                    {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "mysql", "uid": "1", "controller": True}
                ],
            },
            "revision": 1,
        },
        None,
        """
        NAME         CONTROLLER               REVISION   AGE
        mysql-5f8c   statefulset.apps/mysql   1          0s
        """,
    ),
    (
        "endpointslices",
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"name": "mysql-x"},
            "addressType": "IPv4",
            "ports": [{"port": 3306}],
            "endpoints": [{"addresses": [f"10.244.1.{n}"]} for n in range(2, 7)],
        },
        None,
        """
        NAME      ADDRESSTYPE   PORTS   ENDPOINTS                                      AGE
        mysql-x   IPv4          3306    10.244.1.2,10.244.1.3,10.244.1.4 + 2 more...   0s
        """,
    ),
    (
        "pdb",
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "zk"},
            "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "zk"}}},
        },
        None,
        """
        NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE
        zk     N/A             1                 0                     0s
        """,
    ),
    (
        "pc",
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": "high"},
            "value": 1000,
            "globalDefault": True,
        },
        None,
        """
        NAME   VALUE   GLOBAL-DEFAULT   AGE   PREEMPTIONPOLICY
        high   1000    true             0s    PreemptLowerPriority
        """,
    ),
]


@pytest.mark.parametrize(("what", "obj", "status", "table"), TABLES, ids=[row[0] for row in TABLES])
def test_each_kind_has_its_columns(shell: Shell, what: str, obj: Object, status: Object | None, table: str) -> None:
    shell.create(obj, status)
    assert shell(f"get {what}").out == lines(table)


def test_several_kinds_are_tables_apart_with_the_kind_before_each_name(mysql: Shell) -> None:
    mysql.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mysql"}})
    mysql.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other"}})
    assert mysql("get pods,cm").out == lines(
        """
        NAME          READY   STATUS             RESTARTS     AGE
        pod/mysql-0   1/2     CrashLoopBackOff   3 (5s ago)   30s

        NAME              DATA   AGE
        configmap/mysql   0      0s
        configmap/other   0      0s
        """
    )


def test_every_namespace_has_a_column_for_it(shell: Shell) -> None:
    for namespace in ("kube-system", "default"):
        shell.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": namespace}})
    assert shell("get cm -A").out == lines(
        """
        NAMESPACE     NAME   DATA   AGE
        default       a      0      0s
        kube-system   a      0      0s
        """
    )


def test_yaml_and_json_are_the_object_or_a_list(mysql: Shell) -> None:
    stored = mysql.store.get("Pod", "mysql-0")
    assert yaml.safe_load(mysql("get pod mysql-0 -o yaml").out) == stored
    assert json.loads(mysql("get pod mysql-0 -o json").out) == stored
    assert json.loads(mysql("get pods -o json").out) == {
        "apiVersion": "v1",
        "items": [stored],
        "kind": "List",
        "metadata": {"resourceVersion": ""},
    }


def test_yaml_is_written_as_kubectl_writes_it(shell: Shell) -> None:
    data = {
        "on": "yes",
        "when": "2024-01-01",
        "script": "set -e\necho hi\n",
        "trail": "a \nb\n",
        "n": "12",
        "t": "a: b",
        "e": "",
    }
    shell.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data})
    assert shell("get cm x -o yaml").out.startswith(
        lines(
            """
            apiVersion: v1
            data:
              e: ""
              "n": "12"
              "on": "yes"
              script: |
                set -e
                echo hi
              t: 'a: b'
              trail: "a \\nb\\n"
              when: "2024-01-01"
            kind: ConfigMap
            metadata:
              creationTimestamp: "2024-01-01T00:00:00Z"
              name: x
            """
        )
    )


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{.items[0].metadata.name}", "mysql-0"),
        ("{.items[*].spec.containers[*].name}", "mysql xtrabackup"),
        (r'{range .items[*]}{.metadata.name}{"\t"}{.status.phase}{"\n"}{end}', "mysql-0\tRunning\n"),
        ('{.items[0].status.conditions[?(@.type=="Initialized")].status}', "True"),
        ("{.items[0].status.containerStatuses[?(@.restartCount>1)].name}", "xtrabackup"),
        ("{.items[0].metadata.labels}", '{"app":"mysql"}'),
        (r"{.items[0].metadata.labels.a\.b}", ""),
        ("{..image}", "mysql:5.7 gcr.io/google-samples/xtrabackup:1.0 mysql:5.7 mysql:5.7 gcr.io/google-samples/xtrabackup:1.0 mysql:5.7"),
        ("{.items[0].spec.containers[-1].name}", "xtrabackup"),
    ],
)  # fmt: skip
def test_json_paths_find_what_they_name(mysql: Shell, template: str, text: str) -> None:
    if ".." in template:
        assert set(mysql(f"get pods -o jsonpath='{template}'").out.split()) == set(text.split())
    else:
        assert mysql(f"get pods -o jsonpath='{template}'").out == text


def test_columns_may_be_chosen_and_rows_sorted(shell: Shell) -> None:
    for name, mode in (("a", "z"), ("b", "y")):
        shell.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"mode": mode}})
    assert shell(
        "get cm -o custom-columns=NAME:.metadata.name,MODE:.data.mode,NONE:.x --sort-by=.data.mode"
    ).out == lines(
        """
        NAME   MODE   NONE
        b      y      <none>
        a      z      <none>
        """
    )


def test_labels_and_fields_select(mysql: Shell) -> None:
    assert mysql("get pods -l app=mysql --field-selector=status.phase=Running -o name").out == "pod/mysql-0\n"
    assert mysql("get pods -l 'app in (web),!x'").out == ""
    assert mysql("get pods --field-selector=status.phase!=Running").out == ""
