"""Erasing the content of messages, on request or when its time is over. Places, hashes and signatures stay."""
