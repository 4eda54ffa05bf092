"""The beginning and the end of a server: initialisation in stages, start-up with recovery, shutdown."""
