"""Who is who: parties, routes, people and their roles, keys, sessions, and who may read what."""
