"""`gcr.io/google-samples/xtrabackup:1.0`: XtraBackup 2.4.4, ncat and the mysql client, but no server (IMG-4)."""

from __future__ import annotations

from simk8s.images.debian import JESSIE
from simk8s.images.image import Image
from simk8s.mysql.profile import PATH as PROFILE_PATH
from simk8s.mysql.profile import Profile
from simk8s.mysql.programs import register


def xtrabackup(tags: tuple[str, ...] = ("*",), *, profile: Profile | None = None) -> Image:
    """The image; another `profile` is another version of XtraBackup (SW-1) or another order of directories (SW-4)."""
    register()
    return Image(
        "gcr.io/google-samples/xtrabackup",
        tags=tags,
        based_on=JESSIE,
        files={
            PROFILE_PATH: (profile or Profile()).text(),
            "/etc/mysql/my.cnf": "[client]\nport\t\t= 3306\nsocket\t\t= /var/run/mysqld/mysqld.sock\n\n"
            "!includedir /etc/mysql/conf.d/\n",
        },
        directories={"/etc/mysql/conf.d": (0o755, 0), "/var/lib/mysql": (0o755, 0)},
        programs=["xtrabackup", "xbstream", "ncat", "mysql", "mysqladmin", "my_print_defaults"],
        unmodelled=["innobackupex", "xbcrypt", "mysqldump", "mysqlbinlog"],
        users={"mysql": 999},
        command=["bash"],
        size_bytes=90_000_000,
    )


XTRABACKUP = xtrabackup()

IMAGES = (XTRABACKUP,)
