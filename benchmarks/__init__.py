"""Speed and memory, shown beside a limit taken in the same run. ``make bench`` prints the tables."""
