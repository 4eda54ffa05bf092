"""INV-12, on the whole cluster: whatever fails, containers wait for volumes and for those before them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simk8s.errors import SimError
from tests.conformance import case
from tests.conformance.web import Web
from tests.examples import examples

SCRIPT = ["sh", "-c", "sleep 1; echo done"]
INIT = [{"name": name, "image": "busybox:1.36", "command": SCRIPT} for name in ("first", "second")]
FAULTS = st.lists(
    st.tuples(st.sampled_from(["kill first", "kill second", "kill webserver", "power", "delete"]), st.floats(0.1, 20)),
    max_size=5,
)


def played(faults: list[tuple[str, float]]) -> Web:
    web = Web(1, claims=True, nodes=1, pod={"initContainers": INIT})
    node = web.cluster.world.node("node-1")
    for fault, pause in faults:
        web.run(pause)
        verb, _, container = fault.partition(" ")
        try:
            match verb:
                case "kill":
                    web.cluster.kill("ss-0", container)
                case "power":
                    node.power_off() if node.is_on else node.power_on()
                case "delete":
                    web.cluster.kubectl("delete pod ss-0 --wait=false")
        except SimError:
            pass  # there is nothing to kill just now
    if not node.is_on:
        node.power_on()
    return web.run(200)


@case("INV-12")
@examples(12)
@given(FAULTS)
def test_inv_12_no_container_starts_before_its_volumes_are_mounted_and_its_predecessors_done(
    faults: list[tuple[str, float]],
) -> None:
    web = played(faults)
    mounted: set[str] = set()
    done: dict[str, set[str]] = {}
    started = 0
    for record in web.cluster.history:
        pod, _, container = record.object.rpartition("/")
        match record.verb:
            case "volume.mount":
                mounted.add(record.object)
            case "volume.unmount":
                mounted.discard(record.object)
            case "node.off":
                mounted.clear()
            case "sandbox.create":
                done[record.object] = set()
            case "container.exit" if record.detail["status"] == 0 and pod in done:
                done[pod].add(container)
            case "container.create":
                needed = {"first": set(), "second": {"first"}, "webserver": {"first", "second"}}[container]
                assert pod in mounted, record
                assert done[pod] >= needed, record
                started += 1
    assert started >= 3
