"""Open streams: what was committed goes at once to every listener that may read it, from memory."""
