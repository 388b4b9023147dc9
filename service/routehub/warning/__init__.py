"""Early warning (DOMAIN 6): pure functions over daily series. No database, no clock, no network.

One file per rule, each with ``detect`` and its parameters; ``watch`` runs them over a route day by day, ``conditions``
turns what they find into openings, updates and endings, ``backtest`` and ``scoring`` say how good they were.
"""
