"""What holds on a node whatever happens to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simk8s.errors import SimError
from simk8s.machine import File
from tests.examples import examples
from tests.node.bench import Bench, container, probe

FAULTS = st.lists(
    st.tuples(
        st.floats(0.1, 15.0),
        st.sampled_from(
            [
                *("kill main", "kill side", "kill init", "kill probed", "kill aide"),
                *("ready", "unready", "power", "kubelet", "delete", "force", "create"),
            ]
        ),
    ),
    max_size=8,
)


def create(bench: Bench) -> None:
    mounts = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    bench.pod(
        container("main", "polite", "1", livenessProbe=probe("check", "/etc/hosts", periodSeconds=3), **mounts),
        container("side", "exit", "1", "7"),
        container("probed", "polite", "0", readinessProbe=probe("check", "/data/up", periodSeconds=2), **mounts),
        initContainers=[
            container("init", "exit", "0", "2"),
            container("aide", "polite", "1", restartPolicy="Always"),
            container("later", "write", "/data/x", "x", **mounts),
        ],
        volumes=[{"name": "data", "emptyDir": {}}],
    )


def inflict(bench: Bench, fault: str) -> None:
    verb, _, name = fault.partition(" ")
    match verb:
        case "kill":
            try:
                bench.node.kill_container("default", "web", name)
            except SimError:
                return
        case "ready" | "unready":
            local = bench.node.find_pod("default", "web")
            if local is not None and "data" in local.volumes:
                entries = local.volumes["data"].filesystem.root.entries
                entries.pop("up", None)
                entries |= {"up": File()} if verb == "ready" else {}
        case "power":
            bench.node.power_off() if bench.node.is_on else bench.node.power_on()
        case "kubelet" if bench.node.is_on:
            bench.node.restart_kubelet()
        case "delete" | "force" if bench.exists():
            bench.delete(grace=0 if verb == "force" else 5)
        case "create" if not bench.exists():
            create(bench)


def played(faults: list[tuple[float, str]]) -> Bench:
    bench = Bench()
    bench.seen = bench.watch_pod()
    create(bench)
    for seconds, fault in faults:
        bench.run(seconds)
        inflict(bench, fault)
    bench.node.power_on()
    bench.run(120)
    return bench


@examples(60)
@given(FAULTS)
def test_whatever_fails_the_pod_comes_back_and_order_is_kept(faults: list[tuple[float, str]]) -> None:
    """INV-12, KUBELET-3, KUBELET-8, NODE-10."""
    bench = played(faults)
    if bench.exists() and not bench.get()["metadata"].get("deletionTimestamp"):
        assert bench.phase() == "Running"
        assert bench.state("main") == ("running", "")
    else:
        assert bench.node.pods == {}
    check_order(bench)
    check_instances(bench)
    check_counts(bench)
    check_readiness(bench)
    addresses = [address for address in bench.network.interfaces if address.startswith("10.244.")]
    assert len(addresses) == len(bench.node.pods)


def check_order(bench: Bench) -> None:
    """In every sandbox, an app container is created after both init containers have ended well."""
    done: dict[str, set[str]] = {}
    for record in bench.sim.history:
        pod = "/".join(record.object.split("/")[:3])
        container_name = record.object.rpartition("/")[2]
        match record.verb:
            case "sandbox.create":
                done[pod] = set()
            case "volume.unmount" | "node.off":
                done.pop(pod, None)
            case "container.exit" if record.detail["status"] == 0:
                done.setdefault(pod, set()).add(container_name)
            case "container.create" if container_name in ("main", "side"):
                assert done[pod] >= {"init", "later"}, record


def check_instances(bench: Bench) -> None:
    """Of every container of every Pod, at most one instance runs at a time."""
    running: set[str] = set()
    for record in bench.sim.history:
        if record.object.endswith("[1]") and record.verb == "process.start":
            assert record.object not in running, record
            running.add(record.object)
        elif record.object.endswith("[1]") and record.verb == "process.exit":
            running.discard(record.object)


def check_counts(bench: Bench) -> None:
    """KUBELET-13: while a Pod lives, no restart is forgotten."""
    counts: dict[tuple[str, str], int] = {}
    for version in bench.seen:
        for field in ("initContainerStatuses", "containerStatuses"):
            for entry in version["status"].get(field, []):
                key = (version["metadata"]["uid"], entry["name"])
                assert entry["restartCount"] >= counts.get(key, 0), version
                counts[key] = entry["restartCount"]


def check_readiness(bench: Bench) -> None:
    """KUBELET-43, KUBELET-49: ready is what the probe said last of this very instance; without a probe, running."""
    said: dict[str, str] = {}
    for record in bench.sim.history:
        match record.verb:
            case "container.create":
                said[record.object] = ""
            case "probe" if record.detail["kind"] == "readiness":
                said[record.object] = record.detail["result"]
            case "update" if record.object == "Pod/default/web":
                for name in ready_containers(bench, record.detail["resourceVersion"]):
                    assert name != "probed" or said[f"Pod/default/web/{name}"] == "success", record


def ready_containers(bench: Bench, version: str) -> list[str]:
    for pod in bench.seen:
        if pod["metadata"]["resourceVersion"] == version:
            entries = pod["status"].get("containerStatuses", [])
            assert all("running" in entry["state"] for entry in entries if entry["ready"])
            return [entry["name"] for entry in entries if entry["ready"]]
    return []


def test_the_same_faults_give_the_same_history() -> None:
    faults = [(3.0, "kill main"), (5.0, "power"), (9.0, "power"), (12.0, "delete"), (9.0, "create")]
    assert played(faults).sim.history.sha256() == played(faults).sim.history.sha256()
