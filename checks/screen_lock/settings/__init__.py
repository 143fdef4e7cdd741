"""The places where Linux desktops keep their settings, each read in its own form."""
