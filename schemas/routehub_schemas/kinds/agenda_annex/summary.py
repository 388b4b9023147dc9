"""An annex in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.agenda_annex.payload import AgendaAnnex


def summary(annex: AgendaAnnex, names: Mapping[str, str]) -> str:
    """`Annex to the agenda of conference 14, for Slovenia: 2 matters`."""
    count = len(annex.matters)
    matters = "1 matter" if count == 1 else f"{count} matters"
    party = names.get(annex.party, annex.party)
    return f"Annex to the agenda of conference {annex.conference}, for {party}: {matters}"
