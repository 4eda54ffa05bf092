"""What in a script works until the day it fails: risks that a reader can see, each with a code and a place.

Every rule tells of a command only where the script itself shows that it matters: a false alarm is as bad as a miss.
"""

from simk8s.shell.lint.finding import Finding
from simk8s.shell.lint.script import lint

__all__ = ["Finding", "lint"]
