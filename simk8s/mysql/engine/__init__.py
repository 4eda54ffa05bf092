"""The running server: sessions, transactions, execution of statements."""
