"""`cmhil` as the pages' commands find it: the same, but with less to do where a page asks for a whole run."""

import os
import sys

from connmgr_hil.cli import main

# By command: the option with which a page bounds the work itself, and what is given otherwise.
_LESS = {
    "verify": ("--scenario", ("--scenario", "success-in-time")),
    "defects": ("--only", ("--only", "timeout_in_ms")),
    "walk": ("--stop-at", ("--walks", "2")),
    "learn": ("--budget", ("--budget", "3")),
}
# Some that conform, a quirk, and one that cannot run on the usual build: all that a summary can name.
_WIDE = ("--scenario", "E*", "--scenario", "dad", "--scenario", "no-timeout")

command = sys.argv[1] if len(sys.argv) > 1 else ""
if command in _LESS:
    option, shorter = _LESS[command]
    if not any(argument.startswith(option) for argument in sys.argv):
        sys.argv += _WIDE if "CMHIL_DOCS_WIDE" in os.environ else shorter
if "tests/traces" in sys.argv:
    sys.argv[sys.argv.index("tests/traces")] = "tests/traces/native_p37"
if "native" in sys.argv and "CMHIL_NATIVE_IMAGE" in os.environ:
    # Pages build it first, which takes Zephyr and a minute; the image is there already.
    sys.argv += ("--image", os.environ["CMHIL_NATIVE_IMAGE"])
if __name__ == "__main__":  # and not in the processes of a campaign
    main()
