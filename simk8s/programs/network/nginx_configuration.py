"""nginx's configuration language, and the part of it that the simulated server obeys."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from simk8s.machine import Process, SyscallError
from simk8s.programs.files.wildcard import matches
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_TOKEN = re.compile(
    r"\s+|#[^\n]*|(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[{};]|(?:\\.|[^\s{};\"'])+)", re.DOTALL
)
_OBEYED = (
    "listen",
    "root",
    "index",
    "location",
    "return",
    "include",
    "server",
    "http",
    "alias",
    "autoindex",
    "error_page",
)
_WITHOUT_EFFECT = frozenset(
    {
        *("user", "worker_processes", "error_log", "access_log", "pid", "events", "worker_connections", "log_format"),
        *("sendfile", "tcp_nopush", "tcp_nodelay", "keepalive_timeout", "types", "default_type", "gzip", "server_name"),
        *("client_max_body_size", "server_tokens", "daemon", "charset", "types_hash_max_size", "use", "multi_accept"),
        *(
            "worker_rlimit_nofile",
            "gzip_types",
            "gzip_vary",
            "expires",
            "etag",
            "master_process",
            "resolver",
            "internal",
        ),
        *("server_names_hash_bucket_size", "keepalive_requests", "reset_timedout_connection", "send_timeout"),
    }
)


class ConfigurationError(Exception):
    """nginx would not start with this configuration."""


@dataclass(slots=True)
class Directive:
    """A line of the configuration: a name, its words, and the block behind it."""

    name: str
    words: list[str]
    block: list[Directive] | None
    file: str
    line: int


@dataclass(slots=True)
class Location:
    """`location [=|~|~*|^~] pattern { ... }`"""

    operator: str
    pattern: str
    root: str
    alias: str
    index: list[str]
    returns: tuple[int, str] | None


@dataclass(slots=True)
class Server:
    """A `server` block. `only` has the one address for those ports that are not listened on everywhere."""

    ports: list[int] = field(default_factory=list)
    only: dict[int, str] = field(default_factory=dict)
    root: str = "/etc/nginx/html"
    index: list[str] = field(default_factory=lambda: ["index.html"])
    locations: list[Location] = field(default_factory=list)
    returns: tuple[int, str] | None = None


def read_servers(process: Process, path: str) -> Run[list[Server]]:
    """The servers that a configuration file describes. Raises ConfigurationError, Unmodelled."""
    directives = yield from _read(process, path)
    servers: list[Server] = []
    for directive in directives:
        _check(directive)
        if directive.name == "http":
            inherited = Server()
            for inner in directive.block or []:
                _apply(inherited, inner)
            for inner in directive.block or []:
                if inner.name == "server":
                    servers.append(_server(inner, inherited))
    return servers


def _read(process: Process, path: str) -> Run[list[Directive]]:
    try:
        text = (yield from process.read_file(path)).decode("utf-8", "surrogateescape")
    except SyscallError as error:
        raise ConfigurationError(f'open() "{path}" failed ({error.errno.number}: {error.text})') from None
    words = [(m["text"], text.count("\n", 0, m.start()) + 1) for m in _TOKEN.finditer(text) if m["text"]]
    words.reverse()
    return (yield from _block(process, words, path, top=True))


def _block(process: Process, words: list[tuple[str, int]], path: str, *, top: bool = False) -> Run[list[Directive]]:
    directives: list[Directive] = []
    current: list[str] = []
    line = 1
    while words:
        word, line = words.pop()
        if word == "}" and not current and not top:
            return directives
        if word in ("{", ";") and current:
            block = (yield from _block(process, words, path)) if word == "{" else None
            name, *rest = [_unquoted(part) for part in current]
            current = []
            if name == "include":
                directives += yield from _included(process, rest[0])
            else:
                directives.append(Directive(name, rest, block, path, line))
        elif word in ("{", ";", "}"):
            raise ConfigurationError(f'unexpected "{word}" in {path}:{line}')
        else:
            current.append(word)
    if not top or current:
        raise ConfigurationError(f'unexpected end of file, expecting "}}" in {path}:{line}')
    return directives


def _included(process: Process, pattern: str) -> Run[list[Directive]]:
    pattern = pattern if pattern.startswith("/") else f"/etc/nginx/{pattern}"
    folder, _, name = pattern.rpartition("/")
    if "*" not in name:
        return (yield from _read(process, pattern))
    directives: list[Directive] = []
    names = process.listdir(folder) if process.is_directory(folder) else []
    for found in names:
        if matches(found, name):
            directives += yield from _read(process, f"{folder}/{found}")
    return directives


def _unquoted(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word[:1] in ("'", '"') and len(word) > 1 else word


def _check(directive: Directive) -> None:
    if directive.name in ("types", "map"):
        return
    if directive.name not in _OBEYED and directive.name not in _WITHOUT_EFFECT:
        raise Unmodelled(f'directive "{directive.name}" in {directive.file}:{directive.line}')
    for inner in directive.block or []:
        _check(inner)


def _server(directive: Directive, inherited: Server) -> Server:
    server = Server(root=inherited.root, index=inherited.index)
    for inner in directive.block or []:
        _apply(server, inner)
    for inner in directive.block or []:
        if inner.name == "location":
            server.locations.append(_location(inner, server))
    server.ports = server.ports or [80]
    return server


def _apply(server: Server, directive: Directive) -> None:
    match directive.name, directive.words:
        case "listen", [address, *_] if not address.startswith("["):
            host, _, port = address.rpartition(":")
            if not port.isdecimal():
                raise ConfigurationError(f'invalid port in "{address}" of the "listen" directive')
            server.ports.append(int(port))
            if host not in ("", "*"):
                server.only[int(port)] = "127.0.0.1" if host == "localhost" else host
        case "root", [path]:
            server.root = path
        case "index", names:
            server.index = names
        case "return", words:
            server.returns = _returned(words)


def _returned(words: list[str]) -> tuple[int, str]:
    code = int(words[0]) if words[0].isdecimal() else 302
    return code, " ".join(words[1:] if words[0].isdecimal() else words)


def _location(directive: Directive, server: Server) -> Location:
    operator, pattern = directive.words if len(directive.words) == 2 else ("", directive.words[0])
    location = Location(operator, pattern, server.root, "", server.index, None)
    for inner in directive.block or []:
        match inner.name, inner.words:
            case "root", [path]:
                location.root = path
            case "alias", [path]:
                location.alias = path
            case "index", names:
                location.index = names
            case "return", words:
                location.returns = _returned(words)
    return location


def choose(server: Server, path: str) -> Location | None:
    """The location that answers for a path: an exact one, the longest prefix, or the first expression that matches."""
    exact = [location for location in server.locations if location.operator == "=" and location.pattern == path]
    if exact:
        return exact[0]
    prefixes = [
        location
        for location in server.locations
        if location.operator in ("", "^~") and path.startswith(location.pattern)
    ]
    best = max(prefixes, key=lambda location: len(location.pattern), default=None)
    if best is None or best.operator != "^~":
        for location in server.locations:
            flags = re.IGNORECASE if location.operator == "~*" else 0
            if location.operator in ("~", "~*") and re.search(location.pattern, path, flags):
                return location
    return best
