"""What keeps the hub safe: who may do what, and what nobody should be able to do."""
