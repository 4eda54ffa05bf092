"""The MySQL client programs, and the library with which all of them talk to a server."""
