"""How the hub's words and CAP's stand for each other, and how the hub's own facts travel inside CAP."""

from typing import Literal

CATEGORIES: dict[str, Literal["Safety", "Infra", "Transport", "Rescue", "Security", "Met", "Other"]] = {
    "surge": "Safety",
    "reception_nearly_full": "Infra",
    "crossing_changed": "Transport",
    "people_stranded": "Rescue",
    "transport_disrupted": "Transport",
    "violence_or_smuggling": "Security",
    "weather": "Met",
    "data_discrepancy": "Other",
    "silence": "Other",
    "firearms": "Security",
    "terrorism": "Security",
    "other": "Other",
}
"""The hub's categories in CAP's, which are coarser: the exact one travels as a parameter."""

EVENTS: dict[str, str] = {
    "surge": "Surge in arrivals",
    "reception_nearly_full": "Reception nearly full",
    "crossing_changed": "Border crossing changed",
    "people_stranded": "People stranded",
    "transport_disrupted": "Transport disrupted",
    "violence_or_smuggling": "Violence or smuggling",
    "weather": "Weather",
    "data_discrepancy": "Data discrepancy",
    "silence": "Missing reports",
    "firearms": "Firearms",
    "terrorism": "Terrorism",
    "other": "Other",
}

# Names of parameters and geocodes (CAP 1.2, 3.2.2 and 3.2.4): a prefix keeps them apart from other issuers' names.
CATEGORY, TLP, POINT = "routehub:category", "routehub:tlp", "routehub:point"
RULE, ARITHMETIC = "routehub:rule", "routehub:arithmetic"
PLACE, LEG = "routehub:place", "routehub:leg"
