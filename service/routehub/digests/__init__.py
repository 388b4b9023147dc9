"""What the hub compiles on schedule: the weekly agenda digest. A digest is a message like any other (ARCHITECTURE)."""
