"""How long things take on nodes: the card's distributions, and its one measured example."""

from __future__ import annotations

import pytest

from simk8s import Cluster
from simk8s.api.columns.pod import summary
from tests.conformance.replicated_mysql import brought_up, shared, watched
from tests.conformance.test_volumes import claim, pod
from tests.node.bench import Bench, container, probe


def moments(bench: Bench, verb: str) -> list[float]:
    return [record.time for record in bench.sim.history if record.verb == verb]


@pytest.mark.parametrize("seed", range(5))
def test_a_sandbox_a_start_a_look_and_a_probe_take_their_time(seed: int) -> None:
    """TIME-32, TIME-34, TIME-35, TIME-36, TIME-4: on every seed within the card's bounds."""
    bench = Bench(seed)
    bench.run(200)  # so that the kubelet is not new (KUBELET-41)
    bench.pod(container("main", "exit", "0", "7", readinessProbe=probe("check", "/etc/hosts", periodSeconds=100)))
    bench.run(9.5)
    begun = 200.0
    (sandbox,), (start,) = moments(bench, "sandbox.create"), moments(bench, "container.create")[:1]
    assert 0.5 <= sandbox - begun <= 2.1
    assert 0.2 <= start - sandbox - 0.05 <= 0.5
    asked = next(r.time for r in bench.sim.history if r.verb == "process.start" and r.object == "web/main[2]")
    assert 0.1 <= asked - start <= 0.35
    noticed = moments(bench, "container.exit")[0]
    assert 0 <= noticed - bench.ends("main")[0] <= 1


@pytest.mark.parametrize("seed", range(3))
def test_network_disks_are_made_attached_and_mounted_in_their_time(seed: int) -> None:
    """TIME-8, TIME-30, TIME-31, TIME-37, TIME-38: in a cloud, with a second Pod on another node after the first."""
    cluster = Cluster(seed=seed, storage="cloud")
    cluster.apply(claim(), pod(node="node-1"))
    cluster.run("pod/web Ready")

    def first(verb: str, start: str, actor: str = "") -> float:
        found = (r.time for r in cluster.history if r.verb == verb and r.object.startswith(start) and actor in r.actor)
        return next(found)

    asked = first("update", "PersistentVolumeClaim/default/data", "kube-scheduler")
    made = first("create", "PersistentVolume/", "ebs.csi.aws.com")
    assigned = first("update", "Pod/default/web", "kube-scheduler")
    attached = first("update", "Node/node-1", "attachdetach-controller")
    mounted = first("volume.mount", "Pod/default/web")
    sandbox = first("sandbox.create", "Pod/default/web")
    assert asked <= 0.5
    assert 5 <= made - asked <= 15.5
    assert 0 <= assigned - made <= 1
    assert 5 <= attached - assigned <= 20.5
    assert mounted - attached <= 0.5  # the kubelet looks every 0.3 s
    assert 1 + 0.5 <= sandbox - mounted <= 3 + 2.5


def test_the_documentations_example_of_a_replacement_is_met() -> None:
    """TIME-50: to another node, image and data there; some 20 s of detaching and attaching, Ready about 10 s later."""
    cluster = brought_up(storage="cloud")
    versions = watched(cluster, "mysql-2")
    cluster.kubectl(f"cordon {cluster.pods()[2].node}")
    cluster.kubectl("delete pod mysql-2 --wait=false")
    uid = cluster.get("pod", "mysql-2")
    seen: dict[str, float] = {}
    while "2/2" not in seen:
        cluster.run(0.1)
        fresh = [v for v in versions if uid and v["metadata"]["uid"] != uid["metadata"]["uid"]]
        for version in fresh:
            said = summary(version)
            seen.setdefault(said.status if said.ready == 0 else said.ready_text, cluster.now)
        assert cluster.now < 600
    begun = seen["Init:0/2"]
    after = {what: moment - begun for what, moment in seen.items()}
    assert 8 <= after["Init:1/2"] <= 40
    assert after["PodInitializing"] - after["Init:1/2"] <= 4
    assert after["1/2"] - after["PodInitializing"] <= 3
    assert after["2/2"] - after["1/2"] <= 15


def test_a_first_initialisation_takes_seconds_and_a_clone_too() -> None:
    """TIME-33, TIME-39, TIME-41: on the fresh start of the documentation's set."""
    cluster = shared()

    def of(verb: str, object: str) -> float:
        return next(r.time for r in cluster.history if r.verb == verb and r.object == object)

    ready = [r.time for r in cluster.history if r.verb == "mysql.ready" and r.object == "mysql-0"]
    assert 10 <= ready[0] - of("container.create", "Pod/default/mysql-0/mysql") <= 20
    for ordinal in (1, 2):
        pod = f"Pod/default/mysql-{ordinal}"
        assert of("container.exit", f"{pod}/init-mysql") - of("container.create", f"{pod}/init-mysql") <= 1.3
        assert 2 <= of("container.exit", f"{pod}/clone-mysql") - of("container.create", f"{pod}/clone-mysql") <= 10


def test_while_it_initialises_a_server_lives_but_is_not_ready() -> None:
    """MYSQL-15: the temporary server has a socket and no TCP, so that readiness fails and liveness does not."""
    cluster = shared()
    ready = [r.time for r in cluster.history if r.verb == "mysql.ready" and r.object == "mysql-0"]
    events = [e for e in cluster.world.store.list("Event") if e["involvedObject"]["name"] == "mysql-0"]
    unhealthy = [e["message"] for e in events if e["reason"] == "Unhealthy"]
    assert len(ready) == 2  # the temporary server, then the real one
    assert unhealthy and all(message.startswith("Readiness probe failed") for message in unhealthy)
    succeeded = [r.time for r in cluster.history if r.verb == "probe" and r.object == "Pod/default/mysql-0/mysql"]
    assert succeeded[0] > ready[1]


def test_a_ping_that_is_denied_is_an_answer_all_the_same() -> None:
    """MYSQL-16: mysqladmin ping asks only whether the server lives."""
    said = shared().exec("mysql-0", ["mysqladmin", "-u", "nobody", "-pwrong", "ping"], container="mysql")
    assert said.status == 0
    assert "Access denied" in said.stderr + said.stdout
