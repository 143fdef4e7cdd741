"""The program's entry: ``watchword`` and ``python -m agent``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line. ``status`` takes a shorter way in, so that scripts can ask often."""
    if sys.argv[1:2] == ["status"]:
        from agent.cli.quick_status import answer  # a fraction of the command line's imports

        code = answer(sys.argv[2:])
        if code is not None:
            return code
    from agent.cli import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
