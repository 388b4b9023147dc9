"""Keeping what the hub has: backups that are proven by restoring them, restoring, moving to another database."""
