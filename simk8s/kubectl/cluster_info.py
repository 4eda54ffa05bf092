"""`kubectl cluster-info`: where the control plane answers."""

from __future__ import annotations

from simk8s.api.objects import dig, name
from simk8s.api.selector import parse
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    if context.arguments.words == ["dump"]:
        raise Failure('simk8s does not model "kubectl cluster-info dump"; use `kubectl get all -A -o yaml`')
    server = context.store.find("Service", "kubernetes", "default")
    address = dig(server, "spec", "clusterIP", default="127.0.0.1")
    url = f"https://{address}:443"
    context.out(f"Kubernetes control plane is running at {url}\n")
    services = context.access.registry.typed("services")
    own = yield from context.list(services, "kube-system", parse("kubernetes.io/cluster-service=true"))
    for service in own:
        label = dig(service, "metadata", "labels", "kubernetes.io/name", default=name(service))
        path = f"/api/v1/namespaces/kube-system/services/{name(service)}:dns/proxy"
        context.out(f"{label} is running at {url}{path}\n")
    context.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n")
    return 0


COMMAND = Command(
    "cluster-info",
    "Show the addresses of the control plane. Nobody outside of the simulated cluster can reach them.",
    "cluster-info",
    (),
    run,
)
