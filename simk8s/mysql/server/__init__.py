"""mysqld: the process around the engine: start-up, sessions, replication threads, shutdown."""
