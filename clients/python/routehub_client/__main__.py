"""`python -m routehub_client` is `rh`."""

from routehub_client.cli import main

main()
