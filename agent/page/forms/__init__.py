"""Everything that is filled in on the page: one module a subject, each with its ``ROUTES``."""

from __future__ import annotations

from starlette.routing import Route

__all__ = ["ROUTES"]

ROUTES: list[Route] = []
