"""Acceptance cases K: probes."""

from __future__ import annotations

from simk8s import Cluster
from simk8s.api.objects import dig
from tests.conformance import case
from tests.conformance.looking import DATA, VOLUMES, put, shown, take_away, unhealthy
from tests.node.bench import Bench, container, probe


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


@case("K-27")
def test_k_27_liveness_no_longer_kills_what_is_being_deleted() -> None:
    """KUBELET-50, SVC-2. Given a Pod behind a Service that stops slowly,
    when it is deleted and its liveness probe would fail,
    then it has its time, and the Service leaves it out at once."""
    cluster = Cluster()
    alive = {"exec": {"command": ["test", "-e", "/data/up"]}, "periodSeconds": 1, "failureThreshold": 1}
    slow = "touch /data/up; trap 'rm /data/up; sleep 15; exit 0' TERM; while true; do sleep 1; done"
    main = {"name": "main", "image": "bash:5.2", "command": ["bash", "-c", slow], "livenessProbe": alive}
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
            "spec": {"containers": [{**main, **DATA}], "volumes": VOLUMES},
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


def endpoints(cluster: Cluster) -> list[bool]:
    """For each endpoint of the Service `web` whether it is ready."""
    slices = cluster.world.store.list("EndpointSlice")
    return [entry["conditions"]["ready"] for one in slices for entry in one["endpoints"] if "targetRef" in entry]
