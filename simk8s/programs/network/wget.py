"""wget, as GNU has it and as busybox has it; plain HTTP."""

from __future__ import annotations

from simk8s.machine import Errno, Process, ResolveError, SyscallError
from simk8s.programs.network.connect import connect_first
from simk8s.programs.network.http import Address, Malformed, Message, parse_address, read_message
from simk8s.programs.options import Options, parse
from simk8s.programs.processes.duration import parse_duration
from simk8s.programs.tool import Failure, complain, tool, whole_number
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_KNOWN = (
    "q,quiet O,output-document: T,timeout: t,tries: spider S,server-response header: post-data: no-check-certificate "
    "P,directory-prefix: U,user-agent: no-verbose v,verbose connect-timeout: retry-connrefused "
    "waitretry: w,wait: Y,proxy: progress: show-progress 4,inet4-only"
)
_MOST_REDIRECTIONS = 20


@tool("wget")
def wget(process: Process) -> Run[int]:
    """GNU wget: 4 for trouble with the network, 8 where the server says no; 20 tries."""
    options = parse(["--no-verbose" if word == "-nv" else word for word in process.argv], _KNOWN)
    status = 0
    for url in _urls(options):
        tries = whole_number(options, "t", 20, "--tries: invalid number") or 1 << 30
        while True:
            tries -= 1
            code, again = yield from _gnu(process, url, options)
            if code == 0 or not again or tries <= 0:
                break
            yield from process.sleep(min(10, whole_number(options, "waitretry", 1, "--waitretry: invalid time period")))
        status = status or code
    return status


def _urls(options: Options) -> list[str]:
    if not options.operands:
        raise Failure("missing URL\nUsage: wget [OPTION]... [URL]...")
    return options.operands


def _gnu(process: Process, url: str, options: Options) -> Run[tuple[int, bool]]:
    """One try: the status, and whether another one makes sense."""
    address = _address(url)
    loud = "q" not in options and "no-verbose" not in options
    try:
        response = yield from _get(process, address, options)
    except ResolveError as error:
        yield from complain(process, f"unable to resolve host address '{address.host}'") if loud else _silence(error)
        return 4, False
    except SyscallError as error:
        if loud:
            text = f"Connecting to {address.authority}... failed: {error.text}.\n"
            yield from process.write(2, text.encode())
        refused = error.errno is Errno.ECONNREFUSED
        return 4, not refused or "retry-connrefused" in options
    except Malformed:
        return 8, False
    if response.status >= 400:
        reason = response.start.split(" ", 2)[2:] or [""]
        if loud:
            yield from process.write(2, f"ERROR {response.status}: {reason[0]}.\n".encode())
        return 8, False
    yield from _save(process, address, response, options)
    return 0, False


def _silence(_: Exception) -> Run[None]:
    return
    yield


@tool("busybox-wget")
def busybox_wget(process: Process) -> Run[int]:
    """busybox's wget: one try, 1 for any trouble."""
    options = parse(["--no-verbose" if word == "-nv" else word for word in process.argv], _KNOWN)
    for url in _urls(options):
        address = _address(url)
        try:
            resolved = (yield from process.resolve(address.host))[0]
        except ResolveError:
            raise Failure(f"bad address '{address.host}'") from None
        if "q" not in options:
            yield from process.write(2, f"Connecting to {address.authority} ({resolved}:{address.port})\n".encode())
        try:
            response = yield from _get(process, address, options)
        except SyscallError as error:
            if error.errno is Errno.ETIMEDOUT and "T" in options:
                raise Failure("download timed out") from None
            raise Failure(f"can't connect to remote host ({resolved}): {error.text}") from None
        except (Malformed, ResolveError):
            raise Failure("error getting response") from None
        if response.status >= 400:
            raise Failure(f"server returned error: {response.start}")
        yield from _save(process, address, response, options)
    return 0


def _address(url: str) -> Address:
    try:
        address = parse_address(url)
    except ValueError:
        raise Failure(f"not an http or ftp url: {url}") from None
    if address.scheme != "http":
        raise Unmodelled(address.scheme)
    return address


def _get(process: Process, address: Address, options: Options) -> Run[Message]:
    patience = parse_duration(options["T"] or options["connect-timeout"]) if "T" in options else None
    method = "HEAD" if "spider" in options else "POST" if "post-data" in options else "GET"
    body = options["post-data"].encode()
    for _ in range(_MOST_REDIRECTIONS):
        socket = yield from connect_first(process, address.host, address.port, patience)
        fd = process.install(socket, private=True)
        headers = [("Host", address.authority), ("User-Agent", options.get("U", "Wget")), ("Connection", "close")]
        headers += [(name, value.strip()) for name, _, value in (text.partition(":") for text in options.all("header"))]
        if body:
            headers += [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(body)))]
        yield from socket.write(process, Message(f"{method} {address.path} HTTP/1.1", headers, body).encoded())
        response = yield from read_message(process, socket, body=method != "HEAD")
        process.close(fd)
        if response is None:
            raise SyscallError(Errno.ECONNRESET)
        if "S" in options:
            yield from process.write(2, f"  {response.head().strip()}\n".replace("\r\n", "\n  ").encode())
        location = response.header("Location")
        if not location or not 300 <= response.status < 400:
            return response
        address = address.joined(location)
    raise Failure(f"{_MOST_REDIRECTIONS} redirections exceeded.", 8)


def _save(process: Process, address: Address, response: Message, options: Options) -> Run[None]:
    if "spider" in options:
        return
    name = options["O"] or address.path.rpartition("/")[2].partition("?")[0] or "index.html"
    if name == "-":
        yield from process.write(1, response.body)
        return
    path = f"{options['P']}/{name}" if "P" in options and "O" not in options else name
    try:
        yield from process.write_file(path, response.body)
    except SyscallError as error:
        raise Failure(f"{path}: {error.text}", 3) from None
