"""The movements board: what one party asks its neighbour to take in, the answer, and what took place."""

from routehub.boards.movements.project import MovementsBoard

__all__ = ["MovementsBoard"]
