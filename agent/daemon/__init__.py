"""The background agent: a tiny supervisor that wakes when something is due and starts a worker for it.

It imports :mod:`schedule` and the smallest part of the standard library, because it stays in memory for months. All
that needs more is done by the worker (``watchword run --due``), a process of its own that ends when its round does.
"""
