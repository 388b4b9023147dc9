"""Hubs with planted faults. Each harness has to find its own, or its "0 in N" says nothing."""
