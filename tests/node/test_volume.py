"""Volumes: what containers see, what outlives them, and what holds a Pod up."""

from __future__ import annotations

import base64

import pytest

from simk8s.api.objects import Object
from simk8s.machine import FileSystem
from tests.node.bench import Bench, container


def mount(name: str, path: str, **fields: object) -> Object:
    return {"name": name, "mountPath": path, **fields}


def logs(bench: Bench, name: str = "main", pod: str = "web") -> str:
    return bench.runtime.logs("default", pod, name).decode()


def claim(bench: Bench, name: str = "data", volume: str = "pvc-1", **source: object) -> None:
    """A bound claim with its volume."""
    source = source or {"local": {"path": f"/disks/{volume}"}}
    modes = {"accessModes": ["ReadWriteOnce"]}
    reference = {"kind": "PersistentVolumeClaim", "namespace": "default", "name": name}
    spec = {**modes, "capacity": {"storage": "1Gi"}, "claimRef": reference, **source}
    affinity = {"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-1"]}
    spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": [affinity]}]}}
    spec["persistentVolumeReclaimPolicy"] = "Delete"
    bench.create("PersistentVolume", volume, spec=spec)
    resources = {"requests": {"storage": "1Gi"}}
    bound = bench.create(
        "PersistentVolumeClaim",
        name,
        spec={**modes, "resources": resources, "volumeName": volume, "storageClassName": ""},
    )
    bench.store.update_status({**bound, "status": {"phase": "Bound"}}, by=bench.me)


CLAIMED = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]


def test_config_maps_and_secrets_are_files(bench: Bench) -> None:
    bench.create("ConfigMap", "mysql", data={"primary.cnf": "[mysqld]\nlog-bin\n"})
    bench.create("Secret", "word", data={"password": base64.b64encode(b"sesame").decode()})
    bench.pod(
        container(
            "main",
            "cat",
            "/mnt/config-map/primary.cnf",
            "/etc/secret/here",
            "/one",
            volumeMounts=[
                mount("config", "/mnt/config-map"),
                mount("secret", "/etc/secret"),
                mount("config", "/one", subPath="primary.cnf"),
            ],
        ),
        volumes=[
            {"name": "config", "configMap": {"name": "mysql"}},
            {"name": "secret", "secret": {"secretName": "word", "items": [{"key": "password", "path": "here"}]}},
        ],
    )
    bench.run(5)
    assert logs(bench) == "[mysqld]\nlog-bin\nsesame[mysqld]\nlog-bin\n"


def test_the_downward_api_and_projected_volumes_are_files(bench: Bench) -> None:
    bench.create("ConfigMap", "c", data={"key": "value\n"})
    labels = {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}
    sources = [{"configMap": {"name": "c"}}, {"downwardAPI": {"items": [labels]}}]
    bench.pod(
        container("main", "cat", "/all/key", "/all/labels", volumeMounts=[mount("all", "/all")]),
        volumes=[{"name": "all", "projected": {"sources": sources}}],
        labels={"app": "web", "tier": "front"},
    )
    bench.run(5)
    assert logs(bench) == 'value\napp="web"\ntier="front"'


def test_after_two_minutes_the_volumes_that_are_missing_are_listed(bench: Bench) -> None:
    """KUBELET-88, VOL-20, TIME-7."""
    bench.pod(container("main"), volumes=CLAIMED)
    bench.run(130)
    said = "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process"
    assert bench.events("FailedMount")[0].startswith(said)


def test_an_optional_config_map_may_be_missing(bench: Bench) -> None:
    bench.pod(container("main"), volumes=[{"name": "c", "configMap": {"name": "none", "optional": True}}])
    bench.until(bench.is_running)


@pytest.mark.parametrize(
    ("kind", "source", "message"),
    [
        ("nothing", {"iscsi": {"targetPortal": "x", "iqn": "iqn.2001-04.com.example:x", "lun": 0}}, "does not model"),
        (
            "file",
            {"hostPath": {"path": "/none", "type": "Directory"}},
            "hostPath type check failed: /none is not a directory",
        ),
        (
            "key",
            {"configMap": {"name": "c", "items": [{"key": "no", "path": "no"}]}},
            "references non-existent config key: no",
        ),
    ],
)
def test_what_cannot_be_mounted_is_named(bench: Bench, kind: str, source: Object, message: str) -> None:
    bench.create("ConfigMap", "c", data={})
    bench.pod(container("main"), volumes=[{"name": "v", **source}])
    bench.run(5)
    assert message in bench.events("FailedMount")[0]


def test_an_empty_dir_is_shared_and_lives_with_the_pod_and_a_claim_longer(bench: Bench) -> None:
    """K-20, KUBELET-60, V-12."""
    claim(bench)
    mounts = {"volumeMounts": [mount("conf", "/conf"), mount("data", "/data", subPath="mysql")]}
    spec = {"volumes": [{"name": "conf", "emptyDir": {}}, *CLAIMED]}
    write = [container("one", "write", "/conf/a", "x", **mounts), container("two", "write", "/data/b", "x", **mounts)]
    bench.pod(container("main", "sleep", "1e9", **mounts), initContainers=write, **spec)
    bench.until(bench.is_running)

    def files() -> list[str]:
        local = bench.node.find_pod("default", "web")
        assert local
        process = local.current["main"].main
        assert process
        return [path for path in ("/conf/a", "/data/b", "/tmp/c") if process.exists(path)]

    local = bench.node.find_pod("default", "web")
    assert local
    root = local.current["main"].machine.mounts.resolve("/").mount.filesystem
    root.install({"/tmp/c": ""})
    assert files() == ["/conf/a", "/data/b", "/tmp/c"]
    bench.node.kill_container("default", "web", "main")
    bench.until(lambda: bench.status("main")["restartCount"] == 1)
    assert files() == ["/conf/a", "/data/b"]
    bench.delete()
    bench.until(lambda: not bench.exists())
    bench.run(1)
    bench.pod(container("main", "sleep", "1e9", **mounts), **spec)
    bench.until(bench.is_running)
    assert files() == ["/data/b"]
    disk = bench.site.disks.find("pvc-1")
    assert disk and sorted(disk.root.entries) == ["mysql"]


def test_the_disk_goes_with_its_volume(bench: Bench) -> None:
    """VOL-8."""
    claim(bench)
    bench.pod(container("main", "write", "/data/a", "x", volumeMounts=[mount("data", "/data")]), volumes=CLAIMED)
    bench.run(5)
    assert bench.site.disks.find("pvc-1")
    bench.store.delete("PersistentVolume", "pvc-1", by=bench.me)
    bench.run(1)
    assert bench.site.disks.find("pvc-1") is None


def test_a_claim_that_is_not_bound_holds_the_pod_up(bench: Bench) -> None:
    bench.pod(container("main"), volumes=CLAIMED)
    bench.run(30)
    assert bench.phase() == "Pending"
    claim(bench)
    assert bench.until(bench.is_running) < 5


def test_a_network_disk_must_be_attached_first_and_is_reported_in_use(bench: Bench) -> None:
    """VOL-20, VOL-23."""
    claim(bench, csi={"driver": "rook", "volumeHandle": "h1"})
    bench.pod(container("main"), volumes=CLAIMED)
    bench.run(30)
    assert bench.phase() == "Pending"
    node = bench.store.get("Node", "node-1")
    attached = [{"name": "kubernetes.io/csi/rook^h1", "devicePath": ""}]
    bench.store.update_status({**node, "status": {**node["status"], "volumesAttached": attached}}, by=bench.me)
    bench.until(bench.is_running)
    assert bench.store.get("Node", "node-1")["status"]["volumesInUse"] == ["kubernetes.io/csi/rook^h1"]
    disk = bench.site.disks.find("pvc-1")
    assert disk and "lost+found" in disk.root.entries
    bench.delete()
    bench.until(lambda: not bench.exists())
    assert not bench.store.get("Node", "node-1")["status"].get("volumesInUse")


def test_a_host_path_is_the_nodes_own_and_shared_by_its_pods(bench: Bench) -> None:
    """VOL-27."""
    spec = {"volumes": [{"name": "host", "hostPath": {"path": "/var/shared"}}]}
    mounts = {"volumeMounts": [mount("host", "/shared")]}
    bench.pod(container("main", "write", "/shared/x", "hello", **mounts), name="one", restartPolicy="Never", **spec)
    bench.until(lambda: bench.phase("one") == "Succeeded")
    bench.pod(container("main", "cat", "/shared/x", **mounts), name="two", **spec)
    bench.run(5)
    assert logs(bench, pod="two") == "hello\n"


def test_sub_path_expr_makes_a_directory_of_its_own_for_each_pod(bench: Bench) -> None:
    claim(bench)
    variable = {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    part = mount("data", "/data", subPathExpr="logs/$(NAME)")
    bench.pod(container("main", env=[variable], volumeMounts=[part]), volumes=CLAIMED)
    bench.until(bench.is_running)
    disk = bench.site.disks.find("pvc-1")
    assert disk and disk.find("logs/web") is not None


def test_config_volumes_are_read_only_and_an_fs_group_may_write_to_others(bench: Bench) -> None:
    bench.create("ConfigMap", "c", data={"key": "x"})
    claim(bench, csi={"driver": "rook", "volumeHandle": "h1"})
    node = bench.store.get("Node", "node-1")
    attached = [{"name": "kubernetes.io/csi/rook^h1", "devicePath": ""}]
    bench.store.update_status({**node, "status": {**node["status"], "volumesAttached": attached}}, by=bench.me)
    mounts = {"volumeMounts": [mount("c", "/c"), mount("data", "/data")]}
    bench.pod(
        container("bad", "write", "/c/new", "x", **mounts),
        container("good", "write", "/data/new", "x", **mounts),
        volumes=[{"name": "c", "configMap": {"name": "c"}}, *CLAIMED],
        securityContext={"runAsUser": 1000, "fsGroup": 2000},
        restartPolicy="Never",
    )
    bench.run(20)
    ends = {name: bench.status(name)["state"]["terminated"]["exitCode"] for name in ("bad", "good")}
    assert ends["bad"] != 0
    assert ends["good"] == 0


def test_history_says_which_file_system_is_mounted_where(bench: Bench) -> None:
    claim(bench)
    mounts = {"volumeMounts": [mount("data", "/data", subPath="mysql"), mount("conf", "/conf", readOnly=True)]}
    bench.pod(container("main", "sleep", "9", **mounts), volumes=[*CLAIMED, {"name": "conf", "emptyDir": {}}])
    bench.run(5)
    created = next(r for r in bench.sim.history if r.verb == "container.create")
    assert created.detail["machine"] == "web/main"
    assert created.detail["root"] == "web/main/0"
    assert created.detail["mounts"] == [
        {"point": "/conf", "filesystem": "web/emptyDir/conf", "readOnly": True},
        {"point": "/data", "filesystem": "pvc-1", "path": "mysql"},
    ]


def test_two_volumes_of_one_disk_show_the_same_data(bench: Bench) -> None:
    """VOL-8: a retained disk under a new PersistentVolume."""
    source = {"metadata": {"name": "a", "uid": "1"}, "spec": {"csi": {"driver": "d", "volumeHandle": "h"}}}
    again = {"metadata": {"name": "b", "uid": "2"}, "spec": {"csi": {"driver": "d", "volumeHandle": "h"}}}
    disk: FileSystem = bench.site.disks.of(source, "node-1")
    assert bench.site.disks.of(again, "node-2") is disk


def test_a_path_on_another_node_is_another_directory(bench: Bench) -> None:
    """VOL-25."""
    volume = {"metadata": {"name": "a", "uid": "1"}, "spec": {"hostPath": {"path": "/data"}}}
    here, there = bench.site.disks.of(volume, "node-1"), bench.site.disks.of(volume, "node-2")
    assert here is not there
    assert (here.name, there.name) == ("a", "a@node-2")


def test_history_tells_of_disks_and_of_directories_that_the_kubelet_makes(bench: Bench) -> None:
    """V-12: so that a face can rebuild a disk from history alone."""
    claim(bench)
    bench.pod(container("main", volumeMounts=[mount("data", "/data", subPath="a/b")]), volumes=CLAIMED)
    bench.until(bench.is_running)
    bench.store.delete("PersistentVolume", "pvc-1", by=bench.me)
    bench.run(1)
    told = [(r.verb, r.object) for r in bench.sim.history if r.verb in ("disk.create", "file.mkdir", "disk.free")]
    assert told == [
        ("disk.create", "pvc-1"),
        ("file.mkdir", "pvc-1:/a"),
        ("file.mkdir", "pvc-1:/a/b"),
        ("disk.free", "pvc-1"),
    ]


def test_labels_that_change_show_in_a_mounted_downward_api_volume(bench: Bench) -> None:
    """VOL-28: a Pod that is written is synchronised, ConfigMaps included."""
    bench.create("ConfigMap", "c", data={"key": "old"})
    labels = {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}
    volumes = [
        {"name": "d", "downwardAPI": {"items": [labels]}},
        {"name": "c", "configMap": {"name": "c"}},
    ]
    mounts = [mount("d", "/d"), mount("c", "/c")]
    bench.pod(container("main", volumeMounts=mounts), volumes=volumes, labels={"app": "web"})
    bench.until(bench.is_running)
    local = bench.node.find_pod("default", "web")
    assert local and local.current["main"].main
    config = bench.store.get("ConfigMap", "c")
    bench.store.update({**config, "data": {"key": "new"}}, by=bench.me)
    pod = bench.get()
    bench.store.update({**pod, "metadata": {**pod["metadata"], "labels": {"app": "api"}}}, by=bench.me)
    bench.run(1)
    assert local.current["main"].main.peek("/d/labels") == b'app="api"'
    assert local.current["main"].main.peek("/c/key") == b"new"


def test_a_claim_for_one_pod_only_is_not_mounted_for_a_second(bench: Bench) -> None:
    """VOL-10: the kubelet's own check, for Pods that no scheduler placed."""
    claim(bench)
    volume = bench.store.get("PersistentVolume", "pvc-1")
    bench.store.update({**volume, "spec": {**volume["spec"], "accessModes": ["ReadWriteOncePod"]}}, by=bench.me)
    bench.pod(container("main"), name="one", volumes=CLAIMED)
    bench.until(lambda: bench.is_running("one"))
    bench.pod(container("main"), name="two", volumes=CLAIMED)
    bench.run(20)
    assert bench.phase("two") == "Pending"
    assert bench.events("FailedMount")[0] == (
        'MountVolume.SetUp failed for volume "pvc-1" : '
        "volume uses the ReadWriteOncePod access mode and is already in use by another pod"
    )
    bench.delete("one")
    bench.until(lambda: bench.is_running("two"), limit=130)


def test_a_pod_whose_empty_dir_grows_beyond_its_limit_is_evicted(bench: Bench) -> None:
    """KUBELET-61."""
    spec = {"volumes": [{"name": "e", "emptyDir": {"sizeLimit": "1Ki"}}]}
    bench.pod(container("main"), **spec)
    bench.run(30)
    assert bench.is_running()
    local = bench.node.find_pod("default", "web")
    assert local
    local.volumes["e"].filesystem.install({"/large": b"x" * 2000})
    bench.run(12)
    assert (bench.phase(), bench.get()["status"]["reason"]) == ("Failed", "Evicted")
    assert bench.get()["status"]["message"] == 'Usage of EmptyDir volume "e" exceeds the limit "1Ki". '
