"""A small Unix: files, processes, pipes, sockets and signals, in virtual time and inside one Python process."""

from simk8s.machine.content import Content, Sparse, dense, padded
from simk8s.machine.errno import Errno, ResolveError, SyscallError
from simk8s.machine.filesystem import (
    Device,
    Directory,
    Fifo,
    File,
    FileSystem,
    Inode,
    SocketFile,
    Symlink,
    executable,
)
from simk8s.machine.handle import FileHandle, Handle, NullHandle, SinkHandle, SourceHandle
from simk8s.machine.machine import Costs, Machine
from simk8s.machine.network import Answer, Interface, Network
from simk8s.machine.process import Exec, Exit, Process
from simk8s.machine.program import PROGRAMS, Main, find_on_path, program
from simk8s.machine.socket import Link, Listener, SocketHandle

__all__ = [
    "PROGRAMS",
    "Answer",
    "Content",
    "Costs",
    "Device",
    "Directory",
    "Errno",
    "Exec",
    "Exit",
    "Fifo",
    "File",
    "FileHandle",
    "FileSystem",
    "Handle",
    "Inode",
    "Interface",
    "Link",
    "Listener",
    "Machine",
    "Main",
    "Network",
    "NullHandle",
    "Process",
    "ResolveError",
    "SinkHandle",
    "SocketFile",
    "SocketHandle",
    "SourceHandle",
    "Sparse",
    "Symlink",
    "SyscallError",
    "dense",
    "executable",
    "find_on_path",
    "padded",
    "program",
]
