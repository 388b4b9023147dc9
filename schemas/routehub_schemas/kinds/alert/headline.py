"""The headline of an alert for which nobody wrote one: the same from every door."""

WORDS = {
    "surge": "sudden rise in arrivals",
    "reception_nearly_full": "reception nearly full",
    "crossing_changed": "crossing point changed",
    "people_stranded": "people stranded",
    "transport_disrupted": "transport disrupted",
    "violence_or_smuggling": "violence or smuggling",
    "weather": "weather",
    "data_discrepancy": "counts do not agree",
}


def headline(category: str, where: str) -> str:
    """`Dobova reception centre: people stranded`. where: the name of the place, or of the party."""
    return f"{where}: {WORDS.get(category, 'warning')}"
