"""Keywords about the device as a whole."""

from msgspec import structs

from connmgr_hil.conformance.needs import Needs
from connmgr_hil.vocabulary.requirements import ORDER
from connmgr_hil.vocabulary.status import status_of

from .framework import Failure, SkipExecution
from .keywords import Keywords, keyword


class DeviceKeywords(Keywords):
    """Starting, judging, asking."""

    @keyword
    def open_device(self, variant: str = "") -> None:
        """Starts a fresh device; everything from here on is recorded and judged.

        Without it, the first keyword that needs a device opens one. Tests never share a device.

        - ``variant``: a configuration of the firmware other than that of the library's import.

        For example:
        | Open Device
        | Open Device    variant=dad
        """
        self.open(variant)

    @keyword
    def close_device(self) -> None:
        """Ends the session; fails if the device deviated from the model.

        Without it, the end of the test does so.

        For example:
        | Close Device
        """
        self.close_judged()

    @keyword
    def restart_device(self) -> None:
        """Ends the session as `Close Device` does, and starts a fresh device.

        For example:
        | Restart Device
        | Interface Should Be    A    admin-down
        """
        self.close_judged()
        self.open()

    @keyword
    def reset_device(self) -> None:
        """Restores the state after boot without a restart; earlier events are forgotten.

        For example:
        | Reset Device
        """
        status = self.session.execute(("reset",)).status
        self.insist(status == "0", "the device can be reset", f"it answered {status}")
        self.events.forget()

    @keyword
    def device_should_conform(self) -> None:
        """Compares everything the device showed, and the state of all its interfaces, with the model.

        The end of each test does so, too.

        For example:
        | Device Should Conform
        """
        self.session.execute(("state",))
        self.session.conform()

    @keyword
    def skip_unless_device_has(
        self, *features: str, since: str = ORDER[0], until: str = ORDER[-1]
    ) -> None:
        """Skips the test if the device lacks something it needs.

        - ``features``: role letters of interfaces (see `Interfaces`), ``dad``, ``no-dad``, ``queue5``,
          ``queue64``, ``autodown``, ``no-autodown``, ``granted-time``, and others; an unknown one is
          answered with all of them.
        - ``since``, ``until``: profiles (P34, P37, P42, P43, P44, P45), the semantics of Zephyr's releases.

        For example:
        | Skip Unless Device Has    autodown    S
        | Skip Unless Device Has    since=P37
        """
        reason = Needs(features, since, until).obstacle(*self.session.described)
        if reason:
            raise SkipExecution(reason)

    @keyword
    def skip_unless_device_has_interfaces_of_test(self) -> None:
        """Skips the test if the device lacks one of the interfaces that its steps name by role letter.

        For example:
        | Skip Unless Device Has Interfaces Of Test
        """
        self.skip_unless_device_has(*sorted(self.roles_named))

    @keyword
    def ignore_own_interfaces(self) -> None:
        """Tells the monitor to ignore the interfaces that are none of the sample application's.

        They may be ready or become so at any time, and would count.

        For example:
        | Ignore Own Interfaces
        """
        _, ifaces, *_ = self.session.described
        for facts in ifaces:
            if facts.is_real:
                self.session.execute(("ignore", str(facts.index)))

    @keyword
    def get_device_facts(self) -> dict[str, object]:
        """Returns what the device said about itself, as a dictionary, with its ``profile``.

        For example:
        | ${facts} =    Get Device Facts
        | Log    ${facts}[board] runs Zephyr ${facts}[zephyr]
        """
        return structs.asdict(self.session.facts) | {"profile": self.session.profile.name}

    @keyword
    def give_command(self, *words: str, returns: str = "") -> dict[str, str]:
        """Gives any command of the probe, and returns the fields of its reply, with the ``status``.

        - ``words``: as in PROTOCOL.md, with role letters for interfaces.
        - ``returns``: what the command must return; anything if not given.

        For example:
        | &{reply} =    Give Command    sim A
        | Should Be Equal    ${reply}[state]    idle
        | Give Command    burst ignore U ; watch U    returns=0
        """
        given = " ".join(words).split()
        returns = status_of(returns) if returns else ""
        letters = {each.letter: str(each.index) for each in self.network.ifaces if each.letter}
        reply = self.session.execute(tuple(letters.get(word, word) for word in given))
        if returns and reply.status != returns:
            raise Failure(
                f"'{' '.join(given)}' should return {returns}; it returned {reply.status}"
            )
        return {"status": reply.status, **reply.values}

    @keyword
    def attach_trace(self) -> None:
        """Puts the trace into the log as a table; a failing test does so automatically.

        For example:
        | Attach Trace
        """
        self.attach()
