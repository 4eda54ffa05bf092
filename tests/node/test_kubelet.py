"""A Pod in the store becomes containers on its node."""

from __future__ import annotations

import pytest

from simk8s.api.objects import dig
from tests.node.bench import Bench, container, probe


def test_a_pod_comes_up_with_an_address_and_its_containers_running(bench: Bench) -> None:
    bench.pod(container("main"))
    bench.until(bench.is_running)
    status = bench.get()["status"]
    assert status["podIP"] == "10.244.1.2"
    assert status["hostIP"] == "192.168.49.2"
    assert bench.state("main") == ("running", "")
    assert bench.is_true("Ready")
    assert bench.events("Pulled", "Created", "Started") == [
        'Container image "tiny:1" already present on machine',
        "Created container: main",
        "Started container main",
    ]


def test_the_statuses_of_a_start_come_in_order(bench: Bench) -> None:
    """K-1, KUBELET-30."""
    seen = bench.watch_pod()
    bench.pod(
        container("main"),
        initContainers=[container("first", "exit", "0", "3"), container("second", "exit", "0", "3")],
    )
    bench.until(bench.is_running)
    steps = [
        tuple(
            next(iter(entry["state"]))
            for field in ("initContainerStatuses", "containerStatuses")
            for entry in dig(version, "status", field, default=[])
        )
        for version in seen
    ]
    assert list(dict.fromkeys(steps)) == [
        (),
        ("waiting", "waiting", "waiting"),
        ("running", "waiting", "waiting"),
        ("terminated", "waiting", "waiting"),
        ("terminated", "running", "waiting"),
        ("terminated", "terminated", "waiting"),
        ("terminated", "terminated", "running"),
    ]
    assert {dig(seen[1], "status", "containerStatuses", 0, "state", "waiting", "reason")} == {"PodInitializing"}


def test_volumes_come_before_the_sandbox_and_that_before_all_containers(bench: Bench) -> None:
    """KUBELET-1, KUBELET-2, KUBELET-31: one step after the other, and the status from the first one on."""
    bench.create("ConfigMap", "c", data={})
    seen = bench.watch_pod()
    bench.pod(container("main"), volumes=[{"name": "c", "configMap": {"name": "c"}}])
    bench.until(bench.is_running)
    steps = [r.verb for r in bench.sim.history if r.actor == "kubelet/node-1" and r.object.startswith("Pod/")]
    assert [step for step in steps if step != "update"] == ["volume.mount", "sandbox.create", "container.create"]
    assert steps[0] == "update"
    assert dig(seen[1], "status", "containerStatuses", 0, "state") == {"waiting": {"reason": "ContainerCreating"}}
    assert "podIP" not in seen[1]["status"]


def test_init_containers_run_one_after_the_other_and_app_containers_do_not_wait_for_readiness(bench: Bench) -> None:
    """KUBELET-3, KUBELET-6, K-23, INV-12."""
    slow = container("mysql", readinessProbe=probe("check", "/never", periodSeconds=1))
    bench.pod(
        slow,
        container("xtrabackup"),
        initContainers=[container("one", "exit", "0", "5"), container("two", "exit", "0")],
    )
    bench.until(bench.is_running)
    assert bench.ends("one")[0] < bench.starts("two")[0] < bench.ends("two")[0] < bench.starts("mysql")[0]
    assert bench.starts("xtrabackup")[0] - bench.starts("mysql")[0] < 1
    assert bench.status("mysql")["ready"] is False
    assert bench.status("xtrabackup")["ready"] is True


@pytest.mark.parametrize(("status", "phase"), [("0", "Succeeded"), ("3", "Failed")])
def test_a_pod_that_is_never_restarted_completes_or_fails(bench: Bench, status: str, phase: str) -> None:
    """KUBELET-10, KUBELET-65."""
    bench.pod(container("main", "exit", status), restartPolicy="Never")
    bench.run(30)
    assert bench.phase() == phase
    assert len(bench.starts("main")) == 1
    assert bench.get()["status"]["podIP"]
    assert bench.node.network.interfaces.get(bench.get()["status"]["podIP"]) is None
    bench.delete()
    assert not bench.exists()


def test_on_failure_a_container_runs_until_it_succeeds(bench: Bench) -> None:
    mount = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    bench.pod(
        container("main", "check", "/data/ready", **mount),
        restartPolicy="OnFailure",
        volumes=[{"name": "data", "emptyDir": {}}],
    )
    bench.run(20)
    local = bench.node.find_pod("default", "web")
    assert local
    local.volumes["data"].filesystem.install({"/ready": ""})
    bench.run(60)
    assert bench.phase() == "Succeeded"


def test_a_sidecar_does_not_keep_a_pod_from_completing(bench: Bench) -> None:
    """KUBELET-5: a Job's Pod."""
    bench.pod(
        container("work", "exit", "0", "5"),
        initContainers=[container("side", restartPolicy="Always")],
        restartPolicy="OnFailure",
    )
    bench.until(lambda: bench.phase() == "Succeeded")
    assert bench.ends("work")[0] < bench.ends("side")[0]


def test_where_an_init_container_fails_for_good_the_pod_has_failed(bench: Bench) -> None:
    """KUBELET-4."""
    bench.pod(container("main"), initContainers=[container("init", "exit", "1")], restartPolicy="Never")
    bench.until(lambda: bench.phase() == "Failed")
    assert bench.starts("main") == []


def test_a_program_that_is_not_there_cannot_be_started(bench: Bench) -> None:
    """KUBELET-34: the runtime's words."""
    bench.pod(container("main", "bash", "-c", "true"))
    bench.run(30)
    ended = bench.status("main")["lastState"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("StartError", 128)
    assert 'exec: "bash": executable file not found in $PATH' in ended["message"]
    assert bench.state("main")[0] == "waiting"
    assert any(message.startswith("Error: failed to create containerd task") for message in bench.events("Failed"))


def test_command_and_environment_are_what_the_spec_says(bench: Bench) -> None:
    bench.create("Service", "db", spec={"clusterIP": "10.96.0.7", "ports": [{"port": 3306}]})
    spec = container(
        "main", "env", "$(WHAT)", "HOSTNAME", "HOME", "DB_SERVICE_HOST", env=[{"name": "WHAT", "value": "PATH"}]
    )
    bench.pod(spec)
    bench.run(5)
    lines = bench.runtime.logs("default", "web", "main").decode().splitlines()
    assert "HOSTNAME=web" in lines
    assert "HOME=/root" in lines
    assert "DB_SERVICE_HOST=10.96.0.7" in lines
    assert any(line.startswith("PATH=/usr") for line in lines)


def test_post_start_comes_before_the_next_container_and_its_failure_kills_its_own(bench: Bench) -> None:
    """KUBELET-6, KUBELET-7."""
    hook = {"postStart": {"exec": {"command": ["exit", "0", "4"]}}}
    broken = {"postStart": {"exec": {"command": ["exit", "5"]}}}
    bench.pod(container("a", lifecycle=hook), container("b"), container("c", lifecycle=broken))
    bench.run(20)
    assert bench.starts("b")[0] - bench.starts("a")[0] > 4
    assert bench.state("c")[0] == "waiting"
    assert any("PostStartHook failed" in message for message in bench.events("FailedPostStartHook"))


def test_an_edited_image_restarts_the_container_in_place(bench: Bench) -> None:
    """KUBELET-11."""
    bench.node.images.preload("tiny:2")
    bench.pod(container("main"))
    bench.until(bench.is_running)
    address = bench.get()["status"]["podIP"]
    pod = bench.get()
    spec = {**pod["spec"], "containers": [{**pod["spec"]["containers"][0], "image": "tiny:2"}]}
    bench.store.update({**pod, "spec": spec}, by=bench.me)
    bench.until(lambda: bench.status("main")["restartCount"] == 1)
    assert bench.status("main")["image"] == "docker.io/library/tiny:2"
    assert bench.get()["status"]["podIP"] == address
    assert bench.events("Killing") == ["Container main definition changed, will be restarted"]


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"nodeSelector": {"disk": "ssd"}}, "NodeAffinity"),
        ({"resources": {"requests": {"cpu": "5"}}}, "OutOfcpu"),
        ({"resources": {"requests": {"memory": "9Gi"}}}, "OutOfmemory"),
    ],
)
def test_the_kubelet_refuses_what_does_not_fit(bench: Bench, spec: dict[str, object], reason: str) -> None:
    """KUBELET-61."""
    resources = {"resources": spec.pop("resources")} if "resources" in spec else {}
    bench.pod(container("main", **resources), **spec)
    bench.run(1)
    assert bench.phase() == "Failed"
    assert bench.get()["status"]["reason"] == reason
    assert "containerStatuses" not in bench.get()["status"]  # so that STATUS shows the reason (KUBELET-71)


def test_two_pods_cannot_have_one_host_port(bench: Bench) -> None:
    """KUBELET-61."""
    ports = [{"containerPort": 80, "hostPort": 8080}]
    bench.pod(container("main", ports=ports), name="one")
    bench.run(5)
    bench.pod(container("main", ports=ports), name="two")
    bench.run(1)
    assert bench.get("two")["status"]["reason"] == "NodePorts"


def test_a_pod_past_its_deadline_fails(bench: Bench) -> None:
    bench.pod(container("main"), activeDeadlineSeconds=20)
    bench.run(15)
    assert bench.phase() == "Running"
    bench.run(15)
    assert (bench.phase(), bench.get()["status"]["reason"]) == ("Failed", "DeadlineExceeded")
    assert bench.events("DeadlineExceeded") == ["Pod was active on the node longer than the specified deadline"]


def test_a_deadline_counts_on_while_the_kubelet_restarts_and_may_be_set_later(bench: Bench) -> None:
    """API-9."""
    bench.pod(container("main"), activeDeadlineSeconds=30)
    bench.pod(container("main"), name="later")
    bench.run(20)
    bench.node.restart_kubelet()
    pod = bench.get("later")
    bench.store.update({**pod, "spec": {**pod["spec"], "activeDeadlineSeconds": 25}}, by=bench.me)
    bench.run(3)
    assert (bench.phase(), bench.phase("later")) == ("Running", "Running")
    bench.run(9)
    assert (bench.phase(), bench.phase("later")) == ("Failed", "Failed")


def test_the_same_seed_gives_the_same_history() -> None:
    def history(seed: int) -> str:
        bench = Bench(seed)
        bench.pod(container("main", "exit", "1"), container("side", readinessProbe=probe("check", "/etc/hosts")))
        bench.pod(container("main"), name="other", initContainers=[container("init", "exit", "0")])
        bench.run(100)
        bench.delete()
        bench.run(60)
        return bench.sim.history.sha256()

    assert history(1) == history(1)
    assert history(1) != history(2)


def test_a_container_and_its_status_have_their_causes_in_history(bench: Bench) -> None:
    bench.pod(container("main", "exit", "1"))
    bench.run(5)
    history = bench.sim.history

    def ancestors(seq: int) -> set[str]:
        found, waiting = set(), [seq]
        while waiting:
            record = history[waiting.pop()]
            found.add(f"{record.actor} {record.verb} {record.object}")
            waiting.extend(record.causes)
        return found

    update = next(r for r in history if r.verb == "update" and "terminated" in str(r.detail))
    chain = ancestors(update.seq)
    assert "tester create Pod/default/web" in chain
    assert "kubelet/node-1 container.create Pod/default/web/main" in chain
    assert "web/main process.exit web/main[1]" in chain
