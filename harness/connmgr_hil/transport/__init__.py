"""Lines to a device: bytes in, bytes out."""

from .base import Patience, Transport, after, escaped
from .descriptor import DescriptorTransport
from .opening import absolute, open_line
from .remote import RemoteTransport
from .sockets import PromptLine, connect_promptly, connect_tcp, connect_unix, from_socket
from .terminal import open_terminal
from .wrapping import WrappedLine

__all__ = [
    "DescriptorTransport",
    "Patience",
    "PromptLine",
    "RemoteTransport",
    "Transport",
    "WrappedLine",
    "absolute",
    "after",
    "connect_promptly",
    "connect_tcp",
    "connect_unix",
    "escaped",
    "from_socket",
    "open_line",
    "open_terminal",
]
