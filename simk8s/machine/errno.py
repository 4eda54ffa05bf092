"""Why a system call failed: POSIX's names and the texts that programs print for them."""

from __future__ import annotations

from enum import Enum


class Errno(Enum):
    """An error number with its Linux value and `strerror` text."""

    EPERM = (1, "Operation not permitted")
    ENOENT = (2, "No such file or directory")
    ESRCH = (3, "No such process")
    EINTR = (4, "Interrupted system call")
    EIO = (5, "Input/output error")
    ENOEXEC = (8, "Exec format error")
    EBADF = (9, "Bad file descriptor")
    ECHILD = (10, "No child processes")
    EAGAIN = (11, "Resource temporarily unavailable")
    EACCES = (13, "Permission denied")
    EBUSY = (16, "Device or resource busy")
    EEXIST = (17, "File exists")
    EXDEV = (18, "Invalid cross-device link")
    ENOTDIR = (20, "Not a directory")
    EISDIR = (21, "Is a directory")
    EINVAL = (22, "Invalid argument")
    ENOSPC = (28, "No space left on device")
    ESPIPE = (29, "Illegal seek")
    EROFS = (30, "Read-only file system")
    EPIPE = (32, "Broken pipe")
    ENOTEMPTY = (39, "Directory not empty")
    ELOOP = (40, "Too many levels of symbolic links")
    EADDRINUSE = (98, "Address already in use")
    EADDRNOTAVAIL = (99, "Cannot assign requested address")
    ENETUNREACH = (101, "Network is unreachable")
    ECONNRESET = (104, "Connection reset by peer")
    ENOTCONN = (107, "Transport endpoint is not connected")
    ETIMEDOUT = (110, "Connection timed out")
    ECONNREFUSED = (111, "Connection refused")
    EHOSTUNREACH = (113, "No route to host")

    @property
    def number(self) -> int:
        return self.value[0]

    @property
    def text(self) -> str:
        return self.value[1]


class SyscallError(Exception):
    """A system call failed. Programs catch it and print `subject: strerror`, as real ones do."""

    def __init__(self, errno: Errno, subject: str = "") -> None:
        super().__init__(f"{subject}: {errno.text}" if subject else errno.text)
        self.errno = errno
        self.subject = subject

    @property
    def text(self) -> str:
        return self.errno.text


class ResolveError(Exception):
    """A host name could not be turned into an address (`getaddrinfo`)."""

    def __init__(self, name: str, *, temporary: bool = False) -> None:
        text = "Temporary failure in name resolution" if temporary else "Name or service not known"
        super().__init__(text)
        self.name = name
        self.temporary = temporary
        self.text = text
