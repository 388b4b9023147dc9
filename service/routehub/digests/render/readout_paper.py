"""A readout as PDF, tagged, with its language (UX 11.11). The page in HTML remains the reference version."""

from routehub.boards.readouts.correcting import Run, Runs
from routehub.digests.render import pdf
from routehub.digests.render.pdf import Block, Bullets, Heading, Link, Paper, Paragraph, Strong
from routehub.digests.render.readout import ReadoutPage, plain


def readout_pdf(page: ReadoutPage) -> bytes:
    """The bytes of it: the same for the same readout. Errors: 501 where the hub cannot make PDF."""
    return pdf.pdf(paper(page))


def paper(page: ReadoutPage) -> Paper:
    """The readout in the blocks of papers."""
    blocks: list[Block] = [Paragraph(_runs(page.opening))]
    for section in page.sections:
        blocks.append(Heading(plain(section.heading)))
        if section.lead_in:
            blocks.append(Paragraph(_runs(section.lead_in)))
        if len(section.lines) == 1:
            blocks.append(Paragraph(_runs(section.lines[0])))
        else:
            blocks.append(Bullets(tuple(_runs(line) for line in section.lines)))
    blocks += [Paragraph(_runs(page.closing)), *(Paragraph(_runs(runs)) for runs in page.standing)]
    if page.links:
        blocks += [Heading("Further reading"), Bullets(tuple((Link(one.title, one.link),) for one in page.links))]
    if page.contact:
        blocks.append(Paragraph(_runs(page.contact)))
    blocks.append(Heading("How it was published"))
    blocks.append(Paragraph((f"{page.published} {page.checked}",)))
    if page.errata:
        blocks.append(Heading("Errata"))
        told = tuple(
            (
                Strong(f"Erratum {one.number}. "),
                f"{one.where}: “{one.wrong}” should read “{one.right}”. {one.published}.",
            )
            for one in page.errata
        )
        blocks.append(Bullets(told))
    return Paper(
        title=plain(page.title), over=page.route, heading=plain(page.title), lead=((page.day,),),
        blocks=tuple(blocks), foot=f"TLP:CLEAR. {page.url}", at=page.at, language=page.language, mark=page.mark,
        mark_words=page.mark_words,
    )  # fmt: skip


def _runs(runs: Runs) -> tuple[pdf.Run, ...]:
    """Corrections stand out; what they took out is told in words, for a struck text is not heard."""
    return tuple(one for run in runs for one in _run(run))


def _run(run: Run) -> tuple[pdf.Run, ...]:
    if run.struck:
        return (f" [erratum {run.struck}: not “{run.text}”] ",)
    return (Strong(run.text),) if run.put else (run.text,)
