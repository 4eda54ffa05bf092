"""Cases of names and Services that need real Pods: resolvers, and what a Pod knows of itself."""

from __future__ import annotations

from tests.conformance import case
from tests.conformance.web import Web

LOOKUP = "getent hosts"


def found(web: Web, pod: str, name: str, namespace: str = "default") -> str:
    """The address that a Pod finds for a name; "" where there is none."""
    done = web.cluster.exec(pod, ["getent", "ahostsv4", name], namespace=namespace)
    return done.stdout.split()[0] if done.status == 0 else ""


@case("W-5")
def test_w_5_another_namespace_needs_the_namespaces_name() -> None:  # DNS-8
    web = Web(1).ready()
    web.kubectl("create namespace other")
    web.kubectl("run client -n other --image=nginx:1.25")
    web.run(30)
    address = web.pod(0)["status"]["podIP"]
    assert found(web, "ss-0", "ss-0.test") == address
    assert found(web, "client", "ss-0.test", "other") == ""
    assert found(web, "client", "ss-0.test.default", "other") == address


@case("W-9")
def test_w_9_an_unready_pod_knows_its_own_name_but_not_by_the_service() -> None:  # DNS-9
    web = Web(2).ready().break_readiness(1)
    web.run(10)
    full = "ss-1.test.default.svc.cluster.local"
    address = web.pod(1)["status"]["podIP"]
    assert found(web, "ss-1", full) == address
    assert found(web, "ss-1", "ss-1") == address
    assert found(web, "ss-1", "ss-1.test") == ""
    assert found(web, "ss-0", full) == ""
    assert web.exec(1, "hostname; hostname -f") == f"ss-1\n{full}\n"


@case("W-1")
def test_w_1_a_pod_is_found_by_name_once_it_is_ready() -> None:  # DNS-3
    web = Web(2).ready().break_readiness(1).run(10)
    assert found(web, "ss-0", "ss-1.test") == ""
    web.repair(1).run(5)
    assert found(web, "ss-0", "ss-1.test") == web.pod(1)["status"]["podIP"]


@case("W-3")
def test_w_3_a_replaced_pod_keeps_its_name_and_not_its_address() -> None:  # DNS-13
    web = Web(2).ready()
    old = found(web, "ss-1", "ss-0.test")
    web.delete(0).run(20)
    web.ready()
    new = found(web, "ss-1", "ss-0.test")
    assert new == web.pod(0)["status"]["podIP"]
    assert new not in ("", old)
