"""What the hub does at its time: one file per task of the schedule."""
