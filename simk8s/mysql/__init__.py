"""MySQL 5.7 as a model: data files, binary logs, SQL, accounts and replication, on a simulated machine."""
