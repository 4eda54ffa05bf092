"""The programs of a small Unix: coreutils, sed, awk, grep, find, tar, ncat, curl, nginx and their like."""

from simk8s.programs.catalogue import names_of_programs, register

register()

__all__ = ["names_of_programs"]
