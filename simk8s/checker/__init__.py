"""Is there a crash, anywhere, that the scripts do not survive?"""

from simk8s.checker.checking import check

__all__ = ["check"]
