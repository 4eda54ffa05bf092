"""Endpoints, names and Service addresses (SVC-1 to SVC-7, DNS-1 to DNS-14)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from simk8s.api.objects import Object
from tests.conformance import case
from tests.controlplane.bare_cluster import Cluster, is_ready, service, stateful_set

DOMAIN = "default.svc.cluster.local"


def cluster(replicas: int = 3, **options: Any) -> Cluster:
    c = Cluster(**options)
    read = service("web-read", headless=False)
    c.apply(service(), read, stateful_set(replicas=replicas))
    return c


def settled(replicas: int = 3, **options: Any) -> Cluster:
    c = cluster(replicas, **options)
    c.run(30)
    assert len(c.ready_pods()) == replicas
    return c


def addresses(c: Cluster, name: str) -> list[str]:
    return sorted(c.control_plane.dns.lookup(name).records)


def code(c: Cluster, name: str, type: Any = "A") -> str:
    return c.control_plane.dns.lookup(name, type).code


def ip(c: Cluster, pod: str) -> str:
    return str(c.store.get("Pod", pod)["status"]["podIP"])


def vip(c: Cluster, name: str = "web-read") -> str:
    return str(c.store.get("Service", name)["spec"]["clusterIP"])


def entries(c: Cluster, name: str = "web") -> list[Object]:
    slices = c.store.list("EndpointSlice")
    mine = [entry for entry in slices if entry["metadata"]["labels"]["kubernetes.io/service-name"] == name]
    return [endpoint for slice in mine for endpoint in slice.get("endpoints", [])]


def test_endpoints_are_the_pods_with_an_address() -> None:  # SVC-1, SVC-3, SVC-6
    c = settled()
    assert [entry["hostname"] for entry in entries(c)] == ["web-0", "web-1", "web-2"]
    assert [entry["addresses"][0] for entry in entries(c)] == [ip(c, f"web-{n}") for n in range(3)]
    assert all("hostname" not in entry for entry in entries(c, "web-read"))


@case("N-1")
def test_n_1_an_unready_pod_is_listed_as_such() -> None:  # SVC-6
    c = settled()
    pod = c.store.get("Pod", "web-1")
    kubelet = next(k for k in c.kubelets if k.node == pod["spec"]["nodeName"])
    kubelet.set_status(pod, ready=False)
    c.run(3)
    assert entries(c)[1]["conditions"] == {"ready": False, "serving": False, "terminating": False}
    (subset,) = c.store.get("Endpoints", "web")["subsets"]
    assert [a["ip"] for a in subset["notReadyAddresses"]] == [ip(c, "web-1")]
    assert len(subset["addresses"]) == 2


@case("W-4")
def test_w_4_a_deleted_pod_leaves_dns_and_service_while_it_still_runs() -> None:  # SVC-2
    c = settled()
    for kubelet in c.kubelets:
        kubelet.stop_seconds = 20
    c.delete("Pod", "web-2")
    c.run(3)
    assert is_ready(c.store.get("Pod", "web-2"))
    assert code(c, f"web-2.web.{DOMAIN}") == "NXDOMAIN"
    assert {c.control_plane.proxy.route(vip(c), 80).address for _ in range(50)} == {  # type: ignore[union-attr]
        ip(c, "web-0"),
        ip(c, "web-1"),
    }


def test_more_than_a_hundred_endpoints_take_another_slice() -> None:  # SVC-1
    c = Cluster()
    c.apply(service(), stateful_set(replicas=130, podManagementPolicy="Parallel"))
    c.run(60)
    sizes = [len(entry["endpoints"]) for entry in c.store.list("EndpointSlice")]
    assert sorted(sizes) == [30, 100]
    assert len(c.store.get("Endpoints", "web")["subsets"][0]["addresses"]) == 130


def test_a_service_without_selector_gets_no_endpoints() -> None:
    c = Cluster()
    c.apply(service(selector=None))
    c.run(5)
    assert c.store.list("EndpointSlice") == []


def test_a_named_target_port_is_looked_up_in_the_pod() -> None:
    c = Cluster()
    set_ = stateful_set(replicas=1)
    set_["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"name": "web", "containerPort": 8080}]
    ports = [{"name": "http", "port": 80, "targetPort": "web"}]
    c.apply(service("front", headless=False, ports=ports), set_)
    c.run(20)
    backend = c.control_plane.proxy.route(vip(c, "front"), 80)
    assert backend is not None
    assert backend.port == 8080


def test_endpoints_go_with_their_service() -> None:  # DNS-14
    c = settled()
    c.delete("Service", "web")
    c.run(10)
    assert c.store.find("Endpoints", "web") is None
    assert entries(c) == []
    assert code(c, f"web-0.web.{DOMAIN}") == "NXDOMAIN"
    assert len(c.ready_pods()) == 3


def test_a_service_address_is_an_answer_even_without_endpoints() -> None:  # DNS-1
    c = cluster(replicas=0)
    c.run(5)
    assert addresses(c, f"web-read.{DOMAIN}") == [vip(c)]


@case("W-8")
def test_w_8_a_headless_service_answers_with_its_ready_pods() -> None:  # DNS-2
    c = cluster()
    c.run(0.5)
    assert code(c, f"web.{DOMAIN}") == "NXDOMAIN"
    c.run(30)
    assert addresses(c, f"web.{DOMAIN}") == sorted(ip(c, f"web-{n}") for n in range(3))


def test_addresses_come_in_changing_order() -> None:  # DNS-2
    c = settled()
    assert len({c.control_plane.dns.lookup(f"web.{DOMAIN}").records for _ in range(30)}) > 1


@case("W-1")
def test_w_1_a_pods_name_is_known_only_while_it_is_ready() -> None:  # DNS-3
    c = cluster(replicas=1)
    c.kubelets[0].ready_seconds = c.kubelets[1].ready_seconds = c.kubelets[2].ready_seconds = 10
    c.run(5)
    assert code(c, f"web-0.web.{DOMAIN}") == "NXDOMAIN"
    c.run(10)
    assert addresses(c, f"web-0.web.{DOMAIN}.") == [ip(c, "web-0")]


@case("W-7")
def test_w_7_published_anyway_means_known_before_ready() -> None:  # DNS-3, DNS-10
    c = Cluster()
    c.apply(service(publishNotReadyAddresses=True), stateful_set(replicas=1))
    for kubelet in c.kubelets:
        kubelet.ready_seconds = 1000
    c.run(10)
    assert addresses(c, f"web-0.web.{DOMAIN}") == [ip(c, "web-0")]


def test_srv_records_name_the_port_and_the_pods() -> None:  # DNS-4
    c = settled(replicas=2)
    answer = c.control_plane.dns.lookup(f"_web._tcp.web.{DOMAIN}", "SRV")
    assert sorted(answer.records) == [f"0 50 80 web-{n}.web.{DOMAIN}." for n in range(2)]
    assert code(c, f"_nothing._tcp.web.{DOMAIN}", "SRV") == "NXDOMAIN"


def test_a_pod_address_is_a_name_of_its_own() -> None:  # DNS-5
    assert addresses(settled(1), "10-244-1-7.default.pod.cluster.local") == ["10.244.1.7"]


def test_an_endpoint_without_host_name_is_known_by_its_address() -> None:  # DNS-6
    c = Cluster()
    c.apply(service(selector={"app": "lone"}))
    spec = {"containers": [{"name": "c", "image": "i"}]}
    c.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"app": "lone"}}, "spec": spec})
    c.run(10)
    assert addresses(c, f"{ip(c, 'p').replace('.', '-')}.web.{DOMAIN}") == [ip(c, "p")]


@pytest.mark.parametrize(
    "name",
    [
        f"web-0.{DOMAIN}",  # DNS-7
        f"web-0.web-read.{DOMAIN}",  # SVC-3
        "web-0.web.other.svc.cluster.local",  # DNS-8
        "nothing.cluster.local",
        f"web-9.web.{DOMAIN}",
        "example.com",
    ],
)
def test_names_that_do_not_exist(name: str) -> None:
    assert code(settled(1), name) == "NXDOMAIN"


def test_a_name_that_exists_without_such_a_record_is_no_error() -> None:
    c = settled(1)
    answer = c.control_plane.dns.lookup(f"web-0.web.{DOMAIN}", "SRV")
    assert (answer.code, answer.records) == ("NOERROR", ())


def test_addresses_have_names() -> None:
    c = settled(1)
    back = ".".join(reversed(ip(c, "web-0").split("."))) + ".in-addr.arpa"
    assert f"web-0.web.{DOMAIN}." in c.control_plane.dns.lookup(back, "PTR").records
    back = ".".join(reversed(vip(c).split("."))) + ".in-addr.arpa"
    assert c.control_plane.dns.lookup(back, "PTR").records == (f"web-read.{DOMAIN}.",)


def test_an_answer_knows_the_write_it_comes_from() -> None:
    c = settled(1)
    record = c.sim.history[c.control_plane.dns.lookup(f"web-0.web.{DOMAIN}").seq]
    assert record.object.startswith("EndpointSlice/default/web-")


@case("W-2")
def test_w_2_the_old_cache_keeps_a_miss_for_half_a_minute() -> None:  # DNS-11, TIME-14
    c = cluster(replicas=1, dns_cache_seconds=30)
    for kubelet in c.kubelets:
        kubelet.ready_seconds = 3
    c.run(2)
    assert code(c, f"web-0.web.{DOMAIN}") == "NXDOMAIN"
    c.run(25)
    assert len(c.ready_pods()) == 1
    assert code(c, f"web-0.web.{DOMAIN}") == "NXDOMAIN"
    c.run(6)
    assert code(c, f"web-0.web.{DOMAIN}") == "NOERROR"


@case("W-3")
def test_w_3_a_replaced_pod_has_the_same_name_and_another_address() -> None:  # DNS-13
    c = settled()
    before = addresses(c, f"web-0.web.{DOMAIN}")
    c.delete("Pod", "web-0")
    c.run(20)
    after = addresses(c, f"web-0.web.{DOMAIN}")
    assert after == [ip(c, "web-0")] != before


@case("W-6")
def test_w_6_connections_are_spread_evenly_over_ready_pods() -> None:  # SVC-4
    c = settled()
    backends = Counter(c.control_plane.proxy.route(vip(c), 80).address for _ in range(3000))  # type: ignore[union-attr]
    assert len(backends) == 3
    assert all(850 < count < 1150 for count in backends.values())


def test_without_ready_pods_a_connection_is_refused() -> None:  # SVC-4
    c = cluster(replicas=0)
    c.run(5)
    assert c.control_plane.proxy.route(vip(c), 80) is None
    assert c.control_plane.proxy.is_service(vip(c))
    assert not c.control_plane.proxy.is_service("10.244.1.1")


def test_a_port_that_the_service_does_not_have_is_refused() -> None:
    c = settled(1)
    assert c.control_plane.proxy.route(vip(c), 81) is None


def test_serving_pods_that_terminate_are_the_last_resort() -> None:  # SVC-4
    c = settled(1)
    for kubelet in c.kubelets:
        kubelet.stop_seconds = 20
    c.delete("Pod", "web-0")
    c.run(3)
    backend = c.control_plane.proxy.route(vip(c), 80)
    assert backend is not None
    assert backend.address == ip(c, "web-0")


def test_news_reaches_names_and_addresses_within_a_second_and_a_half() -> None:  # TIME-42, SVC-7
    c = cluster(replicas=1)
    while not c.ready_pods():
        c.run(0.01)
    assert code(c, f"web-0.web.{DOMAIN}") == "NXDOMAIN"
    c.run(1.65)
    assert code(c, f"web-0.web.{DOMAIN}") == "NOERROR"


def test_service_addresses_are_in_the_range_and_all_different() -> None:
    c = Cluster()
    for number in range(40):
        c.apply(service(f"s{number}", headless=False))
    found = [entry["spec"]["clusterIP"] for entry in c.store.list("Service")]
    assert len(set(found)) == 42
    assert all(address.startswith(("10.96.", "10.97.", "10.98.", "10.99.", "10.1")) for address in found)


def test_an_address_can_be_asked_for_once() -> None:
    c = Cluster()
    c.apply(service("a", headless=False, clusterIP="10.96.5.5"))
    with pytest.raises(Exception, match="provided IP is already allocated"):
        c.apply(service("b", headless=False, clusterIP="10.96.5.5"))


def test_a_node_port_service_gets_ports() -> None:
    c = Cluster()
    c.apply(service("a", headless=False, type="NodePort"))
    (port,) = c.store.get("Service", "a")["spec"]["ports"]
    assert 30000 <= port["nodePort"] < 32768


def test_an_external_name_is_another_name() -> None:
    c = settled(1)
    alias = {"type": "ExternalName", "externalName": f"web-read.{DOMAIN}"}
    c.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "alias"}, "spec": alias})
    c.run(3)
    assert addresses(c, f"alias.{DOMAIN}") == [vip(c)]


def test_a_headless_service_has_names_only_and_its_port_number_does_not_matter() -> None:  # SVC-5
    c = Cluster()
    c.apply(service(ports=[{"name": "web", "port": 9999}]), stateful_set(replicas=1))
    c.run(20)
    assert c.store.get("Service", "web")["spec"]["clusterIP"] == "None"
    assert addresses(c, f"web.{DOMAIN}") == [ip(c, "web-0")]
    assert not c.control_plane.proxy.is_service(ip(c, "web-0"))


def test_an_endpoints_object_is_truncated_ready_ones_first_and_the_slices_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # SVC-6
    monkeypatch.setattr("simk8s.controlplane.network.endpoints.ENDPOINTS_LIMIT", 2)
    c = Cluster()
    for kubelet in c.kubelets:
        kubelet.holds_ready = lambda pod: pod["metadata"]["name"] != "web-0"
    c.apply(service(), stateful_set(replicas=3, podManagementPolicy="Parallel"))
    c.run(30)
    (subset,) = c.store.get("Endpoints", "web")["subsets"]
    assert {address["targetRef"]["name"] for address in subset["addresses"]} == {"web-1", "web-2"}
    assert "notReadyAddresses" not in subset
    assert c.store.get("Endpoints", "web")["metadata"]["annotations"] == {
        "endpoints.kubernetes.io/over-capacity": "truncated"
    }
    assert len(entries(c)) == 3
