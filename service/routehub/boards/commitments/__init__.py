"""The commitments board: what parties pledged under the points of the plans, and how far it is."""

from routehub.boards.commitments.project import CommitmentsBoard

__all__ = ["CommitmentsBoard"]
