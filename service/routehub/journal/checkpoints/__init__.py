"""Signed checkpoints of the chains: of the journal and the audit for operators, of each feed for its party."""
