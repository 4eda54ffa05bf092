"""Acceptance cases K: containers that start, end and start again, and what `kubectl get pods` shows of them."""

from __future__ import annotations

from itertools import pairwise

from simk8s import Cluster
from simk8s.machine import File
from tests.conformance import case
from tests.conformance.looking import DATA, SLEEPER, SLEEPERS, VOLUMES, in_turn, put, shown, take_away, tens, waits
from tests.conformance.replicated_mysql import started, watched
from tests.node.bench import Bench, container, probe


@case("K-1")
def test_k_1_a_mysql_pod_on_its_way_up() -> None:
    """KUBELET-3, KUBELET-72. Given the replicated MySQL set,
    when its first Pod comes up,
    then STATUS and READY go through these steps."""
    cluster = started()
    versions = watched(cluster, "mysql-0")
    cluster.run("pod/mysql-0 Ready")
    cluster.run(1)
    assert [row[:2] for row in in_turn(versions)] == [
        ("0/2", "Pending"),
        ("0/2", "Init:0/2"),
        ("0/2", "Init:1/2"),
        ("0/2", "PodInitializing"),
        ("1/2", "Running"),
        ("2/2", "Running"),
    ]


@case("K-2")
def test_k_2_crashes_are_followed_by_growing_waits(bench: Bench) -> None:
    """KUBELET-13, KUBELET-20 to KUBELET-23, TIME-2. Given a container that fails at once,
    when it is left alone,
    then it starts again after 0, 10, 20, 40, 80, 160, 300, 300 s, and each start counts."""
    versions = bench.watch_pod()
    bench.pod(container("main", "exit", "1"))
    bench.run(1150)
    assert tens(waits(bench, "main"))[:8] == [0, 10, 20, 40, 80, 160, 300, 300]
    assert all(
        wait - nominal < 2 for wait, nominal in zip(waits(bench, "main"), tens(waits(bench, "main")), strict=True)
    )
    counts = [row[2] for row in in_turn(versions)]
    assert list(dict.fromkeys(counts)) == list(range(9))


@case("K-3")
def test_k_3_ten_quiet_minutes_reset_the_back_off(bench: Bench) -> None:
    """KUBELET-21. Given a container whose wait has grown to 300 s,
    when it then runs for eleven minutes and ends,
    then it starts again at once, and after the next end in 10 s."""
    bench.pod(container("main", "crash-until", "/data/up", "660", **DATA), volumes=VOLUMES)
    bench.until(lambda: tens(waits(bench, "main"))[-1:] == [300], limit=1000, step=5)
    put(bench)
    begun = len(bench.starts("main"))
    bench.until(lambda: len(bench.starts("main")) > begun, step=5)
    bench.run(640)
    bench.until(lambda: len(bench.ends("main")) > begun, step=0.1)
    take_away(bench)
    bench.run(60)
    assert tens(waits(bench, "main"))[begun : begun + 3] == [0, 10, 20]


@case("K-4")
def test_k_4_one_container_crash_loops_beside_another(bench: Bench) -> None:
    """KUBELET-22, KUBELET-36, KUBELET-65, KUBELET-71, KUBELET-85. Given a Pod whose mysql fails and xtrabackup runs,
    when one looks at it right after an end and later,
    then its phase is Running, STATUS Error and then CrashLoopBackOff, READY 1/2."""
    versions = bench.watch_pod()
    bench.pod(container("mysql", "exit", "1", "3"), container("xtrabackup"))
    bench.run(30)
    assert in_turn(versions)[-6:] == [
        ("2/2", "Running", 1),
        ("1/2", "Error", 1),
        ("1/2", "CrashLoopBackOff", 1),
        ("2/2", "Running", 2),
        ("1/2", "Error", 2),
        ("1/2", "CrashLoopBackOff", 2),
    ]
    assert bench.phase() == "Running"
    uid = bench.get()["metadata"]["uid"]
    assert bench.status("mysql")["state"]["waiting"]["message"] == (
        f"back-off 20s restarting failed container=mysql pod=web_default({uid})"
    )
    assert f"Back-off restarting failed container mysql in pod web_default({uid})" in bench.events("BackOff")


@case("K-5")
def test_k_5_a_failing_init_container_holds_the_pod(bench: Bench) -> None:
    """KUBELET-4, KUBELET-65, KUBELET-71. Given a Pod whose second init container fails,
    when time passes,
    then the Pod is Pending, STATUS alternates, the failures count, and the first init container does not run again."""
    versions = bench.watch_pod()
    clone = container("clone-mysql", "check", "/data/up", **DATA)
    bench.pod(
        container("mysql"),
        container("xtrabackup"),
        volumes=VOLUMES,
        initContainers=[container("init-mysql", "exit", "0"), clone],
    )
    bench.run(60)
    rows = in_turn(versions)
    assert {row[0] for row in rows} == {"0/2"}
    crashes = [row[1:] for row in rows if row[1] in ("Init:Error", "Init:CrashLoopBackOff")]
    assert crashes == [
        ("Init:Error", 0),
        ("Init:Error", 1),
        ("Init:CrashLoopBackOff", 1),
        ("Init:Error", 2),
        ("Init:CrashLoopBackOff", 2),
        ("Init:Error", 3),
        ("Init:CrashLoopBackOff", 3),
    ]
    assert bench.phase() == "Pending"
    assert len(bench.starts("init-mysql")) == 1


@case("K-6")
def test_k_6_restarts_of_init_containers_are_forgotten_once_the_pod_runs(bench: Bench) -> None:
    """KUBELET-73. Given a Pod whose init container has failed a few times,
    when it succeeds at last,
    then RESTARTS is 0 as soon as the Pod runs."""
    bench.pod(container("main"), volumes=VOLUMES, initContainers=[container("init", "check", "/data/up", **DATA)])
    bench.run(20)
    assert shown(bench.get())[2] >= 2
    put(bench)
    bench.until(bench.is_running)
    assert shown(bench.get()) == ("1/1", "Running", 0)


@case("K-7")
def test_k_7_of_two_waiting_containers_status_names_the_first_by_name(bench: Bench) -> None:
    """KUBELET-32, KUBELET-37, KUBELET-71. Given xtrabackup crash-looping and mysql with an image that is nowhere,
    when both wait,
    then STATUS is mysql's reason."""
    bench.pod(container("xtrabackup", "exit", "1"), container("mysql", image="nowhere:1"))
    bench.until(
        lambda: bench.state("mysql")[1] == "ImagePullBackOff" and bench.state("xtrabackup")[1] == "CrashLoopBackOff"
    )
    assert shown(bench.get())[:2] == ("0/2", "ImagePullBackOff")


@case("K-8")
def test_k_8_an_image_that_cannot_be_pulled(bench: Bench) -> None:
    """KUBELET-25, KUBELET-83, KUBELET-84, TIME-3. Given an image that no registry has,
    when time passes,
    then ErrImagePull and ImagePullBackOff alternate; attempts are 10, 20, 40 ... 300 s apart, and up to 15 s more."""
    versions = bench.watch_pod()
    bench.pod(container("main", image="nowhere:1"))
    bench.run(1200)
    reasons = [row[1] for row in in_turn(versions) if row[1] != "Pending"]
    assert reasons == ["ContainerCreating"] + ["ErrImagePull", "ImagePullBackOff"] * (len(reasons) // 2)
    attempts = [r.time for r in bench.sim.history if r.verb == "image.pull"]
    gaps = [later - earlier for earlier, later in pairwise(attempts)]
    assert len(gaps) >= 6
    for gap, nominal in zip(gaps, (10, 20, 40, 80, 160, 300), strict=False):
        assert nominal <= gap <= nominal + 15 + 3
    assert bench.events("BackOff") == ['Back-off pulling image "nowhere:1"']
    assert {"Error: ErrImagePull", "Error: ImagePullBackOff"} <= set(bench.events("Failed"))
    assert any(message.startswith('Failed to pull image "nowhere:1": ') for message in bench.events("Failed"))


@case("K-13")
def test_k_13_after_a_reboot_of_its_node_the_pod_begins_again(bench: Bench) -> None:
    """KUBELET-8, KUBELET-60, KUBELET-89. Given a Pod with an init container, an emptyDir on disk and one in memory,
    when its node reboots,
    then it is the same Pod: init containers run again, the address is new, restarts count, files on disk are there."""
    bench.pod(
        container("main", **DATA),
        initContainers=[container("init", "write", "/data/log", "once", **DATA)],
        volumes=[*VOLUMES, {"name": "memory", "emptyDir": {"medium": "Memory"}}],
    )
    bench.until(bench.is_running)
    before = bench.get()
    local = bench.node.find_pod("default", "web")
    assert local
    local.volumes["memory"].filesystem.root.entries["x"] = File()
    bench.node.power_off()
    bench.run(30)
    bench.node.power_on()
    bench.until(lambda: bench.status("main")["restartCount"] == 1 and bench.is_true("Ready"))
    after = bench.get()
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["status"]["podIP"] != before["status"]["podIP"]
    assert len(bench.starts("init")) == 2
    log = local.volumes["data"].filesystem.find("/log")
    assert isinstance(log, File) and bytes(log.content) == b"once\nonce\n"
    assert local.volumes["memory"].filesystem.root.entries == {}
    assert bench.events("SandboxChanged") == ["Pod sandbox changed, it will be killed and re-created."]


@case("K-20")
def test_k_20_what_outlives_a_container_and_what_outlives_its_pod() -> None:
    """KUBELET-60. Given a file in the container, one in an emptyDir and one in a claim,
    when the container restarts, and when the Pod is deleted and replaced,
    then first the container's own file is lost, and then the emptyDir's too."""
    cluster = Cluster()
    cluster.apply(SLEEPERS)
    cluster.run("pod/web-0 Ready")
    cluster.exec("web-0", "touch /own /scratch/file /data/file")

    def files() -> list[str]:
        return cluster.exec("web-0", "ls -d /own /scratch/file /data/file").stdout.split()

    assert files() == ["/data/file", "/own", "/scratch/file"]
    cluster.kill("web-0", "main")
    cluster.run(5)
    assert files() == ["/data/file", "/scratch/file"]
    cluster.kubectl("delete pod web-0")
    cluster.run("pod/web-0 Ready")
    assert files() == ["/data/file"]


@case("K-21")
def test_k_21_a_variable_from_a_missing_config_map(bench: Bench) -> None:
    """KUBELET-33, KUBELET-83. Given a variable from a ConfigMap that is not there,
    when the Pod starts,
    then there is CreateContainerConfigError until the ConfigMap is created."""
    reference = {"configMapKeyRef": {"name": "x", "key": "mode"}}
    bench.pod(container("main", "env", "MODE", env=[{"name": "MODE", "valueFrom": reference}]))
    bench.run(20)
    assert shown(bench.get())[1] == "CreateContainerConfigError"
    assert bench.status("main")["state"]["waiting"]["message"] == 'configmap "x" not found'
    assert bench.events("Failed") == ['Error: configmap "x" not found']
    bench.create("ConfigMap", "x", data={"mode": "fast"})
    bench.run(20)
    assert bench.runtime.logs("default", "web", "main") == b"MODE=fast\n"


@case("K-22")
def test_k_22_a_volume_from_a_missing_config_map(bench: Bench) -> None:
    """KUBELET-88, VOL-28. Given a volume of a ConfigMap that is not there,
    when the Pod starts,
    then nothing of it runs, not even an init container, until the ConfigMap is created."""
    bench.pod(
        container("main"),
        initContainers=[container("one", "exit", "0"), container("two", "exit", "0")],
        volumes=[{"name": "config-map", "configMap": {"name": "mysql"}}],
    )
    bench.run(20)
    assert shown(bench.get())[:2] == ("0/1", "Init:0/2")
    assert bench.events("FailedMount") == [
        'MountVolume.SetUp failed for volume "config-map" : configmap "mysql" not found'
    ]
    assert bench.starts("one") == []
    bench.create("ConfigMap", "mysql", data={})
    bench.until(bench.is_running, limit=130)


@case("K-23")
def test_k_23_the_second_container_does_not_wait_for_the_first_to_be_ready(bench: Bench) -> None:
    """KUBELET-6. Given a mysql that takes long to be ready,
    when the Pod starts,
    then xtrabackup starts right after mysql was started."""
    bench.pod(
        container("mysql", readinessProbe=probe("check", "/never", periodSeconds=1)),
        container("xtrabackup"),
    )
    bench.until(bench.is_running)
    assert 0 < bench.starts("xtrabackup")[0] - bench.starts("mysql")[0] < 1
    assert shown(bench.get()) == ("1/2", "Running", 0)


@case("K-25")
def test_k_25_restarts_tell_when_the_last_one_was() -> None:
    """KUBELET-73, KUBELET-74. Given a container that was restarted three times, for the last time 5 s ago,
    when one looks at the table,
    then RESTARTS reads `3 (5s ago)`."""
    cluster = Cluster()
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [SLEEPER]}}
    cluster.apply(pod)
    cluster.run("pod/web Ready")
    for _ in range(3):
        cluster.kill("web", "main")
        killed = cluster.now
        cluster.run(30)
    assert cluster.now - killed < 60
    row = cluster.kubectl("get pod web --no-headers").stdout
    seconds = int(cluster.now - killed)
    assert f"3 ({seconds}s ago)" in row or f"3 ({seconds + 1}s ago)" in row


@case("K-26")
def test_k_26_a_native_sidecar_counts_comes_first_and_goes_last(bench: Bench) -> None:
    """KUBELET-5, KUBELET-56, KUBELET-70. Given a native sidecar and two app containers,
    when the Pod comes up and is deleted,
    then READY counts three, and the sidecar starts before and stops after the others."""
    versions = bench.watch_pod()
    side = container("side", "polite", "0", restartPolicy="Always")
    bench.pod(container("a", "polite", "3"), container("b"), initContainers=[side, container("setup", "exit", "0")])
    bench.until(lambda: bench.is_true("Ready"))
    assert {row[0].partition("/")[2] for row in in_turn(versions)} == {"3"}
    assert shown(bench.get()) == ("3/3", "Running", 0)
    assert bench.starts("side")[0] < bench.starts("setup")[0] < bench.starts("a")[0]
    bench.delete()
    bench.until(lambda: not bench.exists())
    assert max(*bench.ends("a"), *bench.ends("b")) <= bench.ends("side")[0]


@case("K-29")
def test_k_29_exit_status_zero_is_restarted_like_any_other(bench: Bench) -> None:
    """KUBELET-10, KUBELET-20. Given a container that ends with 0,
    when it is left alone,
    then it is restarted at once, and then after the same waits as one that fails."""
    bench.pod(container("main", "exit", "0"))
    bench.run(200)
    assert tens(waits(bench, "main")) == [0, 10, 20, 40, 80]
    assert bench.status("main")["lastState"]["terminated"]["reason"] == "Completed"
