"""One file for each family of Linux desktops: from its settings to the paths by which it locks."""
