"""What happens until somebody answers: reminders, climbing to deputy and coordinators, and what may wait."""
