"""`xtrabackup`: `--backup` copies a running server's files, `--prepare` makes the copy consistent (XB-1 to XB-57)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import program
from simk8s.machine.signals import SIGPIPE
from simk8s.mysql.client.arguments import BadArguments
from simk8s.mysql.client.option_file import BadOptionFile
from simk8s.mysql.client.settings import Settings
from simk8s.mysql.profile import Profile, profile_of
from simk8s.mysql.xtrabackup.backup import Backup
from simk8s.mysql.xtrabackup.information import version_line
from simk8s.mysql.xtrabackup.options import Options, read_options
from simk8s.mysql.xtrabackup.prepare import Preparation
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process


@program("xtrabackup")
def xtrabackup(process: Process) -> Run[int]:
    """Back up or prepare, as the command line says."""
    options = Options(Settings(process.environ))
    options.settings.user = process.environ.get("USER", "")
    profile = profile_of(process)
    try:
        yield from read_options(process, options)
    except (BadArguments, BadOptionFile, ValueError) as error:
        yield from process.complain(f"[ERROR] {error}")
        return error.status if isinstance(error, BadArguments) else 1
    if "version" in options.flags:
        yield from _say_version(process, profile)
        return 0
    process.on_signal(SIGPIPE, "ignore")  # XB-14
    match "backup" in options.flags, "prepare" in options.flags:
        case True, False:
            return (yield from Backup(process, options, profile).run())
        case False, True:
            yield from _say_version(process, profile)
            return (yield from Preparation(process, options).run())
    yield from process.complain("Error: exactly one of --backup and --prepare must be given")
    return 1


def _say_version(process: Process, profile: Profile) -> Run[None]:
    yield from process.write(2, f"{version_line(profile)}\n".encode())
