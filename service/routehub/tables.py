"""Imports every package that defines tables, so that migrations see them all."""

from routehub.boards.alerts import tables as alerts
from routehub.boards.bulletins import tables as bulletins
from routehub.boards.commitments import tables as commitments
from routehub.boards.conferences import tables as conferences
from routehub.boards.figures import tables as figures
from routehub.boards.measures import tables as measures
from routehub.boards.minutes import tables as minutes
from routehub.boards.movements import tables as movements
from routehub.boards.readouts import tables as readouts
from routehub.boards.reporting import tables as reporting
from routehub.boards.requests import tables as requests
from routehub.boards.statements import tables as statements
from routehub.boards.threads import tables as threads
from routehub.chairing import tables as chairing
from routehub.chairing.readouts import tables as chairing_readouts
from routehub.core import state
from routehub.delivery import tables as delivery
from routehub.delivery.escalation import tables as escalation
from routehub.digests import tables as digests
from routehub.directory import tables as directory
from routehub.intake import tables as intake
from routehub.journal import tables as journal
from routehub.journal.checkpoints import tables as checkpoints
from routehub.warning import tables as warning

ALL = (
    state,
    directory,
    journal,
    checkpoints,
    intake,
    figures,
    reporting,
    alerts,
    conferences,
    measures,
    movements,
    requests,
    commitments,
    statements,
    minutes,
    readouts,
    threads,
    bulletins,
    digests,
    chairing,
    chairing_readouts,
    delivery,
    escalation,
    warning,
)
