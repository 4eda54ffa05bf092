"""The collected public manifests: all load, and run until something that is not modelled says so as itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from simk8s import Cluster
from simk8s.errors import SimError
from simk8s.images import default_registry

MANIFESTS = Path(__file__).parents[3] / "shared" / "manifests"
GALLERY = MANIFESTS / "gallery"
OLD_KINDS = {
    "multivolumezk-e2e": "apps/v1beta1",
    "cockroachdb-examples": "policy/v1beta1",
    "rabbitmq-cluster": "rbac.authorization.k8s.io/v1beta1",
}
"""Manifests that no cluster of today takes, with the version that is gone."""

STOPPED_BY = {
    "cockroachdb-e2e": {"/peer-finder"},
    "elasticsearch": {"/run.sh"},
    "etcd-e2e": {"etcd"},
    "kafka": {"kubectl", "./bin/zookeeper-server-start.sh"},
    "minio-examples": {"/usr/bin/docker-entrypoint.sh"},
    "mysql-galera-e2e": {"/install.sh"},
    "rabbitmq-docs": {"docker-entrypoint.sh"},
    "redis-cluster": {"redis-server"},
    "redis-e2e": {"/install.sh"},
    "redis-ha": {"redis-cli", "redis-server", "redis-sentinel", "haproxy", "docker-entrypoint.sh"},
    "stolon": {"stolon-keeper"},
    "zookeeper-docs": {"start-zookeeper"},
    "zookeeper-e2e": {"/install.sh"},
    "cassandra-docs": {"/run.sh"},
    "cassandra-examples": {"/run.sh"},
    "consul": {"docker-entrypoint.sh"},
}
"""What ends the containers of each application: programs that are there and say that simk8s does not know them."""

RUNS = {"web", "nginx-e2e", "mysql-upgrade-e2e"}
NOT_PULLED = {"patroni": "patroni", "mysql-upgrade-e2e": "mysql:5.7.15"}
"""Images that nobody but their makers has, or whose version is not modelled."""

pytestmark = pytest.mark.skipif(not GALLERY.is_dir(), reason="the collected manifests are not on this machine")


def applications() -> list[str]:
    return sorted(path.name for path in GALLERY.iterdir() if path.is_dir()) if GALLERY.is_dir() else []


def started(name: str) -> Cluster:
    """A cluster with the manifests of an application, and what people make by hand before they apply them."""
    cluster = Cluster(storage="minikube" if name.startswith("cassandra") else "cloud")
    files = sorted((GALLERY / name).rglob("*.y*ml"))
    objects = [found for path in files for found in yaml.safe_load_all(path.read_text()) if found]
    for namespace in sorted({found["metadata"].get("namespace", "default") for found in objects} - {"default"}):
        cluster.kubectl(f"create namespace {namespace}")
    for claim_class in sorted(_classes(objects)):
        cluster.apply(_storage_class(claim_class))
    if name == "consul":
        cluster.kubectl("create secret generic consul --from-literal=gossip-encryption-key=key")
        cluster.kubectl("create configmap consul --from-literal=server.json={}")
    if name == "redis-ha":
        cluster.kubectl("create secret generic argocd-redis --from-literal=auth=secret -n argocd")
    if name == "rabbitmq-cluster":
        for secret, keys in (("rabbitmq-admin", ("user", "pass")), ("erlang-cookie", ("cookie",))):
            literals = " ".join(f"--from-literal={key}=value" for key in keys)
            cluster.kubectl(f"create secret generic {secret} {literals} -n test-rabbitmq")
    for path in files if name != "web" else files[:1]:  # the two files of web define the same names
        cluster.apply(str(path))
    return cluster


def _classes(objects: list[dict[str, object]]) -> set[str]:
    """Storage classes that claims ask for and no file brings."""
    text = yaml.safe_dump_all(objects)
    wanted = {line.split(":", 1)[1].strip() for line in text.splitlines() if "storageClassName:" in line}
    wanted |= {
        line.split(":", 1)[1].strip() for line in text.splitlines() if "beta.kubernetes.io/storage-class:" in line
    }
    return wanted - {str(found["metadata"]["name"]) for found in objects if found["kind"] == "StorageClass"}  # type: ignore[index]


def _storage_class(name: str) -> dict[str, object]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": "ebs.csi.aws.com",
    }


@pytest.mark.parametrize("name", [name for name in applications() if name not in OLD_KINDS])
def test_an_application_of_the_gallery_runs_until_a_program_says_that_it_is_not_modelled(name: str) -> None:
    cluster = started(name)
    outcome = cluster.run(timeout=300)
    unmodelled = {record.object for record in cluster.history if record.verb == "program.unmodelled"}
    assert unmodelled <= STOPPED_BY.get(name, set())
    assert outcome.reached == (name in RUNS - set(NOT_PULLED)), str(outcome)
    if name in NOT_PULLED:
        assert NOT_PULLED[name] in str(outcome)
    elif name not in RUNS:
        assert unmodelled, f"nothing says what stops {name}: {outcome}"


@pytest.mark.parametrize("name", sorted(OLD_KINDS))
def test_a_manifest_of_an_old_version_is_refused_with_the_version_that_is_served(name: str) -> None:
    with pytest.raises(SimError, match=OLD_KINDS[name]) as error:
        started(name)
    assert error.value.code == "SK401"


def test_a_server_that_is_not_modelled_never_seems_to_run() -> None:
    """Its container ends with 120, and its log says why."""
    cluster = Cluster()
    cluster.kubectl("run cache --image=redis:7 --restart=Never")
    cluster.run("30s")
    assert [pod.status for pod in cluster.pods()] == ["Error"]
    assert "not modelled by simk8s (SK311)" in cluster.kubectl("logs cache").stdout


@pytest.mark.parametrize(
    "reference",
    "postgres:16 postgres:16-alpine mariadb:11 mysql:8.0 mongo:7 redis:7 redis:7-alpine cassandra:5 rabbitmq:3 "
    "zookeeper:3.9 elasticsearch:8.1.0 couchdb:3 influxdb:2 consul:1.15 haproxy:3.0-alpine memcached:1 "
    "quay.io/coreos/etcd:v3.5 openjdk:8-jre".split(),
)
def test_images_of_well_known_servers_have_their_files_and_an_honest_server(reference: str) -> None:
    image = default_registry().find(reference)
    assert image is not None
    cluster = Cluster()
    cluster.kubectl(["run", "server", f"--image={reference}", "--restart=Never", "--", *image.argv()[-1:]])
    cluster.run("60s")
    ends = [record for record in cluster.history if record.verb == "program.unmodelled"]
    assert ends or reference.startswith("openjdk"), cluster.kubectl("logs server").stdout
