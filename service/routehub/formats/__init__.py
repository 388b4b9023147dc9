"""Pure translation between bytes and records: sheets, feeds. No database, no decisions."""
