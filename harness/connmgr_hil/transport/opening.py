"""Opens the line that a user names."""

from pathlib import Path

from connmgr_hil.vocabulary.errors import UsageError

from .descriptor import DescriptorTransport
from .remote import RemoteTransport
from .sockets import connect_tcp, connect_unix
from .terminal import open_terminal


def absolute(address: str) -> str:
    """Return the address of a line, with that of a terminal as an absolute path: a relative one is of the current folder."""
    is_path = address.startswith(("./", "../")) or (address and ":" not in address)
    if is_path and ("/" in address or Path(address).exists()):
        return str(Path(address).absolute())
    return address


def open_line(
    address: str, *, baud: int = 115200, dtr: bool | None = None, rts: bool | None = None
) -> DescriptorTransport | RemoteTransport:
    """Open the line that an address names.

    `/dev/…`, or another path, is a terminal, `unix:PATH`, `tcp:HOST:PORT` and `socket://HOST:PORT` are sockets, and
    anything else with `://` is left to pyserial (`rfc2217://`, `hwgrep://`). Raises `UsageError` for other addresses and
    `RigFault` when the line cannot be opened.
    """
    address = absolute(address)
    scheme, _, rest = address.partition(":")
    host, _, port = rest.removeprefix("//").rpartition(":")
    if scheme in {"tcp", "socket"} and host and port.isdigit():
        return connect_tcp(host, int(port))
    if scheme == "unix" and rest:
        return connect_unix(rest)
    if "://" in address:
        return RemoteTransport(address, baud=baud, dtr=dtr, rts=rts)
    if address.startswith("/"):
        return open_terminal(address, baud=baud, dtr=dtr, rts=rts)
    raise UsageError(
        "this is not the address of a line",
        repr(address),
        "use /dev/…, unix:PATH, tcp:HOST:PORT, rfc2217://HOST:PORT or socket://HOST:PORT",
    )
