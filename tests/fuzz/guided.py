"""Fuzzing that is guided by coverage: `python tests/fuzz/guided.py TARGET [CORPUS] [-runs=N …]`, options as libFuzzer has them.

TARGET is one of `targets.TARGETS`, or `all`: then the first byte chooses. Needs atheris: the extra `fuzz`.
"""

import sys

import atheris

CUTS = 3

with atheris.instrument_imports(include=["connmgr_hil"]):
    from targets import TARGETS


def main() -> None:
    name = sys.argv.pop(1)
    chosen = list(TARGETS.values()) if name == "all" else [TARGETS[name]]

    def once(data: bytes) -> None:
        if data:
            target = chosen[data[0] % len(chosen)]
            target(data[1 + CUTS :], data[1 : 1 + CUTS])

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
