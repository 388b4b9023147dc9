"""The measures board: steps that neighbours will feel, with the views of the others and who confirmed."""

from routehub.boards.measures.project import MeasuresBoard

__all__ = ["MeasuresBoard"]
