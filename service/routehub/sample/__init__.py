"""The sample route that ``make run`` shows: invented people, figures and events, marked as sample on every surface."""
