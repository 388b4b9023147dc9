"""Client of a Routehub."""
