"""What the chair works on before it becomes a message: an agenda put in order, minutes being taken (UX 3.6, 3.7)."""
