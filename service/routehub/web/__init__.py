"""The pages: rendered on the server, complete without scripts, made live by one small script."""
