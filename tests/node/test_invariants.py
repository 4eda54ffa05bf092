"""What holds on a node whatever happens to it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.errors import SimError
from tests.node.bench import Bench, container, probe

FAULTS = st.lists(
    st.tuples(
        st.floats(0.1, 15.0),
        st.sampled_from(["kill main", "kill side", "kill init", "power", "kubelet", "delete", "force", "create"]),
    ),
    max_size=8,
)


def create(bench: Bench) -> None:
    mounts = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    bench.pod(
        container("main", "polite", "1", livenessProbe=probe("check", "/etc/hosts", periodSeconds=3), **mounts),
        container("side", "exit", "1", "7"),
        initContainers=[container("init", "exit", "0", "2"), container("later", "write", "/data/x", "x", **mounts)],
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
    create(bench)
    for seconds, fault in faults:
        bench.run(seconds)
        inflict(bench, fault)
    bench.node.power_on()
    bench.run(120)
    return bench


@settings(max_examples=100, deadline=None)
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


def test_the_same_faults_give_the_same_history() -> None:
    faults = [(3.0, "kill main"), (5.0, "power"), (9.0, "power"), (12.0, "delete"), (9.0, "create")]
    assert played(faults).sim.history.sha256() == played(faults).sim.history.sha256()
