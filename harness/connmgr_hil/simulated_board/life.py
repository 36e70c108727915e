"""Fatal defects: the board crashes, hangs or restarts like firmware with the same defect.

Where firmware's end would be a signal, this process gets it; what a sanitizer or the C library would print of a mistake is printed.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from .defects import Defects
from .frames import Fields
from .kernel import Kernel, Mutex, Semaphore, Steps, Thread

_PATIENCE_US = 2_000_000
_ASAN = """\
=================================================================
==1==ERROR: AddressSanitizer: {kind} on address 0x602000000010 at pc 0x0000004011d6 bp 0x7ffe sp 0x7ffe
{access} of size 8 at 0x602000000010 thread T0
    #0 0x4011d5 in {function} simconn/src/life.c
SUMMARY: AddressSanitizer: {kind} simconn/src/life.c in {function}
==1==ABORTING
"""


class Reboot(Exception):
    """The board restarts."""


class Life:
    """What a deadly defect does, and what the board still says of itself.

    `say` adds a frame and writes out all that was not sent yet; `rest` is called over and over by a board that halted.
    """

    def __init__(self, kernel: Kernel, defects: Defects) -> None:
        self.say: Callable[[str, Fields], None] = lambda _kind, _fields: None
        self.rest: Callable[[], object] = lambda: None
        self.tag: Callable[[], int] = lambda: 0
        self._kernel = kernel
        self._defects = defects
        self._once = Semaphore(kernel, 1, 1)
        self._never = Semaphore(kernel, 0, 1)
        self._told = False
        self._waits_since = 0
        self._mutexes: list[tuple[str, Mutex]] = []
        self._places: dict[str, dict[str, Callable[[], Steps[None]]]] = {
            "connect": {
                "life_null_connect": lambda: self._signal(signal.SIGSEGV),
                "life_loop_connect": self._loop,
                "life_stack_overflow": lambda: self._fault("stack-overflow"),
                "life_monitor_blocked": self._suspend_monitor,
            },
            "disconnect": {
                "life_panic": lambda: self._fault("kernel-panic"),
                "life_exit": self._exit,
                "life_reboot": self._reboot,
                "life_lock_twice": self._take_twice,
                "life_loop_locked": self._loop_unnoticed,
                "life_use_after_free": lambda: self._report("heap-use-after-free", "READ"),
            },
            "set_opt": {
                "life_oops": lambda: self._fault("kernel-oops"),
                "life_stack_overrun": lambda: self._abort(
                    "*** stack smashing detected ***: terminated"
                ),
            },
            "get_opt": {
                "life_out_of_bounds": lambda: self._report("global-buffer-overflow", "WRITE"),
            },
            "association": {
                "life_null_work": lambda: self._signal(signal.SIGSEGV),
                "life_loop_work": self._loop,
            },
            "timeout": {"life_divide": lambda: self._signal(signal.SIGFPE)},
            "loss": {
                "life_illegal": lambda: self._signal(signal.SIGILL),
                "life_double_free": lambda: self._abort("free(): double free detected in tcache 2"),
            },
            "fatal": {"life_assert": self._assert},
            "IF_DOWN": {"life_null_callback": lambda: self._signal(signal.SIGSEGV)},
            "IF_ADMIN_UP": {
                "life_loop_callback": self._loop,
                "life_callback_blocked": self._never.take,
            },
        }

    def know(self, name: str, mutex: Mutex) -> None:
        """Give a lock a name, for threads that wait for it."""
        self._mutexes.append((name, mutex))

    def act(self, place: str) -> Steps[None]:
        """Do what a deadly defect does at this place; nothing without one."""
        if self._defects:
            for name, deed in self._places.get(place, {}).items():
                if name in self._defects:
                    yield from deed()

    # What is done; a thread that is ended does not come back

    def _signal(self, number: signal.Signals) -> Steps[None]:
        os.kill(os.getpid(), number)
        yield

    def _abort(self, text: str) -> Steps[None]:
        self._print(f"{text}\n")
        os.kill(os.getpid(), signal.SIGABRT)
        yield

    def _exit(self) -> Steps[None]:
        os._exit(0)
        yield

    def _report(self, kind: str, access: str) -> Steps[None]:
        self._print(_ASAN.format(kind=kind, access=access, function="simconn_die"))
        os._exit(1)
        yield

    def _reboot(self) -> Steps[None]:
        raise Reboot
        yield

    def _fault(self, reason: str, text: str = "Halting system") -> Steps[None]:
        thread = self._kernel.current.name
        self.say("fault", [("reason", reason), ("thr", thread), ("pc", "0"), ("text", text)])
        self._halt()
        yield

    def _assert(self) -> Steps[None]:
        return self._fault("assertion", "ASSERTION FAIL [zero != 0] @ simconn/src/life.c:51")

    def _take_twice(self) -> Steps[None]:
        yield from self._once.take()
        yield from self._once.take()

    def _loop(self) -> Steps[None]:
        thread = self._kernel.current.name
        self._stuck("command", self.tag(), [f"{thread} runs"])
        self._halt()
        yield

    def _loop_unnoticed(self) -> Steps[None]:
        self._halt()
        yield

    def _suspend_monitor(self) -> Steps[None]:
        self._kernel.suspend("mon")
        return
        yield

    def _halt(self) -> NoReturn:
        while True:
            self.rest()

    @staticmethod
    def _print(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    # What the board notices of itself when nothing more can happen

    def look(self, *, waiting: bool) -> None:
        """Say once what has stopped for ever; `waiting`: the console has no command to carry out."""
        if self._told:
            return
        if not waiting:
            waits = (self._waits(each) for each in self._kernel.threads if each.is_blocked)
            self._stuck("command", self.tag(), [text for text in waits if text])
        elif dispatcher := self._stopped_dispatcher():
            self._stuck("dispatcher", 0, [self._waits(dispatcher)])
        elif any(each.name == "mon" and each.was_woken for each in self._kernel.suspended):
            self._stuck("monitor", 0, ["mon waits: suspended"])

    def _stopped_dispatcher(self) -> Thread | None:
        """Return the dispatcher if it waits for ever, or has waited for a lock for two seconds."""
        for thread in self._kernel.threads:
            if thread.name == "mgmt" and thread.is_blocked and self._waits(thread):
                if thread in self._never.waiters:
                    return thread
                since = self._waits_since = self._waits_since or self._kernel.uptime_us
                return thread if self._kernel.uptime_us - since >= _PATIENCE_US else None
        self._waits_since = 0
        return None

    def _waits(self, thread: Thread) -> str:
        """Tell what a thread waits for; empty for those that only wait for work."""
        for name, mutex in self._mutexes:
            if thread.wait_queue is mutex.waiters:
                owner = mutex.owner.name if mutex.owner else "nobody"
                return f"{thread.name} waits: mutex {name} held by {owner}"
        mine = (self._once.waiters, self._never.waiters)
        return f"{thread.name} waits: semaphore 0x0" if thread.wait_queue in mine else ""

    def _stuck(self, what: str, tag: int, threads: list[str]) -> None:
        self._told = True
        self.say("stuck", [("what", what), ("tag", tag), ("ms", 1000), ("thr", ";".join(threads))])
