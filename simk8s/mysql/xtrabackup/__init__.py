"""Percona XtraBackup 2.4: backups of a running server as a stream, and making them consistent."""
