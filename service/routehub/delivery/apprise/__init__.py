"""Services of Apprise, called in a room of their own: a process that can be cut off, and that reaches nothing else."""
