"""What each of the probe's commands does, in the model's terms.

Source: `zephyr_app/PROTOCOL.md`, section 3.
"""

from collections.abc import Callable, Generator
from functools import partial

from connmgr_hil.vocabulary.commands import COMMANDS
from connmgr_hil.vocabulary.events import UNRELATED, Event
from connmgr_hil.vocabulary.stimuli import FLAGS, Words, split_burst

from . import control, implementation, monitor, net_if
from .delivery import early_listeners
from .heard import UNTOLD, Called
from .kernel import Kernel, Queued, Routine, Switch, Unpredictable
from .state import IDLE_TIMEOUT, IGNORED, TIMEOUT, Hook, Listener

Answered = Generator[Switch, None, tuple[str, control.Values]]
_Command = Callable[[Kernel, Words], Answered]

_UNSUPPORTED = "-EINVAL", (("bad", "unsupported"),)


def run(kernel: Kernel, words: Words) -> Answered:
    """Execute a command in the current thread; return its status and values."""
    iface = words[1] if words[0] in _ON_IFACE else words[2] if words[0] == "raise" else None
    if iface is not None and not _exists(kernel, int(iface), null_too=words[0] == "raise"):
        return "-EINVAL", (("bad", "iface"),)
    return (yield from _COMMANDS[words[0]](kernel, words[1:]))


def _exists(kernel: Kernel, index: int, *, null_too: bool) -> bool:
    return (0 if null_too else 1) <= index <= kernel.indexes[-1]


def is_modelled(words: Words) -> bool:
    """Tell whether the model predicts anything about a command."""
    return words[0] in _COMMANDS


def canonical(words: Words) -> Words:
    """Return a command without the words that make no difference to the model, such as how long to wait."""
    idle = _COMMANDS[words[0]] is _nothing and words[0] not in _ON_IFACE
    return words[:1] if idle else words


def _answer(rule: Callable[[Kernel, int], Generator[Switch, None, str]]) -> _Command:
    def command(kernel: Kernel, args: Words) -> Answered:
        return (yield from rule(kernel, int(args[0]))), ()

    return command


def _nothing(_kernel: Kernel, _args: Words) -> Answered:
    yield from ()
    return "0", ()


def _carrier(kernel: Kernel, args: Words) -> Answered:
    yield from net_if.set_carrier(kernel, int(args[0]), args[1] == "on")
    return "0", ()


def _dormant(kernel: Kernel, args: Words) -> Answered:
    yield from net_if.set_dormant(kernel, int(args[0]), args[1] == "on")
    return "0", ()


def _address(version: int) -> _Command:
    def command(kernel: Kernel, args: Words) -> Answered:
        index, text = int(args[0]), args[2]
        if not kernel.world.hello.has_family(version):
            return _UNSUPPORTED
        if args[1] == "del":
            return (yield from net_if.delete_address(kernel, index, text, version)), ()
        seconds = int(args[3]) if len(args) == 4 else 0
        return (yield from net_if.add_address(kernel, index, text, version, seconds)), ()

    return command


def _timeout(kernel: Kernel, args: Words) -> Answered:
    yield from ()
    index = int(args[0])
    bound = control.is_bound(kernel, index)
    iface = kernel.iface(index)
    if len(args) == 1:
        return "0", _seconds(iface.timeout if bound else 0, known=not iface.unseen & TIMEOUT)
    if not bound:
        return "-ENOTSUP", ()
    kernel.put(index, timeout=int(args[1]), unseen=iface.unseen & ~TIMEOUT)
    return "0", ()


def _seconds(value: int, *, known: bool) -> control.Values:
    """Return the value that a reply must have, if any must."""
    return (("value", str(value)),) if known else ()


def _idle(kernel: Kernel, args: Words) -> Answered:
    yield from ()
    if not kernel.profile.idle:
        return _UNSUPPORTED
    index = int(args[0])
    bound = control.is_bound(kernel, index)
    iface = kernel.iface(index)
    if len(args) == 1:
        known = not iface.unseen & IDLE_TIMEOUT
        return "0", _seconds(iface.idle_timeout if bound else 0, known=known)
    if not bound:
        return "-ENOTSUP", ()
    kernel.put(index, idle_timeout=int(args[1]), unseen=iface.unseen & ~IDLE_TIMEOUT)
    return "0", ()


def _used(kernel: Kernel, args: Words) -> Answered:
    yield from ()
    if not kernel.profile.idle:
        return _UNSUPPORTED
    if control.is_bound(kernel, int(args[0])):
        kernel.driver(int(args[0])).start_idle(kernel, int(args[0]))
    return "0", ()


def _flag(kernel: Kernel, args: Words) -> Answered:
    yield from ()
    index = int(args[0])
    flag = FLAGS.index(args[1]) if args[1] in FLAGS else int(args[1])
    if len(args) == 2:
        return "0", (("value", str(int(control.get_flag(kernel, index, flag)))),)
    return control.set_flag(kernel, index, flag, args[2] == "on"), ()


def _set_opt(kernel: Kernel, args: Words) -> Answered:
    yield from ()
    value = None if args[2] == "null" else bytes.fromhex(args[2])
    if value is not None and len(args) == 4:
        value = value[: int(args[3])].ljust(int(args[3]), b"\0")
    return control.set_opt(kernel, int(args[0]), int(args[1]), value), ()


def _get_opt(kernel: Kernel, args: Words) -> Answered:
    yield from ()
    return control.get_opt(kernel, int(args[0]), int(args[1]), args[2])


def _bound(kernel: Kernel, args: Words) -> Answered:
    yield from ()
    return "0", (("value", str(int(control.is_bound(kernel, int(args[0]))))),)


def _ignored(kernel: Kernel, args: Words) -> Answered:
    yield from ()
    ignored = bool(kernel.iface(int(args[0])).word & IGNORED)
    return "0", (("value", str(int(ignored))),)


def _set_ignored(ignored: bool) -> _Command:
    def command(kernel: Kernel, args: Words) -> Answered:
        yield from monitor.set_ignored(kernel, int(args[0]), ignored)
        return "0", ()

    return command


NAMELESS = "other"
"""What the device calls an L2 that it has no name for (PROTOCOL.md, section 2); the command does not know it either."""


def _set_l2_ignored(ignored: bool) -> _Command:
    def command(kernel: Kernel, args: Words) -> Answered:
        name = args[0].lower()
        known = name == "null" or (
            name != NAMELESS and any(facts.l2.lower() == name for facts in kernel.world.ifaces)
        )
        if not known:
            return "-EINVAL", (("bad", "value"),)
        yield from monitor.set_l2_ignored(kernel, args[0], ignored)
        return "0", ()

    return command


def _resend(kernel: Kernel, _args: Words) -> Answered:
    yield from monitor.resend(kernel)
    return "0", ()


def _all(kernel: Kernel, args: Words) -> Answered:
    return (yield from control.bulk(kernel, args[0], args[1] == "1")), ()


def _raise(kernel: Kernel, args: Words) -> Answered:
    info = args[2] if len(args) == 3 else None
    if Event(args[0]) not in kernel.world.codes:
        return "-EINVAL", (("bad", "value"),)
    index = int(args[1])
    if index and kernel.world.raises_others(index) and Event(args[0]) in UNRELATED:
        return "0", ()  # it also raises these by itself, so this one cannot be told apart
    if index:
        kernel.driver(index).announced(kernel, Event(args[0]), index)
    yield from kernel.post(Event(args[0]), int(args[1]), info)
    return "0", ()


def _listen(kernel: Kernel, args: Words) -> Answered:
    yield from ()
    name, verb = args[0], args[1]
    others = tuple(each for each in kernel.listeners if each.name != name)
    if verb == "del":
        kernel.listeners = others
    elif name != "early":
        mask = kernel.world.mask(*(Event(each) for each in args[2].split(",")))
        kernel.listeners = others
        kernel.listen(Listener(name, mask))
    elif others == kernel.listeners:
        kernel.listen(*reversed(early_listeners(kernel.world)))
    return "0", ()


def _hook(kernel: Kernel, args: Words) -> Answered:
    yield from ()
    if args == ("off",):
        kernel.hook = None
    else:
        kernel.hook = Hook(args[0], int(args[1]), int(args[2]), args[3:])
    return "0", ()


def hooked(kernel: Kernel, words: Words) -> Routine:
    """Execute a hook's command inside the early listener; its result comes as a part."""
    outer, kernel.hooked = kernel.hooked, True
    status, values = yield from run(kernel, words)
    kernel.hooked = outer
    kernel.show("part", (0, True, status), f"returns {words[0]}", values)


def called(kernel: Kernel, call: Called) -> Routine:
    """Execute what the application calls in a callback; its result comes as a part."""
    status, values = yield from run(kernel, call.words)
    if call.part != UNTOLD:
        kernel.show("part", (call.part, True, status), f"returns {call.words[0]}", values)


def _burst(kernel: Kernel, args: Words) -> Answered:
    locking = not kernel.scheduler_locked and not kernel.current.coop
    kernel.scheduler_locked |= locking
    commands = split_burst(args)
    for position, command in enumerate(commands):
        status, values = yield from run(kernel, command)
        kernel.show("part", (position, kernel.hooked, status), f"returns {command[0]}", values)
    if locking:
        kernel.scheduler_locked = False
        yield Switch.PREEMPT
    return "0", (("n", str(len(commands))),)


_RANKS = ("high", "low", "shell")
"""Who of them runs first, where both are ready."""


def _both(kernel: Kernel, args: Words) -> Answered:
    points, where = args[0], args[1:3]
    commands = split_burst(args[3:])
    swaps = points.count(",") + 1 if points != "0" else 0
    caller = kernel.current
    left = len(commands)

    def side(position: int) -> Routine:
        nonlocal left
        words = commands[position]
        yield Switch.PREEMPT
        status, values = yield from run(kernel, words)
        yield Switch.PREEMPT
        kernel.show("part", (position, False, status), f"returns {words[0]}", values)
        left -= 1
        if not left:
            kernel.wake(caller)

    kernel.scheduler_locked = True
    for position, context in enumerate(where):
        if context == "cb":
            yield from kernel.enqueue(Queued(None, 0, command=partial(side, position)))
        else:
            coop = context == "wq" and not swaps
            rank = position if swaps else _RANKS.index(context) if not coop else 0
            kernel.sides.append(kernel.spawn(context, side(position), coop=coop, rank=rank))
    kernel.turns = swaps
    kernel.scheduler_locked = False
    while left:
        yield Switch.PARK
    return "0", (("n", str(len(commands))),)


def _race(_kernel: Kernel, _args: Words) -> Answered:
    """What threads do at once may come in any order that locks allow; only where it ends is judged (`checker.rest`)."""
    yield from ()
    raise Unpredictable("race")


def _on(kernel: Kernel, args: Words) -> Answered:
    where, words = args[0], args[1:]
    if where == "shell":
        return (yield from run(kernel, words))
    waiting = kernel.current
    result: list[tuple[str, control.Values]] = []

    def elsewhere() -> Routine:
        result.append((yield from run(kernel, words)))
        kernel.wake(waiting)

    if where == "wq":
        kernel.spawn("system work queue", elsewhere(), coop=True)
    else:
        yield from kernel.enqueue(Queued(None, 0, command=elsewhere))
    while not result:
        yield Switch.PARK
    return result[0]


def _counters(kernel: Kernel, args: Words) -> Answered:
    yield from ()
    index = int(args[0])
    if not kernel.world.iface(index).sim:
        return "-EINVAL", (("bad", "iface"),)
    if len(args) == 1:
        return "0", (("state", kernel.impl(index).phase),)
    if args[1] == "configured" and not kernel.profile.configuration:
        return "-EINVAL", (("bad", "value"),)
    value: object = args[2]
    if args[1] != "mode":
        value = int(args[2])
        if args[1] in ("fatal_keeps", "watch_admin", "configured"):
            value = bool(value)
    kernel.put_impl(index, **{args[1]: value})
    if args[1] == "watch_admin":
        implementation.update_watch(kernel)
    return "0", ()


def _on_sim(rule: Callable[[Kernel, int, Words], Generator[Switch, None, str]]) -> _Command:
    def command(kernel: Kernel, args: Words) -> Answered:
        index = int(args[0])
        if not kernel.world.iface(index).sim:
            return "-EINVAL", (("bad", "iface"),)
        return (yield from rule(kernel, index, args[1:])), ()

    return command


def _fatal(kernel: Kernel, index: int, rest: Words) -> Generator[Switch, None, str]:
    return (yield from implementation.fatal(kernel, index, rest[0] if rest else None))


def _lose(kernel: Kernel, index: int, _rest: Words) -> Generator[Switch, None, str]:
    return (yield from implementation.lose(kernel, index))


def _l2_answers(*, enabled: bool) -> _Command:
    def command(kernel: Kernel, args: Words) -> Answered:
        yield from ()
        index, status = int(args[0]), int(args[1])
        if kernel.world.iface(index).l2 != "CM_STUBBORN":
            return "-EINVAL", (("bad", "iface"),)
        if enabled:
            kernel.put(index, l2_rc=status)
        else:
            kernel.put(index, l2_down_rc=status)
        return "0", ()

    return command


_COMMANDS: dict[str, _Command] = {
    "ping": _nothing,
    "hello": _nothing,
    "advance": _nothing,
    "state": _nothing,
    "stats": _nothing,
    "up": _answer(net_if.net_if_up),
    "down": _answer(net_if.net_if_down),
    "connect": _answer(control.connect),
    "disconnect": _answer(control.disconnect),
    "carrier": _carrier,
    "dormant": _dormant,
    "addr4": _address(4),
    "addr6": _address(6),
    "timeout": _timeout,
    "idle": _idle,
    "used": _used,
    "flag": _flag,
    "opt-set": _set_opt,
    "opt-get": _get_opt,
    "bound": _bound,
    "ignored": _ignored,
    "ignore": _set_ignored(True),
    "watch": _set_ignored(False),
    "ignore-l2": _set_l2_ignored(True),
    "watch-l2": _set_l2_ignored(False),
    "resend": _resend,
    "all": _all,
    "raise": _raise,
    "listen": _listen,
    "hook": _hook,
    "burst": _burst,
    "both": _both,
    "race": _race,
    "on": _on,
    "sim": _counters,
    "lose": _on_sim(_lose),
    "fatal": _on_sim(_fatal),
    "l2-enable": _l2_answers(enabled=True),
    "l2-disable": _l2_answers(enabled=False),
}
_ON_IFACE = frozenset(
    name for name, kind in COMMANDS.items() if kind.about_iface and name != "raise"
)
"""Commands whose first argument is an iface; `raise` may go without."""
