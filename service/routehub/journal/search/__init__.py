"""Finding messages by their words: the same words on both databases, and only what the reader may read."""
