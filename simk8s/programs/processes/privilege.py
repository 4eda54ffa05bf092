"""Programs that become another user, and then another program: gosu, su-exec, setpriv, su, chroot."""

from __future__ import annotations

from simk8s.machine import Errno, Process, SyscallError
from simk8s.programs.accounts import find_user, gid_of, uid_of
from simk8s.programs.options import parse
from simk8s.programs.processes.environment import become, run_failure
from simk8s.programs.tool import Failure, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run


@tool("gosu", "su-exec")
def gosu(process: Process) -> Run[int]:
    """Become another user, and then another program."""
    name = process.argv[0].rpartition("/")[2]
    if len(process.argv) < 3:
        raise Failure(f"Usage: {name} user-spec command [args]")
    spec, *words = process.argv[1:]
    wanted, _, group = spec.partition(":")
    user = find_user(process, wanted)
    uid = user.uid if user else uid_of(process, wanted)
    gid = gid_of(process, group) if group else user.gid if user else uid
    if uid is None or gid is None:
        raise Failure(
            f'error: failed switching to "{spec}": unable to find user {spec}: no matching entries in passwd file'
        )
    _switch(process, uid, gid)
    environ = dict(process.environ)
    environ["HOME"] = user.home if user else "/"
    try:
        yield from process.exec(words, env=environ)
    except SyscallError as error:
        if name == "gosu":
            reason = "executable file not found in $PATH" if error.errno is Errno.ENOENT else error.text.lower()
            raise Failure(f'error: exec: "{words[0]}": {reason}') from None
        raise Failure(f"{words[0]}: {error.text}") from None
    return 0


@tool("setpriv")
def setpriv(process: Process) -> Run[int]:
    """Become another program with other privileges; users and groups are modelled."""
    options = parse(
        process.argv,
        "reuid: regid: clear-groups init-groups keep-groups groups: no-new-privs inh-caps: bounding-set:",
        permute=False,
    )
    if not options.operands:
        raise Failure("No program specified")
    uid, gid = process.uid, process.gid
    if "reuid" in options:
        uid = _number(uid_of(process, options["reuid"]), "user", options["reuid"])
    if "regid" in options:
        gid = _number(gid_of(process, options["regid"]), "group", options["regid"])
    _switch(process, uid, gid)
    return (yield from become(process, options.operands))


@tool("su", "runuser")
def su(process: Process) -> Run[int]:
    """Run a program, or a shell's command, as another user; only root may."""
    options = parse(
        process.argv, "c,command: s,shell: l,login m,p,preserve-environment u,user: g,group: G", permute=False
    )
    words = [word for word in options.operands if word != "-"]
    name = options["u"] or (words[0] if words else "root")
    user = find_user(process, name)
    if user is None:
        raise Failure(f"user {name} does not exist or the user entry does not contain all the required fields")
    if process.uid != 0:
        raise Unmodelled("asking for a password")
    _switch(process, user.uid, user.gid)
    environ = {**process.environ, "HOME": user.home, "USER": user.name, "LOGNAME": user.name}
    shell = options["s"] or user.shell or "/bin/sh"
    if "u" in options and "c" not in options:
        argv = words
    else:
        argv = [shell, *(["-c", options["c"]] if "c" in options else []), *words[1:]]
    try:
        yield from process.exec(argv, env=environ)
    except SyscallError as error:
        raise run_failure(f"failed to execute {argv[0]}", error) from None
    return 0


def _number(number: int | None, kind: str, text: str) -> int:
    if number is None:
        raise Failure(f"failed to parse {kind} '{text}'")
    return number


def _switch(process: Process, uid: int, gid: int) -> None:
    if process.uid != 0 and (uid, gid) != (process.uid, process.gid):
        raise Failure("error: failed switching user: operation not permitted")
    process.uid, process.gid = uid, gid


@tool("chroot", trouble=125)
def chroot(process: Process) -> Run[int]:
    """Not modelled, but for the root that is there already."""
    options = parse(process.argv, "userspec: groups: skip-chdir", permute=False)
    if options.operands[:1] != ["/"]:
        raise Unmodelled("another root directory")
    if "userspec" in options:
        user, _, group = options["userspec"].partition(":")
        uid = _number(uid_of(process, user), "user", user)
        _switch(process, uid, _number(gid_of(process, group), "group", group) if group else uid)
    words = options.operands[1:] or ["/bin/sh", "-i"]
    return (yield from become(process, words))
