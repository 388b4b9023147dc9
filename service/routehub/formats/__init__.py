"""Pure translation between the bytes of a format and the hub's records: no database, no network, no files."""
