"""The kinds of message, one folder each. A folder here is all that it takes to add one."""
