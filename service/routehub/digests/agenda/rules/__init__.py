"""The rules of the agenda (UX 9.5), one file and one small pure function each: it takes the week and answers the
entries that it puts on the agenda. No prose is generated: templates are filled from records, and each entry names the
messages that it rests on. A rule for something new is one more function in ``RULES``."""

from collections.abc import Callable

from routehub.digests.agenda.matter import Entry, Matter
from routehub.digests.agenda.rules.alerts import alerts
from routehub.digests.agenda.rules.commitments import commitments
from routehub.digests.agenda.rules.flows import flows
from routehub.digests.agenda.rules.follow_up import follow_up
from routehub.digests.agenda.rules.measures import measures
from routehub.digests.agenda.rules.movements import movements
from routehub.digests.agenda.rules.needs import needs
from routehub.digests.agenda.rules.outcomes import outcomes
from routehub.digests.agenda.rules.proposals import proposals
from routehub.digests.agenda.rules.reception import reception
from routehub.digests.agenda.rules.reporting import reporting
from routehub.digests.agenda.rules.requests import requests

Rule = Callable[[Matter], list[Entry]]
RULES: tuple[Rule, ...] = (
    reporting, flows, movements, measures, reception, alerts, requests, needs, commitments, outcomes, proposals,
    follow_up,
)  # fmt: skip
OF_RECORDS: tuple[Rule, ...] = (
    movements, measures, alerts, requests, needs, commitments, outcomes, proposals,
)  # fmt: skip
"""Those about single records, of which a party may read more than all others do. Figures are never among them: what is
worked out from figures rests on those that everyone reads (DECISIONS 1)."""
