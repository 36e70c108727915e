"""Return values, written so that they mean the same on every C library."""

import re

from .arguments import did_you_mean
from .errors import BadInput

# The first 34 numbers are the same everywhere; those above differ between C libraries
# (specification 6.1), so only their symbols are ever compared.
_CLASSIC = (
    "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT "
    "ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG "
    "ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE"
).split()


# Those that the probe may name beside them (`zephyr_app/probe/src/command.c`).
_FURTHER = (
    "ENOSYS EPROTO EMSGSIZE ENOPROTOOPT EPROTONOSUPPORT ENOTSUP EOPNOTSUPP EAFNOSUPPORT EADDRINUSE "
    "EADDRNOTAVAIL ENETDOWN ENETUNREACH ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN "
    "ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE ECANCELED"
).split()
_SYMBOLS = tuple(f"-{symbol}" for symbol in (*_CLASSIC, *_FURTHER))


def status_text(rc: int, symbol: str | None = None) -> str:
    """Return a return value as text: `0`, `5`, `-EIO`, or `-4711` where no symbol is known.

    `symbol` is the errno name that the device sent, if any. Without it, numbers up to 34 are named here.
    """
    if rc >= 0:
        return str(rc)
    if symbol:
        return f"-{symbol}"
    return f"-{_CLASSIC[-rc - 1]}" if -rc <= len(_CLASSIC) else str(rc)


def status_of(text: str) -> str:
    """Return a return value that a person wrote as `status_text` would: `0`, `5`, `-EIO` also for `-5`.

    Raises `BadInput` naming the symbol that was probably meant.
    """
    word = text.strip()
    if re.fullmatch(r"-?[0-9]{1,10}", word):
        return status_text(int(word))
    if word in _SYMBOLS:
        return word
    valid = "valid are 0, other numbers, and errno symbols such as -ENOTSUP or -EIO"
    raise BadInput(f"{text!r} is not a return value", "", did_you_mean(word, _SYMBOLS, valid))
