"""The terminal command `rh`."""

from __future__ import annotations

import sys

import typer

from routehub_client.__about__ import __version__
from routehub_client.cli import (
    action,
    agenda,
    alert,
    api,
    bulletin,
    commitment,
    conference,
    doctor,
    figures,
    log,
    measure,
    messages,
    minutes,
    movement,
    need,
    note,
    offer,
    options,
    outbox,
    pauses,
    people,
    places,
    plan,
    readout,
    report,
    request,
    sheet,
    signin,
    statement,
    status,
    subscriptions,
    template,
    thread,
    verify,
    watch,
)

HELP = "Post and read the figures, alerts and agenda of a migration route."


def application() -> typer.Typer:
    """The whole command: one group for each thing that it is about."""
    app = _group(HELP)
    options.callback(app, __version__)
    for module in (signin, status, bulletin, watch, messages, note, people, pauses, places, log, doctor, verify, api):
        module.register(app)
    groups = {
        "figures": (figures, template, report, sheet),
        "alert": (alert,),
        "measure": (measure,),
        "movement": (movement,),
        "request": (request,),
        "need": (need,),
        "offer": (offer,),
        "commitment": (commitment,),
        "plan": (plan,),
        "agenda": (agenda,),
        "conference": (conference,),
        "minutes": (minutes,),
        "action": (action,),
        "readout": (readout,),
        "statement": (statement,),
        "thread": (thread,),
        "outbox": (outbox,),
        "subscriptions": (subscriptions,),
    }
    for name, modules in groups.items():
        group = _group(modules[0].__doc__ or "")
        for part in modules:
            part.register(group)
        app.add_typer(group, name=name)
    return app


def main() -> None:
    """Entry point of `rh`."""
    application()(args=[word for given in sys.argv[1:] for word in _split(given)], prog_name="rh")


def _group(help: str) -> typer.Typer:
    return typer.Typer(
        help=help,
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _split(word: str) -> list[str]:
    """`--json=a,b` means `--json` with these members; the parser knows no option with an optional value."""
    name, sign, value = word.partition("=")
    return ["--json-fields", value] if name == "--json" and sign else [word]
