"""Keywords about all interfaces at once."""

from connmgr_hil.vocabulary.stimuli import words

from .arguments import NOT_GIVEN, ReturnValue
from .keywords import Keywords, keyword


class BulkKeywords(Keywords):
    """The bulk functions ``conn_mgr_all_if_…``."""

    @keyword
    def take_all_interfaces_up(
        self, *, skip_ignored: bool = False, returns: ReturnValue = NOT_GIVEN
    ) -> None:
        """Takes every interface admin-up, as ``conn_mgr_all_if_up`` does.

        - ``skip_ignored``: skip ignored interfaces.
        - ``returns``: what the call must return; ``0`` if not given.

        For example:
        | Take All Interfaces Up    skip_ignored=True
        """
        self._bulk("up", skip_ignored, returns)

    @keyword
    def take_all_interfaces_down(
        self, *, skip_ignored: bool = False, returns: ReturnValue = NOT_GIVEN
    ) -> None:
        """Takes every interface admin-down, as ``conn_mgr_all_if_down`` does.

        - ``skip_ignored``: skip ignored interfaces.
        - ``returns``: what the call must return; ``0`` if not given.

        For example:
        | Take All Interfaces Down
        """
        self._bulk("down", skip_ignored, returns)

    @keyword
    def connect_all_interfaces(
        self, *, skip_ignored: bool = False, returns: ReturnValue = NOT_GIVEN
    ) -> None:
        """Takes every interface up and connects all bound ones, as ``conn_mgr_all_if_connect`` does.

        - ``skip_ignored``: skip ignored interfaces.
        - ``returns``: the first error that must be returned; ``0`` if not given.

        For example:
        | Connect All Interfaces    returns=-ENOTSUP
        """
        self._bulk("connect", skip_ignored, returns)

    @keyword
    def disconnect_all_interfaces(
        self, *, skip_ignored: bool = False, returns: ReturnValue = NOT_GIVEN
    ) -> None:
        """Disconnects all bound interfaces, as ``conn_mgr_all_if_disconnect`` does.

        - ``skip_ignored``: skip ignored interfaces.
        - ``returns``: the first error that must be returned; ``0`` if not given.

        For example:
        | Disconnect All Interfaces
        """
        self._bulk("disconnect", skip_ignored, returns)

    def _bulk(self, what: str, skip_ignored: bool, returns: ReturnValue) -> None:
        self.give(words("all", what, int(skip_ignored)), returns or "0")
