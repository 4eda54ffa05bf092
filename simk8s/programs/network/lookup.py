"""Programs that ask name servers and libc: getent, nslookup, dig, host."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.machine import Process, ResolveError
from simk8s.machine.network import Answer, name_servers, query, search_candidates
from simk8s.programs.accounts import find_user, groups, users
from simk8s.programs.options import parse
from simk8s.programs.processes.duration import duration_option
from simk8s.programs.tool import Failure, tool, whole_number
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_SERVICES = {"ssh": 22, "domain": 53, "http": 80, "https": 443, "mysql": 3306}
TTL_SECONDS = 30  # DNS-1: what the cluster's name server gives


@tool("getent")
def getent(process: Process) -> Run[int]:
    """Look something up in libc's databases: hosts, passwd, group, services."""
    options = parse(process.argv, "s,service: i,no-idn", permute=False)
    if not options.operands:
        raise Failure("wrong number of arguments\nTry `getent --help' or `getent --usage' for more information.")
    database, *keys = options.operands
    status = 0
    match database:
        case "hosts" | "ahosts" | "ahostsv4":
            for key in keys:
                if not (yield from _hosts(process, database, key)):
                    status = 2
            if not keys:
                for line in process.peek("/etc/hosts").decode().splitlines():
                    address, *names = line.partition("#")[0].split() or [""]
                    if names:
                        yield from process.print(f"{address:<15} {' '.join(names)}")
        case "passwd":
            found = [find_user(process, key) for key in keys] if keys else list(users(process))
            for user in found:
                if user is None:
                    status = 2
                else:
                    yield from process.print(f"{user.name}:x:{user.uid}:{user.gid}::{user.home}:{user.shell}")
        case "group":
            table = groups(process)
            for key in keys or list(table):
                name = next((name for name, gid in table.items() if key in (name, str(gid))), None)
                if name is None:
                    status = 2
                else:
                    yield from process.print(f"{name}:x:{table[name]}:")
        case "services":
            for key in keys:
                if key in _SERVICES:
                    yield from process.print(f"{key:<21} {_SERVICES[key]}/tcp")
                else:
                    status = 2
        case "ahostsv6" | "networks" | "protocols" | "shadow" | "netgroup" | "initgroups" | "ethers" | "rpc":
            raise Unmodelled(f"database '{database}'")
        case _:
            raise Failure(
                f"Unknown database: {database}\nTry `getent --help' or `getent --usage' for more information."
            )
    return status


def _hosts(process: Process, database: str, name: str) -> Run[bool]:
    names = _line_in_hosts(process, name)
    try:
        addresses = yield from process.resolve(name)
        if not names and not is_address(name):  # the full name, as the name server has it
            found = yield from ask(process, name_servers(process)[0], name, "A", search=True)
            names = [found.name]
    except (ResolveError, IndexError):
        return False
    names = names or [name]
    if database == "hosts":
        for address in addresses:
            yield from process.print(f"{address:<15} {' '.join(names)}")
        return True
    for address in addresses:
        for kind in ("STREAM", "DGRAM", "RAW"):
            shown = f" {names[0]}" if kind == "STREAM" and address == addresses[0] else ""
            yield from process.print(f"{address:<15} {kind:<6}{shown}".rstrip())
    return True


def _line_in_hosts(process: Process, name: str) -> list[str]:
    for line in process.peek("/etc/hosts").decode().splitlines():
        _, *names = line.partition("#")[0].split() or [""]
        if name in names:
            return names
    return []


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, and the full name it is for."""

    name: str
    answer: Answer


def ask(process: Process, server: str, name: str, kind: str, *, search: bool) -> Run[Found]:
    """Ask a name server about a name, with or without the search list. Raises ResolveError where nobody answers."""
    candidates = search_candidates(process, name) if search else [name]
    last = Found(name, Answer(exists=False))
    for candidate in candidates:
        last = Found(candidate.rstrip("."), (yield from query(process, server, candidate, kind)))
        if last.answer.records:
            return last
    return Found(name, last.answer)


def _servers(process: Process, wanted: str) -> Run[list[str]]:
    if not wanted:
        return name_servers(process)
    try:
        return (yield from process.resolve(wanted))
    except ResolveError:
        raise Failure(f"couldn't get address for '{wanted}': not found") from None


def reversed_name(address: str) -> str:
    """`4.3.2.1.in-addr.arpa` for `1.2.3.4`."""
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa"


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 address."""
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdecimal() and int(part) < 256 for part in parts)


@tool("nslookup")
def nslookup(process: Process) -> Run[int]:
    """Ask the name server, as BIND's nslookup prints it."""
    return (yield from _nslookup(process, "#53"))


@tool("busybox-nslookup")
def busybox_nslookup(process: Process) -> Run[int]:
    """Ask the name server, as busybox 1.29 and later print it."""
    return (yield from _nslookup(process, ":53"))


def _nslookup(process: Process, port: str) -> Run[int]:
    words = process.argv[1:]
    kind = "A"
    for word in [word for word in words if word.startswith("-")]:
        key, _, value = word.lstrip("-").partition("=")
        if key not in ("type", "querytype", "q", "query") or value.upper() not in ("A", "SRV", "PTR", "ANY"):
            raise Unmodelled(f"option '{word}'")
        kind = "A" if value.upper() == "ANY" else value.upper()
    names = [word for word in words if not word.startswith("-")]
    if not names:
        raise Unmodelled("the interactive mode")
    servers = yield from _servers(process, names[1] if len(names) > 1 else "")
    if not servers:
        raise Failure(";; connection timed out; no servers could be reached")
    name = names[0]
    if is_address(name):
        kind, name = "PTR", reversed_name(name)
    try:
        found = yield from ask(process, servers[0], name, kind, search=kind != "PTR")
    except ResolveError:
        yield from process.print(";; connection timed out; no servers could be reached\n")
        return 1
    yield from process.print(f"Server:\t\t{servers[0]}\nAddress:\t{servers[0]}{port}\n")
    if not found.answer.records:
        reason = "NXDOMAIN" if not found.answer.exists else "No answer"
        text = f"** server can't find {name}: {reason}" if reason == "NXDOMAIN" else f"*** Can't find {name}: No answer"
        yield from process.print(f"{text}\n")
        return 1
    for record in found.answer.records:
        if kind == "A":
            yield from process.print(f"Name:\t{found.name}\nAddress: {record}")
        else:
            word = "service" if kind == "SRV" else "name"
            yield from process.print(f"{found.name}\t{word} = {record.rstrip('.')}.")
    yield from process.print("")
    return 0


@tool("busybox-nslookup-1.28")
def old_busybox_nslookup(process: Process) -> Run[int]:
    """nslookup of busybox up to 1.28, which asks libc and so follows the search list and /etc/hosts."""
    names = process.argv[1:]
    if not names:
        raise Failure("Usage: nslookup [HOST] [SERVER]")
    servers = yield from _servers(process, names[1] if len(names) > 1 else "")
    server = servers[0] if servers else "127.0.0.1"
    yield from process.print(f"Server:    {server}\nAddress 1: {server}{yield from _called(process, server)}\n")
    try:
        addresses = yield from process.resolve(names[0])
    except ResolveError:
        raise Failure(f"can't resolve '{names[0]}'") from None
    yield from process.print(f"Name:      {names[0]}")
    for number, address in enumerate(addresses, 1):
        yield from process.print(f"Address {number}: {address}{yield from _called(process, address)}")
    return 0


def _called(process: Process, address: str) -> Run[str]:
    """The name that a reverse lookup gives, behind a blank."""
    for server in name_servers(process)[:1]:
        answer = yield from query(process, server, reversed_name(address), "PTR")
        if answer.records:
            return " " + answer.records[0].rstrip(".")
    return ""


@tool("dig")
def dig(process: Process) -> Run[int]:
    """Ask the name server: `dig [@server] [-x address | name] [A|SRV|PTR] [+short] [+search]`."""
    kind, name, server, short, search, answer_only = "A", "", "", False, False, False
    words = list(process.argv[1:])
    while words:
        word = words.pop(0)
        if word.startswith("@"):
            server = word[1:]
        elif word.startswith("+"):
            short = short or word == "+short"
            search = search or word == "+search"
            answer_only = answer_only or word == "+answer"
            if word.partition("=")[0] not in _DIG_FLAGS:
                raise Unmodelled(f"option '{word}'")
        elif word == "-x" and words:
            kind, name = "PTR", reversed_name(words.pop(0))
        elif word in ("-t", "-q") and words:
            kind, name = (words.pop(0).upper(), name) if word == "-t" else (kind, words.pop(0))
        elif word.startswith("-"):
            raise Unmodelled(f"option '{word}'")
        elif word.upper() in ("A", "SRV", "PTR", "ANY"):
            kind = word.upper()
        elif word.upper() not in ("IN",):
            name = word
    if kind not in ("A", "SRV", "PTR"):
        raise Unmodelled(f"record type {kind}")
    servers = yield from _servers(process, server)
    try:
        if not servers:
            raise ResolveError(name, temporary=True)
        found = yield from ask(process, servers[0], name, kind, search=search)
    except ResolveError:
        yield from process.print(";; connection timed out; no servers could be reached")
        return 9
    if short:
        for record in found.answer.records:
            yield from process.print(record if kind == "A" else record.rstrip(".") + ".")
        return 0
    full = f"{found.name.rstrip('.')}."
    code = "NOERROR" if found.answer.exists else "NXDOMAIN"
    count = len(found.answer.records)
    lines = [f"; <<>> DiG <<>> {' '.join(process.argv[1:])}", ";; global options: +cmd", ";; Got answer:"]
    lines.append(f";; ->>HEADER<<- opcode: QUERY, status: {code}, id: 1")
    lines.append(f";; flags: qr aa rd ra; QUERY: 1, ANSWER: {count}, AUTHORITY: 0, ADDITIONAL: 0")
    lines += ["", ";; QUESTION SECTION:", f";{full}\t\tIN\t{kind}", ""]
    records = [
        f"{full}\t{TTL_SECONDS}\tIN\t{kind}\t{r if kind == 'A' else r.rstrip('.') + '.'}" for r in found.answer.records
    ]
    if records:
        lines += [";; ANSWER SECTION:", *records, ""]
    lines.append(f";; SERVER: {servers[0]}#53({servers[0]})")
    yield from process.print("\n".join(records if "+noall" in process.argv and answer_only else lines))
    return 0


_DIG_FLAGS = frozenset(
    {"+short", "+search", "+nosearch", "+noall", "+answer", "+nocomments", "+nostats", "+time", "+tries", "+noquestion"}
    | {"+nocmd", "+tcp", "+notcp", "+recurse", "+norecurse", "+timeout", "+retry"}
)


@tool("host")
def host(process: Process) -> Run[int]:
    """Ask the name server, in sentences."""
    options = parse(process.argv, "t: W: a v")
    kind = options.get("t", "A").upper()
    if kind not in ("A", "SRV", "PTR"):
        raise Unmodelled(f"record type {kind}")
    operands = options.operands
    name = operands[0] if operands else ""
    if is_address(name):
        kind, name = "PTR", reversed_name(name)
    try:
        servers = yield from _servers(process, operands[1] if len(operands) > 1 else "")
        if not servers:
            raise ResolveError(name, temporary=True)
        found = yield from ask(process, servers[0], name, kind, search=True)
    except ResolveError:
        yield from process.print(";; connection timed out; no servers could be reached")
        return 1
    if not found.answer.records:
        reason = "not found: 3(NXDOMAIN)" if not found.answer.exists else f"has no {kind} record"
        yield from process.print(f"Host {name} {reason}" if "NX" in reason else f"{name} {reason}")
        return 1 if "NX" in reason else 0
    word = {"A": "has address", "SRV": "has SRV record", "PTR": "domain name pointer"}[kind]
    for record in found.answer.records:
        yield from process.print(f"{found.name} {word} {record if kind == 'A' else record.rstrip('.') + '.'}")
    return 0


@tool("ping")
def ping(process: Process) -> Run[int]:
    """Whether a host answers: `-c COUNT`, `-W SECONDS`."""
    options = parse(process.argv, "c: W: w: q i: n 4 s: t:")
    if not options.operands:
        raise Failure("usage error: Destination address required", 2)
    name = options.operands[0]
    try:
        address = (yield from process.resolve(name))[0]
    except ResolveError as error:
        raise Failure(f"{name}: {error.text}", 2) from None
    interface = process.machine.interface
    network = interface.network
    quiet = "q" in options
    yield from process.print(f"PING {name} ({address}) 56(84) bytes of data.")
    sent = received = 0
    most = whole_number(options, "c", 1 << 30, "invalid argument")
    pause = duration_option(options, "i", 1, "bad timing interval: {}")
    patience = duration_option(options, "W", 10, "bad linger time: {}")
    while sent < most:
        sent += 1
        link = network.link(interface.address, address)
        local = interface.is_local(address)
        if local or (address in network.interfaces and not link.cut):
            seconds = 0.00005 if local else 2 * link.latency_seconds
            yield from process.sleep(seconds)
            received += 1
            if not quiet:
                line = f"64 bytes from {address}: icmp_seq={sent} ttl=64 time={seconds * 1000:.3f} ms"
                yield from process.print(line)
            if sent < most:
                yield from process.sleep(pause)
        else:
            yield from process.sleep(patience)
    loss = round(100 * (sent - received) / sent)
    yield from process.print(f"\n--- {name} ping statistics ---")
    yield from process.print(f"{sent} packets transmitted, {received} received, {loss}% packet loss, time 0ms")
    return 0 if received else 1
