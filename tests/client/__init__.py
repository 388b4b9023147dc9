"""The client from outside: real files, real sockets, real processes."""
