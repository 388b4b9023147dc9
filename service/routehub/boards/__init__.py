"""Read models kept from the journal in the accepting transaction; a rebuild gives the same."""
