"""The doors of the hub for programs: thin, no decisions here; problem details; formats."""
