"""What can be set and said: the settings schema, its loader, and the catalogues."""
