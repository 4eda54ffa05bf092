"""What a Pod's resolver files say."""

from __future__ import annotations

from simk8s.api.objects import Object
from simk8s.node.names import etc_hosts, hostname, resolv_conf


def pod(**spec: object) -> Object:
    return {"metadata": {"name": "mysql-0", "namespace": "default"}, "spec": spec}


def test_a_pod_with_a_subdomain_knows_its_own_qualified_and_short_name() -> None:
    """DNS-9."""
    hosts = etc_hosts(pod(hostname="mysql-0", subdomain="mysql"), "10.244.1.2")
    assert hosts.splitlines()[-1].split() == ["10.244.1.2", "mysql-0.mysql.default.svc.cluster.local", "mysql-0"]


def test_a_pod_without_one_knows_its_short_name_only() -> None:
    assert etc_hosts(pod(), "10.244.1.2").splitlines()[-1].split() == ["10.244.1.2", "mysql-0"]


def test_host_aliases_stand_at_the_end() -> None:
    hosts = etc_hosts(pod(hostAliases=[{"ip": "1.2.3.4", "hostnames": ["a", "b"]}]), "10.244.1.2")
    assert hosts.endswith("\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n")


def test_the_search_path_leads_through_the_own_namespace() -> None:
    """DNS-8."""
    assert resolv_conf(pod()) == (
        "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"
    )


def test_dns_config_adds_to_it_and_changes_ndots() -> None:
    config = {"searches": ["example.com"], "options": [{"name": "ndots", "value": "1"}, {"name": "edns0"}]}
    lines = resolv_conf(pod(dnsConfig=config)).splitlines()
    assert lines[0].endswith("cluster.local example.com")
    assert lines[2] == "options ndots:1 edns0"


def test_dns_policy_none_leaves_only_the_config() -> None:
    assert resolv_conf(pod(dnsPolicy="None", dnsConfig={"nameservers": ["9.9.9.9"]})) == "nameserver 9.9.9.9\n"


def test_a_pod_on_the_hosts_network_has_the_nodes_name() -> None:
    assert hostname(pod(hostNetwork=True), "node-1") == "node-1"
