"""Readouts in work: drafted from the minutes, checked by the parties named, published, corrected (UX 3.7)."""
