"""Alerts: what is worth a person's minute, when it may be said, and how it is shown."""
