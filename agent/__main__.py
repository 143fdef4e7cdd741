"""The program's entry: ``watchword`` and ``python -m agent``."""

import os
import sys

from agent.streams import make_usable


def main() -> int:
    """Run the command line. ``status --json`` is asked often and ``daemon`` stays long: both take shorter ways."""
    make_usable()
    if sys.argv[1:] == ["status", "--json"]:
        from agent.quick_status import read  # a tenth of the command line's imports

        answer = read()
        if answer is not None:
            data, code = answer
            try:
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
            except OSError as error:
                if not isinstance(error, BrokenPipeError):
                    print(f"watchword: output: {error.strerror}", file=sys.stderr)
                code = 4
            sys.stderr.flush()
            os._exit(code)  # everything is written; taking the interpreter apart would cost as much again
    if sys.argv[1:] == ["daemon"]:
        from agent.daemon.main import main as daemon  # it stays for months, so it loads nothing else

        return daemon()
    from agent.cli import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
