"""What Watchword verifies: one folder a check, its probes beside it."""
