"""One file per channel; each knows ``base`` and no other."""
