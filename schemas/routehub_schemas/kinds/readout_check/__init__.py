"""Checks of readouts by the parties that are named in them."""

from routehub_schemas.kind import Kind
from routehub_schemas.kinds.readout_check.payload import ReadoutCheck, check
from routehub_schemas.kinds.readout_check.summary import summary
from routehub_schemas.publication import named


def _subject(readout: ReadoutCheck, _sender: str) -> str:
    return f"{readout.series}/{readout.conference}"


def _parties(readout: ReadoutCheck) -> tuple[str, ...]:
    return named(readout.text)


KIND = Kind(
    name="readout_check",
    version=1,
    payload=ReadoutCheck,
    door="readout-checks",
    title="Check of a readout",
    summary=summary,
    subject=_subject,
    posted_by=frozenset({"chair"}),
    default_audience="named",
    # Who is named in the text is a rule of the text: the board knows it.
    acts={"accept": "addressee", "ask_change": "addressee"},
    binding=frozenset({"accept"}),
    short="RC",
    parties=_parties,
    check=check,
)
