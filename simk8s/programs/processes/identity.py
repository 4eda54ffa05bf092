"""Who and where one is: id, whoami, groups, hostname, tty; and logger, stty, true, false."""

from __future__ import annotations

from simk8s.machine import Process, ResolveError
from simk8s.programs.accounts import find_user, name_of_gid, name_of_uid
from simk8s.programs.options import UsageError, parse
from simk8s.programs.stream import Lines, raw, write_text
from simk8s.programs.tool import Failure, complain, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run


@tool("id")
def identity(process: Process) -> Run[int]:
    """Print user and group."""
    options = parse(process.argv, "u,user g,group n,name G,groups r,real z,zero a", unmodelled="Z,context")
    uid, gid = process.uid, process.gid
    if options.last_of("nr") and not options.last_of("ugG"):
        raise Failure("cannot print only names or real IDs in default format")
    if options.operands:
        user = find_user(process, options.operands[0])
        if user is None:
            raise Failure(f"'{options.operands[0]}': no such user")
        uid, gid = user.uid, user.gid
    if "u" in options:
        text = name_of_uid(process, uid) if "n" in options else str(uid)
    elif "g" in options or "G" in options:
        text = name_of_gid(process, gid) if "n" in options else str(gid)
    else:
        user_name, group_name = name_of_uid(process, uid), name_of_gid(process, gid)
        group = _named(gid, group_name)
        text = f"uid={_named(uid, user_name)} gid={group} groups={group}"
    yield from process.print(text)
    return 0


def _named(number: int, name: str) -> str:
    return f"{number}({name})" if name != str(number) else name


@tool("whoami")
def whoami(process: Process) -> Run[int]:
    """Print the user's name."""
    operands = parse(process.argv, "", unmodelled="").operands
    if operands:
        raise UsageError(f"extra operand '{operands[0]}'")
    name = name_of_uid(process, process.uid)
    if name == str(process.uid):
        raise Failure(f"cannot find name for user ID {process.uid}")
    yield from process.print(name)
    return 0


@tool("groups")
def groups(process: Process) -> Run[int]:
    """Print the user's groups, or those of users that are named."""
    names = parse(process.argv, "", unmodelled="").operands
    status = 0
    for name in names:
        user = find_user(process, name)
        if user is None:
            yield from complain(process, f"'{name}': no such user")
            status = 1
        else:
            yield from process.print(f"{name} : {name_of_gid(process, user.gid)}")
    if names:
        return status
    yield from process.print(name_of_gid(process, process.gid))
    return 0


@tool("logname")
def logname(process: Process) -> Run[int]:
    """Print who logged in: in a container nobody did."""
    raise Failure("no login name")
    yield


@tool("users", "who", "pinky")
def users(process: Process) -> Run[int]:
    """Print who is logged in: in a container nobody is."""
    options = parse(process.argv, "a,all b,boot d,dead H,heading l,login m p,process q,count r,runlevel s t,time T u")
    if options.last_of("ablpqrtHdm") or process.argv[0].endswith("pinky"):
        raise Unmodelled("anything but a list of who is logged in")
    return 0
    yield


@tool("hostid")
def hostid(process: Process) -> Run[int]:
    """Print the number of this host: its address in a mixed order, as the C library makes it."""
    rows = [line.partition("#")[0].split() for line in process.peek("/etc/hosts").decode().splitlines()]
    own = [row[0] for row in rows if process.machine.hostname in row[1:]]
    parts = [int(part) for part in (own or ["127.0.0.1"])[0].split(".") if part.isdecimal()]
    number = int.from_bytes(bytes(parts), "little") if len(parts) == 4 else 0
    yield from process.print(f"{(number << 16 | number >> 16) & 0xFFFFFFFF:08x}")
    return 0


@tool("hostname")
def hostname(process: Process) -> Run[int]:
    """Print the host's name, its full name, or its addresses."""
    options = parse(
        process.argv,
        "f,fqdn,long i,ip-address I,all-ip-addresses s,short d,domain a,alias A,all-fqdns F,file: b,boot",
    )
    if options.operands or "F" in options:
        raise Unmodelled("setting the host's name")
    name = process.machine.hostname
    match options.last_of("fiIsdaA"):
        case "f" | "A":
            text = yield from full_name(process)
        case "i":
            try:
                text = " ".join((yield from process.resolve(name)))
            except ResolveError as error:
                raise Failure(error.text) from None
        case "I":
            text = f"{process.machine.interface.address} "
        case "s":
            text = name.partition(".")[0]
        case "d":
            text = (yield from full_name(process)).partition(".")[2]
        case "a":
            text = " ".join(_names_in_hosts(process, name)[1:])
        case _:
            text = name
    yield from process.print(text)
    return 0


def full_name(process: Process) -> Run[str]:
    """The host's name with its domain: the first name in its line of /etc/hosts."""
    name = process.machine.hostname
    names = _names_in_hosts(process, name)
    if names:
        return names[0]
    try:
        yield from process.resolve(name)
    except ResolveError as error:
        raise Failure(error.text) from None
    return name


def _names_in_hosts(process: Process, name: str) -> list[str]:
    for line in process.peek("/etc/hosts").decode().splitlines():
        names = line.partition("#")[0].split()[1:]
        if name in names:
            return names
    return []


@tool("tty")
def tty(process: Process) -> Run[int]:
    """Print the terminal on standard input."""
    options = parse(process.argv, "s,silent,quiet")
    terminal = 0 in process.files and process.files[0].is_terminal
    if "s" not in options:
        yield from process.print("/dev/pts/0" if terminal else "not a tty")
    return 0 if terminal else 1


@tool("logger")
def logger(process: Process) -> Run[int]:
    """Write to the system log, which nobody reads here; with -s also to standard error."""
    options = parse(process.argv, "s,stderr t,tag: p,priority: i f,file:")
    text = " ".join(options.operands)
    if not options.operands:
        text = "\n".join((yield from Lines(process, 0).all()))
    process.record("log", raw(text))
    if "s" in options:
        yield from write_text(process, f"{options['t'] or 'root'}: {raw(text)}\n", 2)
    return 0


@tool("stty")
def stty(process: Process) -> Run[int]:
    """Settings of the terminal, where there is one."""
    if not (0 in process.files and process.files[0].is_terminal):
        yield from complain(process, "'standard input': Inappropriate ioctl for device")
        return 1
    if process.argv[1:] == ["size"]:
        yield from process.print("24 80")
    return 0


@tool("true")
def true(process: Process) -> Run[int]:
    """Do nothing, successfully."""
    return 0
    yield


@tool("false")
def false(process: Process) -> Run[int]:
    """Do nothing, unsuccessfully."""
    return 1
    yield
