"""``python -m routehub.cli``: the same as the command ``routehub``."""

from routehub.cli import main

main()
