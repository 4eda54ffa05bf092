"""The terminal app: a cluster's history to watch, rewind, question and break. A face: nothing below knows of it."""
