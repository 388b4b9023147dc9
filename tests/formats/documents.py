"""CAP documents of our own, small and whole."""

from collections.abc import Iterable

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SENDER = "warnings.hnms.example"


def info(
    *, language: str = "el", severity: str = "Severe", headline: str = "Θύελλα",
    expires: str = "2026-06-02T18:00:00+03:00", more: str = "", area: str = "Λέσβος",
) -> str:  # fmt: skip
    """One ``info`` block. ``more`` goes after the headline."""
    return (
        f"<info><language>{language}</language><category>Met</category><event>Storm</event>"
        f"<urgency>Expected</urgency><severity>{severity}</severity><certainty>Likely</certainty>"
        + (f"<expires>{expires}</expires>" if expires else "")
        + f"<headline>{headline}</headline>{more}<area><areaDesc>{area}</areaDesc></area></info>"
    )


def reference(identifier: str, sent: str) -> str:
    return f"{SENDER},{identifier},{sent}"


def document(
    identifier: str = "storm-1", *, sent: str = "2026-06-01T09:00:00+03:00", status: str = "Actual",
    kind: str = "Alert", scope: str = "<scope>Public</scope>", references: Iterable[str] = (),
    infos: Iterable[str] | None = None, end: str = "",
) -> bytes:  # fmt: skip
    """An alert. ``end``: what stands behind the last ``info``."""
    named = " ".join(references)
    return (
        f'{HEAD}<alert xmlns="{NAMESPACE}"><identifier>{identifier}</identifier><sender>{SENDER}</sender>'
        f"<sent>{sent}</sent><status>{status}</status><msgType>{kind}</msgType>{scope}"
        + (f"<references>{named}</references>" if named else "")
        + "".join([info()] if infos is None else infos) + f"{end}</alert>"
    ).encode()  # fmt: skip


SIGNATURE = (
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/><SignatureValue>AA==</SignatureValue>'
    "<Object><SignatureProperties xmlns=''/></Object></Signature>"
)
