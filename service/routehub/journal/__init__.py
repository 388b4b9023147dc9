"""The ordered record of all accepted messages, its feeds, its one writer, and the bell that says "look"."""
