"""Native Zephyr firmware as a board: `python native_board.py IMAGE LINK`.

The firmware runs in real time, and is started anew whenever it ends, as a board does on a reset. A relay stands
for the serial adapter: LINK points to its terminal, which outlives the firmware. SIGUSR1 pulls the adapter out, and SIGUSR2
plugs it in again, under another name below /dev; SIGHUP is its reset button; the firmware is powered from elsewhere and runs on.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import tty
from pathlib import Path

_UART = b"connected to pseudotty:"


class NativeBoard:
    """The firmware, the adapter, and what is between them."""

    def __init__(self, image: str, link: Path) -> None:
        self._image = image
        self._link = link
        self._firmware: subprocess.Popen[bytes] | None = None
        self._uart = -1
        self._adapter = self._host = -1
        self._wake, self._signalled = os.pipe()
        signal.set_wakeup_fd(self._set_non_blocking(self._signalled))
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, lambda *_: None)

    @staticmethod
    def _set_non_blocking(descriptor: int) -> int:
        os.set_blocking(descriptor, False)
        return descriptor

    def run(self) -> None:
        self._power_up()
        self._plug_in()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            sources = [each for each in (self._uart, self._adapter, self._wake) if each >= 0]
            for ready in select.select(sources, [], [])[0]:
                if ready == self._wake:
                    for number in os.read(self._wake, 64):
                        if not self._signal(number):
                            return
                elif ready == self._uart:
                    self._from_firmware()
                elif ready == self._adapter:
                    with contextlib.suppress(OSError):
                        os.write(self._uart, os.read(self._adapter, 4096))

    def _signal(self, number: int) -> bool:
        if number == signal.SIGTERM:
            self._firmware.kill()
            return False
        if number == signal.SIGHUP:
            self._firmware.kill()
        elif number == signal.SIGUSR1:
            self._unplug()
        elif number == signal.SIGUSR2:
            self._plug_in()
        return True

    def _from_firmware(self) -> None:
        try:
            data = os.read(self._uart, 4096)
        except OSError:
            data = b""
        if not data:
            os.close(self._uart)
            self._firmware.kill()
            self._firmware.wait()
            self._power_up()
            return
        if self._adapter >= 0:
            # Nobody reads a serial line that nobody has open; what does not fit is lost there.
            with contextlib.suppress(BlockingIOError):
                os.write(self._adapter, data)

    def _power_up(self) -> None:
        environment = {k: v for k, v in os.environ.items() if k != "CM_PROBE_GRANTED"}
        self._firmware = subprocess.Popen(
            [self._image, "-rt"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            bufsize=0,
        )
        printed = b""
        while not (_UART in printed and printed.endswith(b"\n")):
            data = self._firmware.stdout.read(1)
            if not data:
                sys.exit(f"the firmware ended: {printed!r}")
            printed += data
        path = printed.rpartition(_UART)[2].strip().split(b"\n")[0].decode()
        self._uart = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._uart)

    def _plug_in(self) -> None:
        self._adapter, self._host = os.openpty()
        tty.setraw(self._host)
        os.set_blocking(self._adapter, False)
        draft = self._link.with_suffix(".new")
        draft.symlink_to(os.ttyname(self._host))
        draft.replace(self._link)

    def _unplug(self) -> None:
        self._link.unlink()
        os.close(self._host)
        os.close(self._adapter)
        self._adapter = -1


if __name__ == "__main__":
    NativeBoard(sys.argv[1], Path(sys.argv[2])).run()
