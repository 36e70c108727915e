"""The state while a move changes it, and what the move shows."""

from .observed import Cancel, Count, Item, Owed
from .state import Iface, Impl, Listener, State, with_newest
from .world import World


class Draft:
    """A state while rules change it, and the items that they expect."""

    def __init__(self, world: World, state: State) -> None:
        self.world = world
        self.profile = world.profile
        self._ifaces = list(state.ifaces)
        self.listeners = state.listeners
        """The registered callbacks, newest first."""
        self.hook = state.hook
        """What the early listener executes, and when."""
        self._counts = list(state.counts)
        self._blames = list(state.blames)
        self.rooms = state.rooms
        """What is known of the room for addresses of IPv4 and IPv6."""
        self.marked: set[int] = set()
        """The ifaces whose words the monitor has not looked at since they changed."""
        self.vague: dict[int, int] = {}
        """Of these, the ones whose previous count is unknown (`unseen`)."""
        self.items: list[Item] = []

    def state(self) -> State:
        """Return the present state."""
        any_, v4, v6 = self._counts
        first, second, third = self._blames
        return State(
            tuple(self._ifaces), self.listeners, self.hook, (any_, v4, v6), (first, second, third),
            self.rooms,
        )  # fmt: skip

    @property
    def indexes(self) -> range:
        """The indexes of all ifaces."""
        return range(1, len(self._ifaces) + 1)

    def _place(self, index: int) -> int:
        return (index - 1) % len(self._ifaces)

    def iface(self, index: int) -> Iface:
        """Return the present state of an iface by its index."""
        return self._ifaces[self._place(index)]

    def put(self, index: int, **changes: object) -> None:
        """Change fields of an iface."""
        place = self._place(index)
        self._ifaces[place] = self._ifaces[place]._replace(**changes)  # type: ignore[arg-type]

    def impl(self, index: int) -> Impl:
        """Return the simulated implementation's view of an iface."""
        return self.iface(index).impl

    def put_impl(self, index: int, **changes: object) -> None:
        """Change fields of the simulated implementation."""
        place = self._place(index)
        iface = self._ifaces[place]
        impl = iface.impl._replace(**changes)  # type: ignore[arg-type]
        self._ifaces[place] = iface._replace(impl=impl)

    def mark(self, index: int) -> None:
        """Note that the monitor must look at an iface."""
        self.marked.add(self._place(index) + 1)

    def listen(self, *new: Listener) -> None:
        """Register callbacks, the newest first."""
        self.listeners = with_newest(self.listeners, *new)

    def put_room(self, place: int, room: int, taken: int) -> None:
        """Note what is known of the room for addresses of IPv4 (0) or IPv6 (1)."""
        four, six = self.rooms
        self.rooms = (four, (room, taken)) if place else ((room, taken), six)

    def total(self, number: int) -> int:
        """Return one of the monitor's totals."""
        return self._counts[number]

    def put_total(self, number: int, total: int) -> None:
        """Change one of the monitor's totals."""
        self._counts[number] = total

    def blame(self, number: int) -> int:
        """Return one of the ifaces that the monitor blames."""
        return self._blames[number]

    def put_blame(self, number: int, index: int) -> None:
        """Blame an iface."""
        self._blames[number] = index

    # --- what a move shows ---------------------------------------------------------------

    def show(
        self,
        kind: str,
        key: tuple[object, ...],
        rule: str,
        values: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Expect an observation."""
        self.items.append(Owed(kind, key, rule, values))

    def do(self, item: Item) -> None:
        """Start or stop a timer, or count."""
        self.items.append(item)

    def count(self, index: int, counter: str) -> None:
        """Raise a counter of the simulated implementation."""
        self.items.append(Count(index, counter))

    def cancel(self, slot: str) -> None:
        """Stop a timer, whether it runs or not."""
        self.items.append(Cancel(slot))
