"""What one container sees: its user, its names, its root."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.api.objects import Object
from simk8s.images import Image
from simk8s.machine import Answer, Process, executable, program
from simk8s.node.environment import ConfigError
from simk8s.node.names import connect
from simk8s.node.user import user_of
from simk8s.sim import Run
from tests.node.bench import TINY, Bench, container

NOBODY = Image("nobody", based_on=TINY, user="app")


def user(image: Image = TINY, pod: dict[str, Any] | None = None, **context: object) -> tuple[int, int, tuple[int, ...]]:
    spec: Object = {"spec": {"securityContext": pod or {}}}
    found = user_of(spec, {"securityContext": context}, image)
    return found.uid, found.gid, found.groups


def test_the_user_is_the_images_unless_the_security_context_says_otherwise() -> None:
    assert user() == (0, 0, ())
    assert user(NOBODY) == (1000, 1000, ())
    assert user(runAsUser=33) == (33, 33, ())
    assert user(runAsUser=4711) == (4711, 0, ())
    assert user(pod={"runAsUser": 5, "fsGroup": 7}, runAsUser=6, runAsGroup=8) == (6, 8, (7,))


@pytest.mark.parametrize("image", [TINY, Image("ghost", based_on=TINY, user="ghost")])
def test_a_user_that_must_not_or_does_not_exist_is_an_error_of_configuration(image: Image) -> None:
    with pytest.raises(ConfigError, match=r"runAsNonRoot and image will run as root|unable to find user ghost"):
        user(image, runAsNonRoot=True)


def test_a_container_that_may_not_be_root_says_so(bench: Bench) -> None:
    """KUBELET-33."""
    bench.pod(container("main", securityContext={"runAsNonRoot": True}))
    bench.run(5)
    assert bench.state("main") == ("waiting", "CreateContainerConfigError")
    assert bench.events("Failed") == ["Error: container has runAsNonRoot and image will run as root"]


def test_a_read_only_root_refuses_writes_and_volumes_do_not(bench: Bench) -> None:
    read_only = {"securityContext": {"readOnlyRootFilesystem": True}}
    mounts = {"volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]}
    bench.pod(
        container("root", "write", "/etc/new", "x", **read_only),
        container("volume", "write", "/tmp/new", "x", **read_only, **mounts),
        volumes=[{"name": "tmp", "emptyDir": {}}],
        restartPolicy="Never",
    )
    bench.run(10)
    assert bench.runtime.logs("default", "web", "root").endswith(b"Read-only file system\n")
    assert bench.status("volume")["state"]["terminated"]["exitCode"] == 0


def test_a_working_directory_is_made_and_programs_start_in_it(bench: Bench) -> None:
    bench.pod(container("main", "write", "note", "x", workingDir="/work/here"), restartPolicy="Never")
    bench.run(5)
    local = bench.node.find_pod("default", "web")
    assert local
    assert local.current["main"].machine.mounts.resolve("/work/here/note").inode is not None


def test_the_message_of_a_container_is_what_it_left_for_it(bench: Bench) -> None:
    bench.pod(
        container("file", "write", "/dev/termination-log", "out of luck"),
        container("log", "exit", "3", terminationMessagePolicy="FallbackToLogsOnError"),
        restartPolicy="Never",
    )
    bench.run(5)
    assert bench.status("file")["state"]["terminated"]["message"] == "out of luck\n"
    assert bench.status("log")["state"]["terminated"]["message"] == "ending with 3\n"


def test_the_resolver_files_are_in_place(bench: Bench) -> None:
    """DNS-8, DNS-9."""
    bench.pod(
        container("main", "cat", "/etc/hostname", "/etc/resolv.conf", "/etc/hosts"), hostname="web-0", subdomain="web"
    )
    bench.run(5)
    text = bench.runtime.logs("default", "web", "main").decode()
    assert text.startswith("web-0\nsearch default.svc.cluster.local ")
    assert text.endswith("10.244.1.2\tweb-0.web.default.svc.cluster.local\tweb-0\n")


def test_containers_of_a_pod_share_its_network_and_pods_on_the_hosts_network_share_the_nodes(bench: Bench) -> None:
    bench.pod(container("a"), container("b"))
    bench.pod(container("main"), name="host", hostNetwork=True)
    bench.until(lambda: bench.is_running() and bench.is_running("host"))
    local = bench.node.find_pod("default", "web")
    assert local
    assert local.current["a"].machine.interface is local.current["b"].machine.interface
    assert bench.get("host")["status"]["podIP"] == bench.get("host")["status"]["hostIP"]
    bench.delete("host")
    bench.until(lambda: not bench.exists("host"))
    bench.run(1)
    assert bench.node.address in bench.network.interfaces


def test_pods_of_other_namespaces_have_their_namespace_in_their_machines_names(bench: Bench) -> None:
    bench.store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}}, by=bench.me)
    body = {"nodeName": "node-1", "containers": [container("main")]}
    metadata = {"name": "web", "namespace": "other"}
    bench.store.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": body}, by=bench.me)
    bench.run(5)
    local = bench.node.find_pod("other", "web")
    assert local and local.current["main"].machine.name == "other/web/main"


@program("node-test-resolve")
def resolve(process: Process) -> Run[int]:
    """resolve NAME: prints its first address."""
    addresses = yield from process.resolve(process.argv[1])
    yield from process.print(addresses[0])
    return 0


def test_names_and_virtual_addresses_are_asked_of_the_control_plane(bench: Bench) -> None:
    """DNS-8, SVC-4."""

    def lookup(name: str, kind: str) -> Answer:
        return Answer(("10.96.0.9",)) if name == "db.default.svc.cluster.local" else Answer(exists=False)

    bench.pod(container("main", "serve", "80"), name="db")
    bench.until(lambda: bench.is_running("db"))
    address = bench.get("db")["status"]["podIP"]
    connect(bench.network, lookup, lambda address: address.startswith("10.96."), lambda *_: (address, 80, -1))
    TINY.root().place("/bin/resolve", executable("node-test-resolve"))
    http = {"httpGet": {"port": 80, "host": "10.96.0.9"}}
    bench.pod(container("main", readinessProbe=http), container("asks", "resolve", "db"))
    bench.until(lambda: bench.status("main")["ready"])
    assert bench.runtime.logs("default", "web", "asks") == b"10.96.0.9\n"


def test_what_has_no_effect_is_said(bench: Bench) -> None:
    bench.pod(container("main", ports=[{"containerPort": 80, "hostPort": 80}]), shareProcessNamespace=True)
    bench.run(5)
    assert bench.events("NotModelled") == [
        "simk8s does not model spec.shareProcessNamespace: each container sees its own processes only",
        "simk8s does not model hostPort of container main: it is kept free, but leads nowhere",
    ]
