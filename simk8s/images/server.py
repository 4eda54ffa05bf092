"""Images of well-known servers that simk8s does not model: their files and tools are there, the server says SK311.

A script in such an image runs up to the server. Nothing pretends to serve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simk8s.images.alpine import ALPINE
from simk8s.images.busybox import BUSYBOX
from simk8s.images.debian import BUSTER, DEBIAN, JESSIE, STRETCH
from simk8s.images.image import Image

ENTRYPOINT = "/usr/local/bin/docker-entrypoint.sh"


def server(
    repository: str | Sequence[str],
    base: Image,
    unmodelled: str,
    *,
    tags: str | Sequence[str] = "*",
    programs: Sequence[str] = (),
    entrypoint: Sequence[str] = (),
    command: Sequence[str] = (),
    user: str = "",
    users: Mapping[str, int] | None = None,
    data: Mapping[str, int] | None = None,
    working_dir: str = "",
    env: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
) -> Image:
    """An image whose programs `unmodelled` (paths or names, with blanks between) exist and say so.

    `data` maps a directory of the server to its owner's number.
    """
    return Image(
        repository,
        tags=tags,
        based_on=base,
        unmodelled=unmodelled.split(),
        programs=programs,
        entrypoint=entrypoint,
        command=command,
        user=user,
        users=users or {},
        directories={path: (0o755, uid) for path, uid in (data or {}).items()},
        working_dir=working_dir,
        env=env or {},
        files=files or {},
        size_bytes=100_000_000,
    )


def _postgres(tags: str | Sequence[str], base: Image, uid: int, drop: str) -> Image:
    tools = "postgres initdb pg_ctl psql pg_isready pg_dump pg_restore pg_basebackup createdb dropdb pg_rewind"
    return server(
        "postgres",
        base,
        " ".join([ENTRYPOINT, *(f"/usr/local/bin/{name}" for name in tools.split())]),
        tags=tags,
        programs=[f"/usr/local/bin/{drop}", "/bin/bash"],
        entrypoint=["docker-entrypoint.sh"],
        command=["postgres"],
        users={"postgres": uid},
        data={"/var/lib/postgresql": uid, "/var/lib/postgresql/data": uid, "/docker-entrypoint-initdb.d": 0},
        env={"PGDATA": "/var/lib/postgresql/data"},
    )


def _mysql_like(repository: str, tags: str | Sequence[str], servers: str) -> Image:
    tools = "mysqladmin mysqldump mysqlbinlog mysqlcheck my_print_defaults mysql_tzinfo_to_sql mysql_upgrade"
    return server(
        repository,
        DEBIAN,
        f"{ENTRYPOINT} {servers} mysql {tools}",
        tags=tags,
        programs=["/usr/local/bin/gosu"],
        entrypoint=["docker-entrypoint.sh"],
        command=[servers.split(maxsplit=1)[0].rpartition("/")[2]],
        users={"mysql": 999},
        data={"/var/lib/mysql": 999, "/etc/mysql/conf.d": 0, "/docker-entrypoint-initdb.d": 0},
    )


POSTGRES_ALPINE = _postgres("*alpine*", ALPINE, 70, "su-exec")
POSTGRES = _postgres("*", DEBIAN, 999, "gosu")
MARIADB = _mysql_like("mariadb", "*", "/usr/sbin/mariadbd /usr/sbin/mysqld mariadb mariadb-install-db healthcheck.sh")
MYSQL8 = _mysql_like("mysql", ("8*", "9*", "latest", "lts", "innovation"), "/usr/sbin/mysqld mysqlsh")
MONGO = server(
    "mongo",
    DEBIAN,
    f"{ENTRYPOINT} numactl mongod mongos mongo mongosh mongodump mongorestore",
    programs=["/usr/local/bin/gosu"],
    entrypoint=["docker-entrypoint.sh"],
    command=["mongod"],
    users={"mongodb": 999},
    data={"/data/db": 999, "/data/configdb": 999, "/docker-entrypoint-initdb.d": 0},
)
CASSANDRA = server(
    "cassandra",
    DEBIAN,
    f"{ENTRYPOINT} cassandra nodetool cqlsh java",
    programs=["/usr/local/bin/gosu"],
    entrypoint=["docker-entrypoint.sh"],
    command=["cassandra", "-f"],
    users={"cassandra": 999},
    data={"/var/lib/cassandra": 999, "/etc/cassandra": 999},
)
CASSANDRA_SAMPLE = server(
    "gcr.io/google-samples/cassandra",
    STRETCH,
    "/run.sh /ready-probe.sh /usr/local/apache-cassandra/bin/nodetool /usr/local/apache-cassandra/bin/cassandra "
    "nodetool "
    "java",
    command=["/run.sh"],
    data={"/cassandra_data": 0},
)
RABBITMQ = server(
    "rabbitmq",
    DEBIAN,
    f"{ENTRYPOINT} rabbitmq-server rabbitmqctl rabbitmq-diagnostics rabbitmq-plugins",
    programs=["/usr/local/bin/gosu"],
    entrypoint=["docker-entrypoint.sh"],
    command=["rabbitmq-server"],
    users={"rabbitmq": 999},
    data={"/var/lib/rabbitmq": 999, "/etc/rabbitmq": 999, "/etc/rabbitmq/conf.d": 999},
)
ZOOKEEPER = server(
    "zookeeper",
    DEBIAN,
    "/docker-entrypoint.sh zkServer.sh zkCli.sh zkCleanup.sh java",
    programs=["/usr/local/bin/gosu"],
    entrypoint=["/docker-entrypoint.sh"],
    command=["zkServer.sh", "start-foreground"],
    users={"zookeeper": 1000},
    data={"/data": 1000, "/datalog": 1000, "/logs": 1000, "/conf": 1000},
)
ZOOKEEPER_DOCS = server(
    "registry.k8s.io/kubernetes-zookeeper",
    STRETCH,
    "start-zookeeper zookeeper-ready metrics.sh zkServer.sh zkCli.sh java",
    users={"zookeeper": 1000},
    data={"/var/lib/zookeeper": 1000, "/opt/zookeeper/conf": 1000},
)
ELASTICSEARCH = server(
    ("elasticsearch", "docker.elastic.co/elasticsearch/elasticsearch"),
    DEBIAN,
    f"{ENTRYPOINT} /usr/share/elasticsearch/bin/elasticsearch elasticsearch java",
    programs=["curl"],
    entrypoint=["docker-entrypoint.sh"],
    command=["elasticsearch"],
    users={"elasticsearch": 1000},
    data={"/usr/share/elasticsearch/data": 1000, "/usr/share/elasticsearch/config": 1000},
    working_dir="/usr/share/elasticsearch",
)
ELASTICSEARCH_PIRES = server(
    "quay.io/pires/docker-elasticsearch-kubernetes",
    ALPINE,
    "/run.sh /elasticsearch/bin/elasticsearch java",
    command=["/run.sh"],
    data={"/data": 0},
)
COUCHDB = server(
    "couchdb",
    DEBIAN,
    "/docker-entrypoint.sh /opt/couchdb/bin/couchdb tini",
    programs=["curl"],
    entrypoint=["tini", "--", "/docker-entrypoint.sh"],
    command=["/opt/couchdb/bin/couchdb"],
    users={"couchdb": 5984},
    data={"/opt/couchdb/data": 5984, "/opt/couchdb/etc/local.d": 5984},
)
INFLUXDB = server(
    "influxdb",
    DEBIAN,
    "/entrypoint.sh influxd influx",
    programs=["curl", "/usr/local/bin/gosu"],
    entrypoint=["/entrypoint.sh"],
    command=["influxd"],
    data={"/var/lib/influxdb": 0},
)
ETCD = server(
    ("registry.k8s.io/etcd", "quay.io/coreos/etcd", "gcr.io/etcd-development/etcd"),
    BUSYBOX,
    "/usr/local/bin/etcd /usr/local/bin/etcdctl",
    command=["/usr/local/bin/etcd"],
)
CONSUL = server(
    ("consul", "hashicorp/consul"),
    ALPINE,
    f"{ENTRYPOINT} /bin/consul /usr/bin/dumb-init",
    programs=["curl", "/sbin/su-exec"],
    entrypoint=["docker-entrypoint.sh"],
    command=["agent", "-dev", "-client", "0.0.0.0"],
    users={"consul": 100},
    data={"/consul/data": 100, "/consul/config": 100},
)
COCKROACHDB = server(
    "cockroachdb/cockroach",
    STRETCH,
    "/cockroach/cockroach.sh /cockroach/cockroach",
    entrypoint=["/cockroach/cockroach.sh"],
    data={"/cockroach/cockroach-data": 0},
    working_dir="/cockroach",
)
MINIO = server(
    ("minio/minio", "quay.io/minio/minio"),
    DEBIAN,
    "/usr/bin/docker-entrypoint.sh minio mc",
    programs=["curl"],
    entrypoint=["/usr/bin/docker-entrypoint.sh"],
    command=["minio"],
    data={"/data": 0, "/export": 0},
)
KAFKA = server(
    "solsson/kafka",
    DEBIAN,
    "java kubectl "
    + " ".join(f"/opt/kafka/bin/{name}.sh" for name in ("kafka-server-start", "zookeeper-server-start")),
    data={"/opt/kafka/config": 0, "/var/lib/kafka": 0},
    working_dir="/opt/kafka",
)
STOLON = server(
    "sorintlab/stolon",
    STRETCH,
    "stolon-keeper stolon-sentinel stolon-proxy stolonctl postgres psql",
    programs=["/usr/local/bin/gosu"],
    users={"stolon": 1001},
)
JAVA = server(("openjdk", "java", "eclipse-temurin", "amazoncorretto"), BUSTER, "java javac keytool jshell")
HAPROXY_ALPINE = server(
    "haproxy",
    ALPINE,
    f"{ENTRYPOINT} /usr/local/sbin/haproxy",
    tags="*alpine*",
    entrypoint=["docker-entrypoint.sh"],
    command=["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
    users={"haproxy": 99},
    data={"/usr/local/etc/haproxy": 0},
)
HAPROXY = server(
    "haproxy",
    DEBIAN,
    f"{ENTRYPOINT} /usr/local/sbin/haproxy",
    entrypoint=["docker-entrypoint.sh"],
    command=["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
    users={"haproxy": 99},
    data={"/usr/local/etc/haproxy": 0},
)
MEMCACHED = server(
    "memcached", DEBIAN, f"{ENTRYPOINT} memcached", entrypoint=["docker-entrypoint.sh"], command=["memcached"]
)
E2E_INSTALLERS = server(
    ("registry.k8s.io/e2e-test-images/pets/*", "registry.k8s.io/galera-install"),
    BUSYBOX,
    "/install.sh /on-start.sh /peer-finder",
    entrypoint=["/install.sh"],
)
COCKROACHDB_INIT = server(
    "cockroachdb/cockroach-k8s-init", BUSYBOX, "/peer-finder /on-start.sh", entrypoint=["/peer-finder"]
)
GALERA = server(
    ("registry.k8s.io/mysql-galera", "registry.k8s.io/mysql-e2e-test"), JESSIE, "/usr/sbin/mysqld mysql /mysql-tester"
)

_REDIS = "redis-server redis-sentinel redis-cli redis-benchmark redis-check-aof redis-check-rdb"
_REDIS_ENTRYPOINT = """\
#!/bin/sh
# The image's own: options or a configuration file alone mean the server, and root gives its data to redis first.
set -e
case "${{1:-}}" in
    -*|*.conf) set -- redis-server "$@" ;;
esac
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . ! -user redis -exec chown redis {{}} +
    exec {drop} redis "$0" "$@"
fi
if [ "$(umask)" = 0022 ]; then
    umask 0077
fi
exec "$@"
"""


def _redis(tags: str | Sequence[str], base: Image, drop: str) -> Image:
    return server(
        "redis",
        base,
        " ".join(f"/usr/local/bin/{name}" for name in _REDIS.split()),
        tags=tags,
        programs=[f"/usr/local/bin/{drop}"],
        entrypoint=["docker-entrypoint.sh"],
        command=["redis-server"],
        users={"redis": 999},
        data={"/data": 999},
        working_dir="/data",
        files={ENTRYPOINT: _REDIS_ENTRYPOINT.format(drop=drop)},
    )


REDIS_ALPINE = _redis("*alpine*", ALPINE, "su-exec")
REDIS = _redis("*", DEBIAN, "gosu")

IMAGES = (
    POSTGRES_ALPINE,
    POSTGRES,
    MARIADB,
    MYSQL8,
    MONGO,
    CASSANDRA,
    CASSANDRA_SAMPLE,
    RABBITMQ,
    ZOOKEEPER,
    ZOOKEEPER_DOCS,
    ELASTICSEARCH,
    ELASTICSEARCH_PIRES,
    COUCHDB,
    INFLUXDB,
    ETCD,
    CONSUL,
    COCKROACHDB,
    MINIO,
    KAFKA,
    STOLON,
    JAVA,
    HAPROXY_ALPINE,
    HAPROXY,
    MEMCACHED,
    E2E_INSTALLERS,
    COCKROACHDB_INIT,
    GALERA,
    REDIS_ALPINE,
    REDIS,
)
