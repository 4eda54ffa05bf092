"""`mysql:5.7`: the server with its entrypoint, on Debian and, as the tag was later, on Oracle Linux (IMG-1, IMG-3)."""

from __future__ import annotations

from importlib.resources import files

from simk8s.images.debian import BUSTER
from simk8s.images.image import Image
from simk8s.mysql.client.time_zone import Zone
from simk8s.mysql.profile import PATH as PROFILE_PATH
from simk8s.mysql.profile import Profile
from simk8s.mysql.programs import register

ENTRYPOINT = "/usr/local/bin/docker-entrypoint.sh"

# MYSQLD-32: what the image build leaves of Debian's own file
_MYSQLD_CNF = """\
[mysqld]
pid-file	= /var/run/mysqld/mysqld.pid
socket		= /var/run/mysqld/mysqld.sock
datadir		= /var/lib/mysql
#log-error	= /var/log/mysql/error.log
# By default we only accept connections from localhost
#bind-address	= 127.0.0.1
# Disabling symbolic-links is recommended to prevent assorted security risks
symbolic-links=0
"""
_INCLUDES = "!includedir /etc/mysql/conf.d/\n!includedir /etc/mysql/mysql.conf.d/\n"

# SIM: zones without summer time only, so that loading them costs little
_HOURS = {
    "Africa/Lagos": (1, "WAT"),
    "America/Bogota": (-5, "-05"),
    "America/Phoenix": (-7, "MST"),
    "Asia/Shanghai": (8, "CST"),
    "Asia/Tokyo": (9, "JST"),
    "Etc/UTC": (0, "UTC"),
    "Europe/Moscow": (3, "MSK"),
    "UTC": (0, "UTC"),
}
_NO_ZONES = ("iso3166.tab", "leap-seconds.list", "zone.tab", "zone1970.tab")


def mysql57(
    tags: tuple[str, ...] = ("5.7", "5.7-debian", "5.7.*-debian", "5"),
    *,
    profile: Profile | None = None,
    oracle: bool = False,
    reverse_dns: bool = True,
) -> Image:
    """The image with other switches than the default ones: SW-2 B is `oracle`, SW-5 B is `reverse_dns=False`."""
    profile = profile or Profile()
    register()
    return Image(
        "mysql",
        tags=tags,
        based_on=BUSTER,
        files={
            ENTRYPOINT: (files(__package__) / "mysql57_files" / "docker-entrypoint.sh").read_bytes(),
            PROFILE_PATH: profile.text(),
            **(_oracle_files() if oracle else _debian_files()),
            **({} if reverse_dns else {"/etc/mysql/mysql.conf.d/names.cnf": "[mysqld]\nskip-name-resolve\n"}),
            **_zone_files(),
        },
        links={"/entrypoint.sh": ENTRYPOINT},
        directories={
            "/var/lib/mysql": (0o1777, 999),
            "/var/run/mysqld": (0o1777, 999),
            "/docker-entrypoint-initdb.d": (0o755, 0),
            "/etc/mysql/conf.d": (0o755, 0),
            "/etc/mysql/mysql.conf.d": (0o755, 0),
        },
        programs=[
            "/usr/sbin/mysqld",
            "/usr/local/bin/gosu",
            *("mysql", "mysqladmin", "my_print_defaults", "mysql_tzinfo_to_sql", "mysql_ssl_rsa_setup"),
        ],
        unmodelled=["mysqldump", "mysqlbinlog", "mysql_upgrade", "mysqlcheck", "mysqlimport", "mysqlshow", "mysqlpump"],
        without=["/bin/hostname"] if oracle else (),
        users={"mysql": 999},
        env={"GOSU_VERSION": "1.16", "MYSQL_MAJOR": "5.7", "MYSQL_VERSION": _package_version(profile, oracle)},
        entrypoint=["docker-entrypoint.sh"],
        command=["mysqld"],
        volumes=["/var/lib/mysql"],
        size_bytes=150_000_000,
    )


def _debian_files() -> dict[str, str]:
    return {
        "/etc/mysql/my.cnf": _INCLUDES,
        "/etc/mysql/conf.d/docker.cnf": "[mysqld]\nskip-host-cache\nskip-name-resolve\n",  # MYSQLD-33
        "/etc/mysql/mysql.conf.d/mysqld.cnf": _MYSQLD_CNF,
    }


def _oracle_files() -> dict[str, str]:
    """MYSQLD-30: here everything is in /etc/my.cnf, which includes both directories."""
    return {
        "/etc/my.cnf": f"{_MYSQLD_CNF}skip-host-cache\nskip-name-resolve\nuser=mysql\n\n[client]\n"
        f"socket=/var/run/mysqld/mysqld.sock\n\n{_INCLUDES}",
        "/etc/os-release": 'NAME="Oracle Linux Server"\nID="ol"\nVERSION_ID="7.9"\n',
    }


def _zone_files() -> dict[str, bytes]:
    zones = {name: Zone(((hours * 3600, False, letters),)).encode() for name, (hours, letters) in _HOURS.items()}
    others = {name: f"# {name}\n".encode() for name in _NO_ZONES}
    return {f"/usr/share/zoneinfo/{name}": data for name, data in sorted((zones | others).items())}


def _package_version(profile: Profile, oracle: bool) -> str:
    return f"{profile.server_version}-1.el7" if oracle else f"{profile.server_version}-1debian10"


MYSQL = mysql57()
MYSQL_ORACLE = mysql57(("5.7-oracle", "5.7.*-oracle", "5.7.44"), oracle=True)

IMAGES = (MYSQL, MYSQL_ORACLE)
