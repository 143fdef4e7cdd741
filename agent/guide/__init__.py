"""The steps behind an alert, as a file that the person's own browser shows."""
