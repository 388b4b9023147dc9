"""Sheets, in and out: CSV and XLSX."""
