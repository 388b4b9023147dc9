"""What ``routehub doctor`` looks at: the machine, the database, and the hub's work."""
