"""What the command line and the option files say about a connection: the same for all client programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from simk8s.mysql.client.arguments import Option
from simk8s.mysql.client.connection import DEFAULT_PORT, DEFAULT_SOCKET, Target

if TYPE_CHECKING:
    from simk8s.machine import Process

CONNECTION_OPTIONS = (
    Option("host", "h", "required"),
    Option("user", "u", "required"),
    Option("password", "p", "optional"),
    Option("port", "P", "required"),
    Option("socket", "S", "required"),
    Option("protocol", "", "required"),
    Option("connect-timeout", "", "required"),
    Option("default-character-set", "", "required"),
    Option("ssl-mode", "", "required"),
    Option("ssl"),
    Option("compress", "C"),
    Option("no-defaults"),
    Option("version", "V"),
    Option("help", "?"),
)
_PROTOCOLS = ("tcp", "socket")
_VARIABLES = ("MYSQL_HOST", "MYSQL_TCP_PORT", "MYSQL_UNIX_PORT", "MYSQL_PWD")


class Settings:
    """Connection settings as they are collected, option by option; the last one counts."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.host = environ.get("MYSQL_HOST", "")
        self.port = _number(environ.get("MYSQL_TCP_PORT", ""), DEFAULT_PORT)
        self.socket = environ.get("MYSQL_UNIX_PORT", DEFAULT_SOCKET)
        self.user = ""
        self.password: str | None = environ.get("MYSQL_PWD")
        self.protocol = ""
        self.database = ""
        self.connect_timeout: float | None = None
        self.asks_password = False
        self.password_on_command_line = False

    def take(self, name: str, value: str | None, *, from_command_line: bool = True) -> bool:
        """Take one option; False where it is not about the connection. Raises ValueError for a bad value."""
        text = value or ""
        match name:
            case "host":
                self.host = text
            case "user":
                self.user = text
            case "password":
                self.password, self.asks_password = value, value is None
                self.password_on_command_line |= from_command_line and bool(value)
            case "skip-password":
                self.password, self.asks_password = "", False
            case "port":
                self.port = _number(text, DEFAULT_PORT)
            case "socket":
                self.socket = text or DEFAULT_SOCKET
            case "protocol":
                if text.lower() not in _PROTOCOLS:
                    raise ValueError(f"Unknown option to protocol: {text}")
                self.protocol = text.lower()
            case "connect-timeout":
                self.connect_timeout = float(_number(text, 0)) or None
            case "default-character-set" | "ssl-mode" | "ssl" | "skip-ssl" | "compress" | "no-defaults":
                pass
            case _:
                return False
        return True

    def target(self, user: str) -> Target:
        """Where to connect; as `user`, the operating system's, where none is named (SQL-4)."""
        return Target(
            self.host,
            self.port,
            self.socket,
            self.user or user,
            self.password,
            self.database,
            self.protocol,
            self.connect_timeout,
        )


def environment(process: Process) -> tuple[tuple[str, str], ...]:
    """The variables that say something about connections."""
    environ = process.environ
    return tuple([(name, environ[name]) for name in _VARIABLES if name in environ])


def user_name(process: Process) -> str:
    """The name of the process's user in /etc/passwd, or `UNKNOWN_USER`."""
    if process.uid == 0:
        return "root"
    for line in process.peek("/etc/passwd").decode(errors="replace").splitlines():
        fields: Sequence[str] = line.split(":")
        if len(fields) > 2 and fields[2] == str(process.uid):
            return fields[0]
    return process.environ.get("USER") or process.environ.get("LOGNAME") or "UNKNOWN_USER"


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() else default
