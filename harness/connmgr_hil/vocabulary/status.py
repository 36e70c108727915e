"""Return values, written so that they mean the same on every C library."""

# The first 34 numbers are the same everywhere; those above differ between C libraries
# (specification 6.1), so only their symbols are ever compared.
_CLASSIC = (
    "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT "
    "ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG "
    "ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE"
).split()


def status_text(rc: int, symbol: str | None = None) -> str:
    """Return a return value as text: `0`, `5`, `-EIO`, or `-4711` where no symbol is known.

    `symbol` is the errno name that the device sent, if any. Without it, numbers up to 34 are named here.
    """
    if rc >= 0:
        return str(rc)
    if symbol:
        return f"-{symbol}"
    return f"-{_CLASSIC[-rc - 1]}" if -rc <= len(_CLASSIC) else str(rc)
