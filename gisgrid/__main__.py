"""`python3 -m gisgrid VERB`: from a checkout on a bare machine, or from an installed package.

This file keeps to what any Python can read, to say which one is needed.
"""

import signal
import sys

NEEDED = (3, 11)
TOO_OLD = """\
gisgrid needs Python {0}.{1} or newer; this is {2}.{3} ({4}).
-> Debian 12 and Ubuntu 24.04 have one as python3; elsewhere install a newer one
   and start it by its name, for example: python3.12 -m gisgrid up
"""


def main() -> int:
    """Run a verb in the environment that the checkout keeps for itself, made if it is missing."""
    now = sys.version_info[:2]
    if now < NEEDED:
        sys.stderr.write(TOO_OLD.format(NEEDED[0], NEEDED[1], now[0], now[1], sys.executable))
        return 1
    for name in (signal.SIGTERM, signal.SIGHUP):  # stop what was started, as Ctrl-C does
        if signal.getsignal(name) is signal.SIG_DFL:
            signal.signal(name, signal.default_int_handler)
    try:
        return run()
    except KeyboardInterrupt:
        return 130


def run() -> int:
    """The verb's exit code, from the checkout's environment or the installed package."""
    from gisgrid import bootstrap

    bootstrap.enter(sys.argv[1:])
    from gisgrid.cli import main as cli

    return cli.run()


if __name__ == "__main__":
    sys.exit(main())
