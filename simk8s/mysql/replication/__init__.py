"""Replication on the replica's side: what is remembered, CHANGE MASTER, the relay log, applying events."""
