"""The program's entry: ``watchword`` and ``python -m agent``."""

import os
import sys


def main() -> int:
    """Run the command line. ``status --json`` takes a shorter way, so that scripts can ask often."""
    if sys.argv[1:] == ["status", "--json"]:
        from agent.quick_status import read  # a tenth of the command line's imports

        answer = read()
        if answer is not None:
            data, code = answer
            try:
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
            except BrokenPipeError:
                code = 4
            os._exit(code)  # everything is written; taking the interpreter apart would cost as much again
    from agent.cli import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
