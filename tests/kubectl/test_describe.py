"""`kubectl describe`: pages line for line (KCTL-12)."""

# ruff: noqa: E501, W291 (what kubectl prints is as wide as it is, and ends some lines with a space)

from __future__ import annotations

from textwrap import dedent

import pytest

from simk8s.api.events import EventRecorder
from simk8s.api.objects import Object
from simk8s.api.resources import Resource
from simk8s.kubectl.tabs import aligned
from tests.kubectl.kubectl_shell import Shell

POD = """\
Name:             mysql-0
Namespace:        default
Priority:         0
Service Account:  default
Node:             node-1/172.18.0.2
Start Time:       Mon, 01 Jan 2024 00:00:00 +0000
Labels:           app=mysql
Annotations:      <none>
Status:           Running
IP:               10.244.1.2
IPs:
  IP:  10.244.1.2
Init Containers:
  init-mysql:
    Container ID:  containerd://1
    Image:         mysql:5.7
    Image ID:      mysql@sha256:1
    Port:          <none>
    Host Port:     <none>
    Command:
      bash
      -c
      set -ex
      exit
    State:          Terminated
      Reason:       Completed
      Exit Code:    0
      Started:      Mon, 01 Jan 2024 00:00:02 +0000
      Finished:     Mon, 01 Jan 2024 00:00:03 +0000
    Ready:          True
    Restart Count:  0
    Environment:    <none>
    Mounts:         <none>
Containers:
  mysql:
    Container ID:   containerd://2
    Image:          mysql:5.7
    Image ID:       mysql@sha256:1
    Port:           3306/TCP (mysql)
    Host Port:      0/TCP (mysql)
    State:          Running
      Started:      Mon, 01 Jan 2024 00:00:04 +0000
    Ready:          True
    Restart Count:  0
    Requests:
      cpu:     500m
      memory:  1Gi
    Liveness:  exec [mysqladmin ping] delay=30s timeout=1s period=10s #success=1 #failure=3
    Environment:
      MYSQL_ALLOW_EMPTY_PASSWORD:  1
    Mounts:
      /var/lib/mysql from data (rw,path="mysql")
  xtrabackup:
    Container ID:   containerd://3
    Image:          gcr.io/google-samples/xtrabackup:1.0
    Image ID:       xtrabackup@sha256:2
    Port:           <none>
    Host Port:      <none>
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       Error
      Exit Code:    1
      Started:      Mon, 01 Jan 2024 00:00:20 +0000
      Finished:     Mon, 01 Jan 2024 00:00:25 +0000
    Ready:          False
    Restart Count:  3
    Environment:    <none>
    Mounts:         <none>
Conditions:
  Type          Status
  Initialized   True 
  Ready         False 
Volumes:
  data:
    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:  data-mysql-0
    ReadOnly:   false
  conf:
    Type:       EmptyDir (a temporary directory that shares a pod's lifetime)
    Medium:     
    SizeLimit:  <unset>
  config-map:
    Type:        ConfigMap (a volume populated by a ConfigMap)
    Name:        mysql
    Optional:    false
QoS Class:       Burstable
Node-Selectors:  <none>
Tolerations:     node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                 node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
Events:
  Type     Reason   Age               From     Message
  ----     ------   ----              ----     -------
  Normal   Pulled   25s               kubelet  Container image "mysql:5.7" already present on machine
  Warning  BackOff  5s (x3 over 15s)  kubelet  Back-off restarting failed container xtrabackup in pod mysql-0_default(1)
"""


def test_a_pods_page(mysql: Shell) -> None:  # API-31 for the Events
    kubelet = EventRecorder(mysql.store, "kubelet", "node-1")
    pod = mysql.store.get("Pod", "mysql-0")
    kubelet.event(pod, "Normal", "Pulled", 'Container image "mysql:5.7" already present on machine')
    mysql.later(10)
    for _ in range(3):
        text = "Back-off restarting failed container xtrabackup in pod mysql-0_default(1)"
        kubelet.event(pod, "Warning", "BackOff", text)
        mysql.later(5)
    assert mysql("describe pod mysql-0").out == POD


CLASS: Object = {
    "apiVersion": "scheduling.k8s.io/v1",
    "kind": "PriorityClass",
    "metadata": {"name": "high"},
    "value": 1000,
    "preemptionPolicy": "Never",
    "description": "Goes first.",
}

STATEFUL_SET: Object = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "web", "labels": {"a": "1", "b": "2"}},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "nginx", "image": "nginx:1", "ports": [{"containerPort": 80}, {"containerPort": 81}]}]},
        },
        "volumeClaimTemplates": [
            {"metadata": {"name": "www"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
        ],
    },
}  # fmt: skip
SET_PAGE = """\
Name:               web
Namespace:          default
CreationTimestamp:  Mon, 01 Jan 2024 00:00:00 +0000
Selector:           app=web
Labels:             a=1
                    b=2
Annotations:        <none>
Replicas:           2 desired | 1 total
Update Strategy:    RollingUpdate
  Partition:        0
  MaxUnavailable:   1
Pods Status:        0 Running / 0 Waiting / 0 Succeeded / 0 Failed
Pod Template:
  Labels:  app=web
  Containers:
   nginx:
    Image:         nginx:1
    Ports:         80/TCP, 81/TCP
    Host Ports:    0/TCP, 0/TCP
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
  Node-Selectors:  <none>
  Tolerations:     <none>
Volume Claims:
  Name:          www
  StorageClass:  
  Labels:        <none>
  Annotations:   <none>
  Capacity:      1Gi
  Access Modes:  [ReadWriteOnce]
Events:          <none>
"""


def test_a_stateful_sets_page(shell: Shell) -> None:  # KCTL-12
    shell.create(STATEFUL_SET, {"replicas": 1})
    assert shell("describe statefulset web").out == SET_PAGE


def test_the_pods_of_a_set_are_counted_by_phase(mysql: Shell) -> None:  # KCTL-12
    owner = mysql.create({**STATEFUL_SET, "metadata": {"name": "mysql"}, "spec": {**STATEFUL_SET["spec"], "selector": {"matchLabels": {"app": "mysql"}}, "template": {**STATEFUL_SET["spec"]["template"], "metadata": {"labels": {"app": "mysql"}}}}})  # fmt: skip
    pod = mysql.store.get("Pod", "mysql-0")
    reference = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "name": "mysql",
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    mysql.store.update({**pod, "metadata": {**pod["metadata"], "ownerReferences": [reference]}}, by=mysql.someone)
    assert "Pods Status:        1 Running / 0 Waiting / 0 Succeeded / 0 Failed\n" in mysql("describe sts mysql").out
    assert "Controlled By:  StatefulSet/mysql\n" in mysql("describe pod mysql-0").out


PAGES: list[tuple[str, Object, Object | None, str]] = [
    (
        "svc mysql-read",
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "mysql-read", "labels": {"app": "mysql"}},
            "spec": {
                "clusterIP": "10.96.0.10",
                "ports": [{"name": "mysql", "port": 3306}],
                "selector": {"app": "mysql"},
            },
        },
        None,
        """
        Name:                     mysql-read
        Namespace:                default
        Labels:                   app=mysql
        Annotations:              <none>
        Selector:                 app=mysql
        Type:                     ClusterIP
        IP Family Policy:         SingleStack
        IP Families:              IPv4
        IP:                       10.96.0.10
        IPs:                      10.96.0.10
        Port:                     mysql  3306/TCP
        TargetPort:               3306/TCP
        Endpoints:                <none>
        Session Affinity:         None
        Internal Traffic Policy:  Cluster
        Events:                   <none>
        """,
    ),
    (
        "pvc data-mysql-0",
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data-mysql-0", "finalizers": ["kubernetes.io/pvc-protection"]},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "10Gi"}},
                "storageClassName": "standard",
                "volumeName": "pvc-1",
            },
        },
        {"phase": "Bound", "capacity": {"storage": "10Gi"}, "accessModes": ["ReadWriteOnce"]},
        """
        Name:          data-mysql-0
        Namespace:     default
        StorageClass:  standard
        Status:        Bound
        Volume:        pvc-1
        Labels:        <none>
        Annotations:   <none>
        Finalizers:    [kubernetes.io/pvc-protection]
        Capacity:      10Gi
        Access Modes:  RWO
        VolumeMode:    Filesystem
        Used By:       mysql-0
        Events:        <none>
        """,
    ),
    (
        "cm mysql",
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "mysql"},
            "data": {"a.cnf": "[mysqld]\nlog-bin\n"},
        },
        None,
        """
        Name:         mysql
        Namespace:    default
        Labels:       <none>
        Annotations:  <none>

        Data
        ====
        a.cnf:
        ----
        [mysqld]
        log-bin



        BinaryData
        ====

        Events:  <none>
        """,
    ),
    (
        "sc standard",
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            "provisioner": "rancher.io/local-path",
            "parameters": {"pool": "a", "kind": "b"},
        },
        None,
        """
        Name:                  standard
        IsDefaultClass:        Yes
        Annotations:           storageclass.kubernetes.io/is-default-class=true
        Provisioner:           rancher.io/local-path
        Parameters:            kind=b,pool=a
        AllowVolumeExpansion:  <unset>
        MountOptions:          <none>
        ReclaimPolicy:         Delete
        VolumeBindingMode:     Immediate
        Events:                <none>
        """,
    ),
    (
        "pc high",
        CLASS,
        None,
        """
        Name:              high
        Value:             1000
        GlobalDefault:     false
        PreemptionPolicy:  Never
        Description:       Goes first.
        Annotations:       <none>
        Events:            <none>
        """,
    ),
    (
        "ns test",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "test"}},
        None,
        """
        Name:         test
        Labels:       kubernetes.io/metadata.name=test
        Annotations:  <none>
        Status:       Active

        No resource quota.

        No LimitRange resource.
        """,
    ),
]


@pytest.mark.parametrize(("what", "obj", "status", "page"), PAGES, ids=[row[0] for row in PAGES])
def test_other_kinds_have_pages_of_their_own(
    mysql: Shell, what: str, obj: Object, status: Object | None, page: str
) -> None:
    mysql.create(obj, status)
    assert mysql(f"describe {what}").out == dedent(page).removeprefix("\n")


def test_endpoints_of_a_service_come_from_its_slices_and_only_the_ready_ones(shell: Shell) -> None:  # SVC-1
    shell.create(PAGES[0][1])
    endpoints = [{"addresses": [f"10.244.1.{n}"], "conditions": {"ready": n != 3}} for n in range(2, 7)]
    shell.create(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"name": "mysql-read-x", "labels": {"kubernetes.io/service-name": "mysql-read"}},
            "addressType": "IPv4",
            "ports": [{"name": "mysql", "port": 3306, "protocol": "TCP"}],
            "endpoints": endpoints,
        }
    )
    assert (
        "Endpoints:                10.244.1.2:3306,10.244.1.4:3306,10.244.1.5:3306 + 1 more...\n"
        in shell("describe svc mysql-read").out
    )


def test_a_nodes_page_counts_what_its_pods_ask_for(mysql: Shell) -> None:  # SCHED-3
    node: Object = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "node-1"},
        "spec": {"taints": [{"key": "a", "value": "b", "effect": "NoSchedule"}]},
        "status": {"allocatable": {"cpu": "4", "memory": "8Gi"}},
    }
    mysql.create(node)
    out = mysql("describe node node-1").out
    assert "Taints:             a=b:NoSchedule\n" in out
    assert (
        "  default                     mysql-0    500m (12%)    0 (0%)      1Gi (12%)        0 (0%)         30s\n"
        in out
    )
    assert "  cpu                500m (12%)  0 (0%)\n  memory             1Gi (12%)   0 (0%)\n" in out


def test_a_custom_resource_is_shown_field_by_field(shell: Shell) -> None:
    shell.access.registry.add(Resource("CephBlockPool", "cephblockpools", "ceph.rook.io"))
    shell.create({"apiVersion": "ceph.rook.io/v1", "kind": "CephBlockPool", "metadata": {"name": "p"}, "spec": {"replicated": {"requireSafeReplicaSize": True, "size": 3}}})  # fmt: skip
    assert (
        "Spec:\n  Replicated:\n    Require Safe Replica Size:  true\n    Size:                       3\n"
        in shell("describe cephblockpool p").out
    )


def test_a_name_stands_for_all_that_begin_with_it(mysql: Shell) -> None:
    assert mysql("describe pod mysql").out.startswith("Name:             mysql-0\n")
    printed = mysql("describe pod web")
    assert (printed.err, printed.status) == ('Error from server (NotFound): pods "web" not found\n', 1)


def test_pages_of_several_objects_are_two_lines_apart(shell: Shell) -> None:
    for name in ("a", "b"):
        shell.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    assert "No LimitRange resource.\n\n\nName:         b\n" in shell("describe ns").out


def test_columns_are_as_wide_as_their_widest_cell_in_lines_that_follow_each_other() -> None:
    text = "a:\tx\nlonger:\ty\nno tab\nb:\tz\tend\n"
    assert aligned(text) == "a:       x\nlonger:  y\nno tab\nb:  z  end\n"


VARIABLES = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  nodeName: nowhere
  containers:
    - name: main
      image: busybox:1.36
      resources: {requests: {cpu: 100m}, limits: {memory: 128Mi}}
      env:
        - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
        - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
        - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
        - {name: REQUEST, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}
        - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
"""


def test_of_a_variable_from_the_pod_itself_kubectl_shows_what_it_can_know(shell: Shell) -> None:
    shell("apply -f -", stdin=VARIABLES)
    page = shell("describe pod web").out
    environment = page.partition("Environment:\n")[2].partition("Mounts:")[0]
    assert [line.split(maxsplit=1) for line in environment.splitlines() if line.strip()] == [
        ["IP:", "(v1:status.podIP)"],
        ["NAME:", "web (v1:metadata.name)"],
        ["APP:", "web (v1:metadata.labels['app'])"],
        ["MEMORY:", "128 (limits.memory)"],
        ["REQUEST:", "100 (requests.cpu)"],
        ["CPU:", "node allocatable (limits.cpu)"],
    ]


def test_a_pods_page_names_its_class_and_where_it_is_nominated(shell: Shell) -> None:  # SCHED-13
    shell.create(CLASS)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {"priorityClassName": "high", "containers": [{"name": "c", "image": "i"}]},
    }
    shell.create(pod, {"phase": "Pending", "nominatedNodeName": "node-1"})
    page = shell("describe pod p").out
    assert "Priority:             1000\nPriority Class Name:  high\n" in page
    assert "\nNominatedNodeName:    node-1\n" in page
    assert shell("get pod p -o wide").out.splitlines()[1].split()[-2:] == ["node-1", "<none>"]
