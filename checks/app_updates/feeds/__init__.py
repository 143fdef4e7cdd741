"""Where makers of apps publish their latest versions: asking, remembering, and reading each kind of answer."""
