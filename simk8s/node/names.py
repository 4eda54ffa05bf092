"""How a Pod knows names: its own, `/etc/hosts`, `/etc/resolv.conf` (DNS-8, DNS-9), and the cluster's name server."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.api.objects import Object, dig
from simk8s.machine.network import NameServer, Network, Router

CLUSTER_DOMAIN = "cluster.local"
DNS_ADDRESS = "10.96.0.10"

_LOCAL_LINES = """\
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
"""


def hostname(pod: Object, node: str = "") -> str:
    """What `hostname` prints in the Pod's containers; a Pod on the host's network has the node's name."""
    if dig(pod, "spec", "hostNetwork"):
        return node
    return str(dig(pod, "spec", "hostname") or pod["metadata"]["name"])[:63].rstrip("-.")


def domain_name(pod: Object) -> str:
    """The Pod's fully qualified name, or "" where it has none for want of a `subdomain`."""
    subdomain = dig(pod, "spec", "subdomain")
    if not subdomain:
        return ""
    return f"{hostname(pod)}.{subdomain}.{pod['metadata'].get('namespace', 'default')}.svc.{CLUSTER_DOMAIN}"


def etc_hosts(pod: Object, address: str, node: str = "") -> str:
    """DNS-9: a Pod with a subdomain resolves its own qualified and short name by itself, even when it is not ready."""
    text = "# Kubernetes-managed hosts file.\n" + _LOCAL_LINES
    names = "\t".join(name for name in (domain_name(pod), hostname(pod, node)) if name)
    text += f"{address}\t{names}\n"
    aliases = dig(pod, "spec", "hostAliases", default=[])
    if aliases:
        lines = [f"{alias['ip']}\t" + "\t".join(alias.get("hostnames") or []) + "\n" for alias in aliases]
        text += "\n# Entries added by HostAliases.\n" + "".join(lines)
    return text


def resolv_conf(pod: Object) -> str:
    """DNS-8: the cluster's search path and `ndots:5`, with what `dnsPolicy` and `dnsConfig` change of it."""
    policy = dig(pod, "spec", "dnsPolicy", default="ClusterFirst")
    if policy == "ClusterFirst" and dig(pod, "spec", "hostNetwork"):
        policy = "Default"
    servers: list[str] = []
    search: list[str] = []
    options: dict[str, str] = {}
    if policy in ("ClusterFirst", "ClusterFirstWithHostNet"):
        namespace = pod["metadata"].get("namespace", "default")
        servers = [DNS_ADDRESS]
        search = [f"{namespace}.svc.{CLUSTER_DOMAIN}", f"svc.{CLUSTER_DOMAIN}", CLUSTER_DOMAIN]
        options = {"ndots": "5"}
    config = dig(pod, "spec", "dnsConfig", default={})
    servers += [server for server in config.get("nameservers") or [] if server not in servers]
    search += [domain for domain in config.get("searches") or [] if domain not in search]
    options |= {option["name"]: str(option.get("value") or "") for option in config.get("options") or []}
    lines = [f"search {' '.join(search)}"] if search else []
    lines += [f"nameserver {server}" for server in servers]
    if options:
        lines.append("options " + " ".join(f"{name}:{value}" if value else name for name, value in options.items()))
    return "".join(f"{line}\n" for line in lines)


def connect(network: Network, name_server: NameServer, is_virtual: Callable[[str], bool], route: Router) -> None:
    """Let the network ask the control plane: for names, and for where a ClusterIP leads."""
    network.name_servers[DNS_ADDRESS] = name_server
    network.is_virtual = is_virtual
    network.route = route
