"""What a change of form takes from programs of the version before, which run beside it during an upgrade."""

from typing import Any

from sqlalchemy import Connection, inspect

Form = dict[str, dict[str, Any]]


def form(conn: Connection) -> Form:
    """Tables with all that may refuse a row."""
    look = inspect(conn)
    return {
        name: {
            "columns": {
                c["name"]: (str(c["type"]), c["nullable"], c["default"] is not None) for c in look.get_columns(name)
            },
            "key": tuple(look.get_pk_constraint(name)["constrained_columns"]),
            "unique": {tuple(u["column_names"]) for u in look.get_unique_constraints(name)}
            | {tuple(i["column_names"]) for i in look.get_indexes(name) if i["unique"]},
            "references": {(tuple(f["constrained_columns"]), f["referred_table"]) for f in look.get_foreign_keys(name)},
            "checks": {str(c["sqltext"]) for c in look.get_check_constraints(name)},
        }
        for name in look.get_table_names()
        if name != "alembic_version" and not name.startswith("message_search")
    }


def taken(before: Form, after: Form) -> list[str]:
    """Everything by which a program that knows only ``before`` would fail on ``after``, in words."""
    found = []
    for name, old in before.items():
        new = after.get(name)
        if new is None:
            found.append(f"{name} is gone")
            continue
        found += [f"{name}.{column} {fault}" for column, fault in _columns(old["columns"], new["columns"])]
        if new["key"] != old["key"]:
            found.append(f"{name} has another key")
        found += [
            f"{name} has a new rule: {sorted(map(str, new[rule] - old[rule]))}"
            for rule in ("unique", "references", "checks")
            if new[rule] - old[rule]
        ]
    return found


def _columns(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    for column, (kind, nullable, _) in old.items():
        if column not in new:
            found.append((column, "is gone"))
        elif new[column][0] != kind:
            found.append((column, f"was {kind} and is {new[column][0]}"))
        elif nullable and not new[column][1]:
            found.append((column, "may no longer be empty"))
    for column, (_, nullable, default) in new.items():
        if column not in old and not nullable and not default:
            found.append((column, "is new, may not be empty and has no default"))
    return found
