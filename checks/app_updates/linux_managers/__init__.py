"""The package managers of Linux, one module each with ``read(context)``."""
