"""A statement in one line."""

from collections.abc import Mapping

from routehub_schemas.kinds.statement.payload import Statement


def summary(statement: Statement, names: Mapping[str, str]) -> str:
    """`joint text of Austria, Croatia and 3 more: Joint statement of the heads of police`."""
    if statement.type == "meeting_outcome" and statement.meeting is not None:
        meeting = statement.meeting
        return f"outcome of {meeting.name}, {meeting.day.day} {meeting.day:%B %Y}: {statement.title}"
    shown = [names.get(code, code) for code in statement.signatories]
    if len(shown) > 3:
        return f"joint text of {', '.join(shown[:2])} and {len(shown) - 2} more: {statement.title}"
    return f"joint text of {', '.join(shown[:-1])} and {shown[-1]}: {statement.title}"
