"""Alerts as CAP, the Common Alerting Protocol (OASIS CAP 1.2, ITU-T X.1303bis), in and out.

in: ``reading.read`` (bytes to ``Cap``), ``into_alert`` (``Cap`` to the data of an alert);
out: ``from_alert`` (alert to ``Cap``), ``writing.write`` (``Cap`` to bytes).
"""
