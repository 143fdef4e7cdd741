"""Named native calls of the live host, one table of them for each kind of system."""
