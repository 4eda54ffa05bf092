"""What holds for claims and network disks whatever happens to Pods and nodes."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from simk8s import Cluster
from simk8s.api.objects import Object, dig
from simk8s.sim import Run
from tests.conformance.test_volumes import web_set
from tests.examples import examples

ACTIONS = st.lists(
    st.tuples(
        st.integers(1, 120),
        st.sampled_from(
            [
                *("delete pod web-0", "delete pod web-1", "force web-0", "force web-1"),
                *("power 0", "power 1", "power 2", "scale 1", "scale 3", "delete pvc data-web-1"),
            ]
        ),
    ),
    max_size=7,
)


def played(actions: list[tuple[int, str]]) -> tuple[Cluster, list[Object]]:
    """The cluster, and every version of its claims and volumes in order."""
    cluster = Cluster(storage="cloud")
    versions: list[Object] = []

    def follow(kind: str) -> Run[None]:
        watch = cluster.world.store.watch(kind, who="test", delay_seconds=(0.0, 0.0))
        while True:
            event = yield from watch.next()
            versions.append({**event.object, "type": event.type})

    cluster.sim.task(follow("PersistentVolumeClaim"))
    cluster.sim.task(follow("PersistentVolume"))
    cluster.apply(web_set(replicas=2))
    for seconds, action in actions:
        cluster.run(seconds)
        act(cluster, action)
    for node in cluster.world.nodes:
        node.power_on()
    cluster.run(900)
    return cluster, versions


def act(cluster: Cluster, action: str) -> None:
    verb, _, rest = action.partition(" ")
    match verb:
        case "delete":
            cluster.kubectl(f"delete {rest} --wait=false")
        case "force":
            cluster.kubectl(f"delete pod {rest} --force --grace-period=0")
        case "power":
            node = cluster.world.nodes[int(rest)]
            node.power_off() if node.is_on else node.power_on()
        case "scale":
            cluster.kubectl(f"scale statefulset web --replicas {rest}")


@examples(25)
@given(ACTIONS)
def test_no_claim_is_bound_twice_and_no_disk_is_written_on_two_nodes(actions: list[tuple[int, str]]) -> None:
    """VOL-1, VOL-10, VOL-22, VOL-23: nodes come and go, Pods are deleted, also by force."""
    cluster, versions = played(actions)
    check_bindings(versions)
    check_nodes(cluster)
    assert cluster.holds("pod/web-0 Ready")


def check_bindings(versions: list[Object]) -> None:
    """A claim keeps its volume, a bound volume its claim; no volume has two claims at a time."""
    holders: dict[str, str] = {}
    claims: dict[str, str] = {}
    for version in versions:
        uid = version["metadata"]["uid"]
        if version["kind"] == "PersistentVolumeClaim":
            volume = version["spec"].get("volumeName", "")
            assert claims.setdefault(uid, volume) in ("", volume)
            claims[uid] = volume
            if version["type"] == "DELETED":
                holders = {name: holder for name, holder in holders.items() if holder != uid}
            elif dig(version, "status", "phase") == "Bound":
                assert holders.setdefault(volume, uid) == uid
        elif dig(version, "status", "phase") == "Bound" and version["type"] != "DELETED":
            assert (
                holders.setdefault(version["metadata"]["name"], version["spec"]["claimRef"]["uid"])
                == (version["spec"]["claimRef"]["uid"])
            )


def check_nodes(cluster: Cluster) -> None:
    """At every instant, the running containers that have a disk are on one node."""
    places: dict[str, tuple[str, list[str]]] = {}
    running: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for record in cluster.history:
        if record.verb == "container.create":
            disks = [mount["filesystem"] for mount in record.detail["mounts"]]
            places[record.detail["machine"]] = (record.detail["node"], [d for d in disks if d.startswith("pvc-")])
        elif record.verb in ("process.start", "process.exit") and record.object.endswith("[1]"):
            node, disks = places.get(record.object.removesuffix("[1]"), ("", []))
            for disk in disks:
                running[disk][node] += 1 if record.verb == "process.start" else -1
                assert len([name for name, count in running[disk].items() if count > 0]) <= 1, record
