"""Acceptance cases K: Pods, containers, probes, termination, and what `kubectl get pods` shows of them."""

from __future__ import annotations

import pytest

from simk8s import Cluster
from simk8s.api.columns.pod import summary
from simk8s.api.objects import Object, dig, is_terminating
from simk8s.machine import File
from simk8s.machine.signals import SIGTERM
from tests.conformance import case
from tests.conformance.replicated_mysql import started, watched
from tests.node.bench import Bench, container, probe

DATA = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
VOLUMES = [{"name": "data", "emptyDir": {}}]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def shown(pod: Object) -> tuple[str, str, int]:
    """READY, STATUS and the number of RESTARTS."""
    said = summary(pod)
    return said.ready_text, said.status, said.restarts


def in_turn(versions: list[Object]) -> list[tuple[str, str, int]]:
    """What a watcher sees one after the other, without repetitions."""
    rows = [shown(version) for version in versions if version["type"] != "DELETED"]
    return [row for row, before in zip(rows, [None, *rows], strict=False) if row != before]


def put(bench: Bench, name: str = "up") -> None:
    """A file in the volume `data` of the Pod."""
    local = bench.node.find_pod("default", "web")
    assert local
    local.volumes["data"].filesystem.root.entries[name] = File()


def take_away(bench: Bench, name: str = "up") -> None:
    local = bench.node.find_pod("default", "web")
    assert local
    local.volumes["data"].filesystem.root.entries.pop(name, None)


def waits(bench: Bench, name: str) -> list[float]:
    """From each end of a container to its next start, without the time that starting takes."""
    return [start - end for start, end in zip(bench.starts(name)[1:], bench.ends(name), strict=False)]


def tens(seconds: list[float]) -> list[int]:
    return [round(wait / 10) * 10 for wait in seconds]


def unhealthy(bench: Bench) -> int:
    return sum(event["count"] for event in bench.store.list("Event") if event["reason"] == "Unhealthy")


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
    """KUBELET-36, KUBELET-65, KUBELET-71. Given a Pod whose mysql fails and whose xtrabackup runs,
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
    then ErrImagePull and ImagePullBackOff alternate, and the attempts are 10, 20, 40 ... 300 s apart and up to 15 s more."""
    versions = bench.watch_pod()
    bench.pod(container("main", image="nowhere:1"))
    bench.run(1200)
    reasons = [row[1] for row in in_turn(versions) if row[1] != "Pending"]
    assert reasons == ["ContainerCreating"] + ["ErrImagePull", "ImagePullBackOff"] * (len(reasons) // 2)
    attempts = [r.time for r in bench.sim.history if r.verb == "image.pull"]
    gaps = [later - earlier for earlier, later in zip(attempts, attempts[1:], strict=False)]
    assert len(gaps) >= 6
    for gap, nominal in zip(gaps, (10, 20, 40, 80, 160, 300), strict=False):
        assert nominal <= gap <= nominal + 15 + 3
    assert bench.events("BackOff") == ['Back-off pulling image "nowhere:1"']
    assert {"Error: ErrImagePull", "Error: ImagePullBackOff"} <= set(bench.events("Failed"))
    assert any(message.startswith('Failed to pull image "nowhere:1": ') for message in bench.events("Failed"))


@case("K-9")
def test_k_9_a_failing_liveness_probe_restarts_the_container_where_it_is(bench: Bench) -> None:
    """KUBELET-9, KUBELET-45, KUBELET-86. Given a running Pod with a liveness probe of period 10,
    when the probe fails three times,
    then there is a Killing event and a restart; Pod, address and emptyDir are the same, init containers do not run."""
    bench.pod(
        container("main", livenessProbe=probe("check", "/data/up", periodSeconds=10), **DATA),
        volumes=VOLUMES,
        initContainers=[container("init", "write", "/data/up", "x", **DATA)],
    )
    bench.until(bench.is_running)
    bench.run(25)
    before = bench.get()
    put(bench, "kept")
    take_away(bench)
    failures = unhealthy(bench)
    took = bench.until(lambda: bench.status("main")["restartCount"] == 1)
    assert unhealthy(bench) - failures == 3
    assert 20 <= took <= 32
    after = bench.get()
    assert "Container main failed liveness probe, will be restarted" in bench.events("Killing")
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["status"]["podIP"] == before["status"]["podIP"]
    assert shown(after) == ("1/1", "Running", 1)
    local = bench.node.find_pod("default", "web")
    assert local and "kept" in local.volumes["data"].filesystem.root.entries
    assert len(bench.starts("init")) == 1


@case("K-10")
def test_k_10_a_failing_readiness_probe_takes_ready_away_and_restarts_nothing(bench: Bench) -> None:
    """KUBELET-44, KUBELET-45, KUBELET-46, KUBELET-87. Given a ready Pod with a readiness probe of period 2,
    when the probe fails,
    then two failures change nothing, with the third the Pod is not Ready; each failure is an event."""
    bench.pod(container("main", readinessProbe=probe("check", "/data/up", periodSeconds=2), **DATA), volumes=VOLUMES)
    bench.until(bench.is_running)
    put(bench)
    bench.until(lambda: bench.is_true("Ready"))
    take_away(bench)
    before = unhealthy(bench)
    bench.until(lambda: unhealthy(bench) - before == 2)
    bench.run(1)
    assert bench.is_true("Ready")
    bench.until(lambda: not bench.is_true("Ready"))
    assert unhealthy(bench) - before == 3
    assert bench.events("Unhealthy")[0] == "Readiness probe failed: check: /data/up is not there\n"
    assert shown(bench.get()) == ("0/1", "Running", 0)


@case("K-11")
def test_k_11_a_restarted_container_is_not_ready_until_its_probe_says_so(bench: Bench) -> None:
    """KUBELET-43, KUBELET-48. Given a ready container whose probe begins 5 s after the start,
    when it restarts,
    then it is not ready until the probe has succeeded again, which is not before those 5 s."""
    ready = probe("check", "/data/up", periodSeconds=1, initialDelaySeconds=5)
    bench.pod(container("main", readinessProbe=ready, **DATA), volumes=VOLUMES)
    bench.until(bench.is_running)
    put(bench)
    bench.until(lambda: bench.is_true("Ready"))
    bench.node.kill_container("default", "web", "main")
    bench.until(lambda: bench.status("main")["restartCount"] == 1)
    assert not bench.is_true("Ready")
    begun = bench.starts("main")[-1]
    bench.until(lambda: bench.is_true("Ready"))
    assert 5 <= bench.sim.now - begun <= 6.5


@case("K-12")
def test_k_12_until_the_startup_probe_succeeds_the_others_do_not_run(bench: Bench) -> None:
    """KUBELET-42. Given all three probes, of which the startup probe never succeeds,
    when time passes,
    then no other probe runs, and the container is killed after the startup probe's failureThreshold."""
    bench.pod(
        container(
            "main",
            startupProbe=probe("check", "/data/up", periodSeconds=5, failureThreshold=4),
            livenessProbe=probe("check", "/never", periodSeconds=1),
            readinessProbe=probe("check", "/etc/hosts", periodSeconds=1),
            **DATA,
        ),
        volumes=VOLUMES,
    )
    bench.until(bench.is_running)
    took = bench.until(lambda: bench.status("main")["restartCount"] == 1)
    assert 15 <= took <= 24
    assert all(message.startswith("Startup probe failed") for message in bench.events("Unhealthy"))
    assert not bench.status("main")["ready"]
    assert bench.events("Killing") == ["Container main failed startup probe, will be restarted"]


@case("K-13")
def test_k_13_after_a_reboot_of_its_node_the_pod_begins_again(bench: Bench) -> None:
    """KUBELET-8, KUBELET-60, KUBELET-89. Given a running Pod with an init container and emptyDirs on disk and in memory,
    when its node reboots,
    then it is the same Pod: init containers run again, the address is new, restarts count, the disk's files are there."""
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


@case("K-14")
def test_k_14_who_ignores_sigterm_is_killed_when_the_grace_period_is_over(bench: Bench) -> None:
    """KUBELET-56, KUBELET-57, TIME-5. Given a process that ignores SIGTERM and a grace period of 30 s,
    when the Pod is deleted,
    then SIGKILL comes after 30 s, the exit code is 137, and the phase Failed before the object goes."""
    bench.pod(container("main", "deaf"))
    bench.until(bench.is_running)
    seen = bench.watch_pod()
    bench.delete()
    begun = bench.sim.now
    bench.until(lambda: not bench.exists())
    assert bench.ends("main")[-1] - begun == pytest.approx(30, abs=0.1)
    assert last(seen) == (137, "Failed")


@case("K-15")
def test_k_15_sigterm_by_default_ends_a_process_with_143(bench: Bench) -> None:
    """KUBELET-56 to KUBELET-58. Given a process that leaves SIGTERM to its default,
    when the Pod is deleted,
    then the exit code is 143, the phase Failed, and after that the object is gone."""
    bench.pod()
    bench.until(bench.is_running)
    seen = bench.watch_pod()
    bench.delete()
    assert bench.until(lambda: not bench.exists()) < 1
    assert last(seen) == (143, "Failed")
    assert bench.events("Killing") == ["Stopping container main"]


@case("K-16")
def test_k_16_a_pod_whose_containers_all_end_well_has_succeeded(bench: Bench) -> None:
    """KUBELET-58. Given containers that end with 0 when told to,
    when the Pod is deleted,
    then the phase Succeeded is seen before the object goes."""
    bench.pod(container("a", "polite", "1"), container("b", "polite", "4"))
    bench.until(bench.is_running)
    seen = bench.watch_pod()
    bench.delete()
    assert 4 < bench.until(lambda: not bench.exists()) < 5
    assert last(seen) == (0, "Succeeded")


def last(seen: list[Object]) -> tuple[int, str]:
    """Exit code and phase in the last version of a Pod before it was gone."""
    final = [version for version in seen if version["type"] == "MODIFIED"][-1]
    assert is_terminating(final)
    ended = dig(final, "status", "containerStatuses", 0, "state", "terminated")
    return ended["exitCode"], dig(final, "status", "phase")


@case("K-17")
def test_k_17_a_long_pre_stop_hook_uses_up_the_grace_period(bench: Bench) -> None:
    """KUBELET-56. Given a preStop hook of 40 s and a grace period of 30 s,
    when the Pod is deleted,
    then SIGTERM comes at 30 s and SIGKILL at 32 s."""
    hook = {"preStop": {"exec": {"command": ["exit", "0", "40"]}}}
    bench.pod(container("main", "deaf", lifecycle=hook))
    bench.until(bench.is_running)
    begun = bench.sim.now
    bench.delete()
    bench.until(lambda: not bench.exists())
    (told,) = (r for r in bench.sim.history if r.verb == "process.signal")
    assert (told.detail["signal"], told.time - begun) == (SIGTERM, pytest.approx(30, abs=0.1))
    assert bench.ends("main")[-1] - begun == pytest.approx(32, abs=0.1)


@case("K-18")
def test_k_18_a_forced_delete_waits_for_nobody() -> None:
    """KUBELET-59. Given a running set,
    when a Pod is deleted by force,
    then its object is gone at once, a replacement is created at once, and kubectl warns."""
    cluster = Cluster()
    cluster.apply(SLEEPERS)
    cluster.run("pod/web-0 Ready")
    before = cluster.get("pod", "web-0")
    said = cluster.kubectl("delete pod web-0 --force --grace-period=0")
    after = cluster.now
    cluster.run(1)
    replacement = cluster.get("pod", "web-0")
    assert before and replacement and replacement["metadata"]["uid"] != before["metadata"]["uid"]
    assert "immediate deletion does not wait for confirmation" in said.stderr.lower()
    assert "The resource may continue to run on the cluster indefinitely." in said.stderr
    assert 'pod "web-0" force deleted' in said.stdout
    assert cluster.now - after == pytest.approx(1)


@case("K-19")
def test_k_19_a_pod_that_was_never_scheduled_goes_at_once() -> None:
    """KUBELET-55. Given a Pod that no node can take,
    when it is deleted,
    then it is gone at once, whatever its grace period."""
    cluster = Cluster()
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}
    cluster.apply({**pod, "spec": {"nodeSelector": {"no": "where"}, "containers": [SLEEPER]}})
    cluster.run(5)
    cluster.kubectl("delete pod web --wait=false")
    assert cluster.get("pod", "web") is None


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


@case("K-24")
def test_k_24_a_deleted_pod_shows_as_terminating_and_as_ready_as_it_was(bench: Bench) -> None:
    """KUBELET-71. Given a ready Pod that ends slowly,
    when it is deleted,
    then STATUS is Terminating and READY what it was."""
    bench.pod(container("a", "polite", "10"), container("b", "polite", "10"))
    bench.until(lambda: bench.is_true("Ready"))
    bench.delete()
    bench.run(5)
    assert shown(bench.get()) == ("2/2", "Terminating", 0)


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


@case("K-27")
def test_k_27_liveness_no_longer_kills_what_is_being_deleted() -> None:
    """KUBELET-50, SVC-2. Given a Pod behind a Service that stops slowly,
    when it is deleted and its liveness probe would fail,
    then it has its time, and the Service leaves it out at once."""
    cluster = Cluster()
    alive = {"exec": {"command": ["test", "-e", "/data/up"]}, "periodSeconds": 1, "failureThreshold": 1}
    slow = "touch /data/up; trap 'rm /data/up; sleep 15; exit 0' TERM; while true; do sleep 1; done"
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
        },
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "web", "labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {**SLEEPER, "image": "bash:5.2", "command": ["bash", "-c", slow], "livenessProbe": alive, **DATA}
                ],
                "volumes": VOLUMES,
            },
        },
    )
    cluster.run("pod/web Ready")
    cluster.run(5)
    assert endpoints(cluster) == [True]
    cluster.kubectl("delete pod web --wait=false")
    cluster.run(3)
    assert endpoints(cluster) == [False]
    cluster.run(10)
    pod = cluster.get("pod", "web")
    assert pod and dig(pod, "status", "containerStatuses", 0, "restartCount") == 0
    cluster.run(10)
    assert cluster.get("pod", "web") is None
    reasons = cluster.kubectl("get events -o jsonpath={.items[*].message}").stdout
    assert "failed liveness probe" not in reasons


def endpoints(cluster: Cluster) -> list[bool]:
    """For each endpoint of the Service `web` whether it is ready."""
    slices = cluster.world.store.list("EndpointSlice")
    return [entry["conditions"]["ready"] for one in slices for entry in one["endpoints"] if "targetRef" in entry]


@case("K-28")
def test_k_28_a_probe_that_takes_longer_than_its_timeout_has_failed(bench: Bench) -> None:
    """KUBELET-40, KUBELET-46. Given a readiness probe of 5 s with the default timeout of 1 s,
    when it runs,
    then it counts as a failure, and its process is killed."""
    bench.pod(container("main", readinessProbe=probe("exit", "0", "5")))
    bench.until(bench.is_running)
    bench.run(15)
    assert bench.events("Unhealthy")[0] == 'Readiness probe failed: command "exit 0 5" timed out'
    assert [r for r in bench.sim.history if r.verb == "process.exit" and r.detail["status"] == 137]
    assert shown(bench.get()) == ("0/1", "Running", 0)


@case("K-29")
def test_k_29_exit_status_zero_is_restarted_like_any_other(bench: Bench) -> None:
    """KUBELET-10, KUBELET-20. Given a container that ends with 0,
    when it is left alone,
    then it is restarted at once, and then after the same waits as one that fails."""
    bench.pod(container("main", "exit", "0"))
    bench.run(200)
    assert tens(waits(bench, "main")) == [0, 10, 20, 40, 80]
    assert bench.status("main")["lastState"]["terminated"]["reason"] == "Completed"


SLEEPER: Object = {"name": "main", "image": "busybox:1.36", "command": ["sleep", "1000000"]}
MOUNTS = [{"name": "scratch", "mountPath": "/scratch"}, {"name": "data", "mountPath": "/data"}]
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
SLEEPERS: Object = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "web"},
    "spec": {
        "serviceName": "web",
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [{**SLEEPER, "image": "bash:5.2", "volumeMounts": MOUNTS}],
                "volumes": [{"name": "scratch", "emptyDir": {}}],
                "terminationGracePeriodSeconds": 1,
            },
        },
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": CLAIM}],
    },
}
"""A set of one Pod that does nothing, with an emptyDir and a claim."""
