"""The pattern language awk, as mawk speaks it."""
