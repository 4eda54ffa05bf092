"""curl, for plain HTTP."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from simk8s.machine import Errno, Process, ResolveError, SocketHandle, SyscallError
from simk8s.programs.network.connect import connect_first
from simk8s.programs.network.http import Address, Malformed, Message, parse_address, read_message
from simk8s.programs.options import Options, parse
from simk8s.programs.processes.duration import duration_option
from simk8s.programs.stream import cooked
from simk8s.programs.text.output import unescape
from simk8s.programs.tool import tool, whole_number
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_KNOWN = (
    "s,silent S,show-error f,fail o,output: O,remote-name L,location H,header: X,request: d,data,data-ascii: data-raw: "
    "data-binary: data-urlencode: w,write-out: I,head i,include k,insecure m,max-time: connect-timeout: retry: "
    "retry-delay: retry-connrefused retry-all-errors u,user: A,user-agent: G,get v,verbose e,referer: "
    "N,no-buffer 4,ipv4 6,ipv6 compressed max-redirs: no-progress-meter fail-with-body "
    "cacert: cert: key: noproxy: http1.1 0,http1.0 "
    "D,dump-header: g,globoff # progress-bar url: json: 1,tlsv1 tlsv1.2 "
)
_AGAIN = (408, 429, 500, 502, 503, 504)


class Trouble(Exception):
    """The transfer failed with one of curl's numbered errors."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Transfer:
    """One request and what became of it."""

    address: Address
    response: Message = field(default_factory=lambda: Message(""))
    redirects: int = 0
    started: float = 0.0
    connected: float = 0.0
    finished: float = 0.0


@tool("curl", trouble=2)
def curl(process: Process) -> Run[int]:
    """Fetch addresses."""
    options = parse(process.argv, _KNOWN)
    urls = [*options.all("url"), *options.operands]
    if not urls:
        yield from process.write(2, b"curl: try 'curl --help' or 'curl --manual' for more information\n")
        return 2
    status = 0
    outputs = list(reversed(options.all("o")))
    for url in urls:
        status = yield from _fetch(process, url, options, outputs.pop() if outputs else "")
    return status


def _fetch(process: Process, url: str, options: Options, output: str) -> Run[int]:
    attempts = whole_number(options, "retry", 0, "expected a proper numerical parameter")
    pause = 1.0
    transfer: Transfer | None = None
    while True:
        trouble: Trouble | None = None
        try:
            transfer = yield from _limited(process, url, options)
        except Trouble as error:
            trouble = error
        if attempts <= 0 or not _worth_a_retry(trouble, transfer, options):
            break
        attempts -= 1
        wait = _seconds(options, "retry-delay") if options["retry-delay"] else pause
        pause = min(pause * 2, 600.0)
        if "s" not in options:
            text = f"Warning: Transient problem: will retry in {wait:g} seconds. {attempts} retries left.\n"
            yield from process.write(2, text.encode())
        yield from process.sleep(wait)
    if trouble is None and transfer is not None:
        trouble = yield from _deliver(process, transfer, url, options, output)
    if trouble is not None and ("s" not in options or "S" in options):
        yield from process.write(2, f"curl: ({trouble.code}) {trouble}\n".encode())
    if "w" in options:
        yield from process.write(1, _write_out(process, options["w"], transfer, url, trouble).encode())
    return trouble.code if trouble else 0


def _worth_a_retry(trouble: Trouble | None, transfer: Transfer | None, options: Options) -> bool:
    if trouble is None:
        return transfer is not None and transfer.response.status in _AGAIN
    if "retry-all-errors" in options:
        return True
    return trouble.code in (6, 28) or (trouble.code == 7 and "retry-connrefused" in options)


def _seconds(options: Options, name: str) -> float:
    title = {"m": "-m"}.get(name, f"--{name}")
    return duration_option(options, name, 0, f"option {title}: expected a proper numerical parameter", 2)


def _limited(process: Process, url: str, options: Options) -> Run[Transfer]:
    """The transfer, given up after --max-time."""
    if "m" not in options:
        return (yield from _transfer(process, url, options))
    limit = _seconds(options, "m")
    before = set(process.files)
    outcome: list[Transfer | Trouble] = []

    def work() -> Run[None]:
        try:
            outcome.append((yield from _transfer(process, url, options)))
        except Trouble as trouble:
            outcome.append(trouble)

    task = process.thread(work())
    yield process.sim.any_of(task, process.sim.sleep(limit))
    if not outcome:
        task.kill()
        for fd in sorted(set(process.files) - before):
            process.close(fd)
        raise Trouble(28, f"Operation timed out after {int(limit * 1000) + 1} milliseconds with 0 bytes received")
    if isinstance(outcome[0], Trouble):
        raise outcome[0]
    return outcome[0]


def _transfer(process: Process, url: str, options: Options) -> Run[Transfer]:
    try:
        address = parse_address(url)
    except ValueError:
        raise Trouble(3, "URL using bad/illegal format or missing URL") from None
    transfer = Transfer(address, started=process.sim.now)
    method, body = _method_and_body(options)
    while True:
        if transfer.address.scheme == "https":
            raise Unmodelled("https")
        if transfer.address.scheme != "http":
            raise Trouble(1, f'Protocol "{transfer.address.scheme}" not supported or disabled in libcurl')
        yield from _exchange(process, transfer, method, body, options)
        location = transfer.response.header("Location")
        if "L" not in options or not location or not 300 <= transfer.response.status < 400:
            transfer.finished = process.sim.now
            return transfer
        transfer.redirects += 1
        if transfer.redirects > int(options["max-redirs"] or 50):
            raise Trouble(47, f"Maximum ({options['max-redirs'] or 50}) redirects followed")
        transfer.address = transfer.address.joined(location)
        if transfer.response.status in (301, 302, 303) and method == "POST":
            method, body = "GET", b""


def _method_and_body(options: Options) -> tuple[str, bytes]:
    parts: list[str] = []
    for name, value in options.given:
        if name in ("d", "data-raw", "data-binary", "json"):
            parts.append(value)
        elif name == "data-urlencode":
            key, equals, text = value.partition("=")
            parts.append(f"{key}={quote_plus(text)}" if equals else quote_plus(key))
    if any(part.startswith("@") for name, part in options.given if name in ("d", "data-binary")):
        raise Unmodelled("'-d @file'")
    body = "&".join(parts).encode("utf-8", "surrogateescape") if "G" not in options else b""
    method = "HEAD" if "I" in options else "POST" if parts and "G" not in options else "GET"
    return options["X"] or method, body


def _exchange(process: Process, transfer: Transfer, method: str, body: bytes, options: Options) -> Run[None]:
    address = transfer.address
    patience = _seconds(options, "connect-timeout") if "connect-timeout" in options else None
    started = process.sim.now
    try:
        socket = yield from connect_first(process, address.host, address.port, patience)
    except ResolveError:
        raise Trouble(6, f"Could not resolve host: {address.host}") from None
    except SyscallError as error:
        if error.errno is Errno.ETIMEDOUT:
            spent = int((process.sim.now - started) * 1000)
            raise Trouble(28, f"Connection timed out after {spent} milliseconds") from None
        raise Trouble(7, f"Failed to connect to {address.host} port {address.port}: {error.text}") from None
    transfer.connected = process.sim.now
    fd = process.install(socket, private=True)
    request = _request(address, method, body, options)
    if "v" in options:
        yield from _show_lines(process, ">", request.head())
    try:
        yield from socket.write(process, request.encoded())
        response = yield from _response(process, socket, method)
    except SyscallError as error:
        raise Trouble(56, f"Recv failure: {error.text}") from None
    except Malformed:
        raise Trouble(1, "Received HTTP/0.9 when not allowed") from None
    if response is None:
        raise Trouble(52, "Empty reply from server")
    transfer.response = response
    if "v" in options:
        yield from _show_lines(process, "<", response.head())
    process.close(fd)


def _response(process: Process, socket: SocketHandle, method: str) -> Run[Message | None]:
    return (yield from read_message(process, socket, body=method != "HEAD"))


def _request(address: Address, method: str, body: bytes, options: Options) -> Message:
    path = address.path
    if "G" in options and "d" in options:
        path += ("&" if "?" in path else "?") + "&".join(options.all("d"))
    headers = [("Host", address.authority)]
    credentials = options["u"] or address.credentials
    if credentials:
        headers.append(("Authorization", "Basic " + base64.b64encode(credentials.encode()).decode()))
    headers += [("User-Agent", options.get("A", "curl/7.64.0")), ("Accept", "*/*")]
    if "e" in options:
        headers.append(("Referer", options["e"]))
    if body or method in ("POST", "PUT"):
        kind = "application/json" if "json" in options else "application/x-www-form-urlencoded"
        headers += [("Content-Length", str(len(body))), ("Content-Type", kind)]
    for text in options.all("H"):
        name, _, value = text.partition(":")
        headers = [pair for pair in headers if pair[0].lower() != name.lower()]
        if value.strip():
            headers.append((name, value.strip()))
    return Message(f"{method} {path} HTTP/1.1", headers, body)


def _show_lines(process: Process, mark: str, head: str) -> Run[None]:
    text = "".join(f"{mark} {line}\n" for line in head.replace("\r", "").split("\n")[:-1])
    yield from process.write(2, text.encode("utf-8", "surrogateescape"))


def _deliver(process: Process, transfer: Transfer, url: str, options: Options, output: str) -> Run[Trouble | None]:
    """Write the response where it belongs; with -f an error of the server's is one of curl's."""
    response = transfer.response
    failed = response.status >= 400 and ("f" in options or "fail-with-body" in options)
    trouble = None
    if failed:
        reason = response.start.partition(" ")[2]
        trouble = Trouble(22, f"The requested URL returned error: {reason}")
        if "f" in options:
            return trouble
    data = response.body
    if "i" in options or "I" in options:
        data = response.head().encode("utf-8", "surrogateescape") + data
    if "D" in options:
        yield from process.write_file(options["D"], response.head().encode("utf-8", "surrogateescape"))
    if "O" in options and not output:
        output = transfer.address.path.rpartition("/")[2].partition("?")[0]
        if not output:
            return Trouble(23, "Remote file name has no length!")
    if not output or output == "-":
        yield from process.write(1, data)
        return trouble
    try:
        yield from process.write_file(output, data)
    except SyscallError:
        return Trouble(23, "Failed writing received data to disk/application")
    return trouble


def _write_out(process: Process, layout: str, transfer: Transfer | None, url: str, trouble: Trouble | None) -> str:
    done = transfer if trouble is None or trouble.code == 22 else None
    values = {
        "http_code": f"{done.response.status:03d}" if done else "000",
        "response_code": f"{done.response.status:03d}" if done else "000",
        "size_download": str(len(done.response.body)) if done else "0",
        "time_total": f"{(done.finished - done.started) if done else 0:.6f}",
        "time_connect": f"{(done.connected - done.started) if done else 0:.6f}",
        "url_effective": url
        if done is None
        else f"{done.address.scheme}://{done.address.authority}{done.address.path}",
        "num_redirects": str(done.redirects) if done else "0",
        "content_type": done.response.header("Content-Type") if done else "",
        "redirect_url": done.response.header("Location") if done else "",
        "exitcode": str(trouble.code if trouble else 0),
        "errormsg": str(trouble) if trouble else "",
    }
    text, _ = unescape(layout)
    for name, value in values.items():
        text = text.replace(f"%{{{name}}}", value)
    if "%{" in text:
        raise Unmodelled("'%{" + text.partition("%{")[2].partition("}")[0] + "}'")
    return cooked(text.replace("%%", "%"))
