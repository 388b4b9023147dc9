"""An erratum in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.erratum.payload import Erratum


def summary(erratum: Erratum, _names: Mapping[str, str]) -> str:
    """`Erratum 1 to the readout of conference 13: “25 February” should read “25 January”`."""
    wrong, right = (" ".join(text.split()) for text in (erratum.wrong, erratum.right))
    to = f"Erratum {erratum.number} to the readout of conference {erratum.conference}"
    return f"{to}: “{wrong}” should read “{right}”"
