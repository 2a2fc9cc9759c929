"""The exceptions of handoff: one class per code. What is raised carries the message of the library."""


class Error(Exception):
    """An operation that failed. str() says what failed, why, and what to do next; `code` is the number of the error."""

    code = 0


# generated from describe/handoff.toml: Errc


class Timeout(Error, TimeoutError):
    """The deadline passed; the message names the holders."""

    code = 1


class Full(Error):
    """No free slot at this moment."""

    code = 2


class Empty(Error):
    """Nothing to take at this moment."""

    code = 3


class EndOfStream(Error):
    """Every sender or publisher has left and nothing is unread."""

    code = 4


class Failed(Error):
    """The receiver reported it, or died editing the frame in place."""

    code = 5


class GivenUp(Error):
    """Delivered max_deliveries times, and no receiver survived it."""

    code = 6


class TooLarge(Error, ValueError):
    """Does not fit into the slot, or into the buffer."""

    code = 7


class InvalidArgument(Error, ValueError):
    """An invalid option, name or description."""

    code = 8


class InvalidHandle(Error):
    """Not open, already finished, or inherited through fork."""

    code = 9


class NoSuchSegment(Error, FileNotFoundError):
    """No segment of that name exists."""

    code = 10


class AlreadyExists(Error, FileExistsError):
    """Creation was asked for, but the name exists."""

    code = 11


class WrongKind(Error):
    """The segment of that name is of another kind."""

    code = 12


class WrongVersion(Error):
    """Built by another layout version or another build of handoff."""

    code = 13


class NotASegment(Error):
    """A file of that name exists, but handoff did not make it, or it was cut short."""

    code = 14


class Mismatch(Error):
    """The existing segment does not fit what was asked for; the message names the fields."""

    code = 15


class PermissionDenied(Error, PermissionError):
    """The rights of the segment do not let this process in."""

    code = 16


class NoSpace(Error, MemoryError):
    """Shared memory, RAM or the cgroup cannot give what is needed."""

    code = 17


class TooManyParticipants(Error):
    """Every place for a participant is taken."""

    code = 18


class Damaged(Error):
    """Bytes in the segment contradict each other; nothing was touched."""

    code = 19


class OwnershipLost(Error):
    """The slot is no longer ours: another process wrote into the segment."""

    code = 20


class SystemRefused(Error, OSError):
    """A system call failed; the message has the system's text."""

    code = 21


class Removed(Error):
    """Its name was removed from /dev/shm while it was in use (rm, logind): open it again."""

    code = 22


class Stopped(Error):
    """A stop was requested: nothing was taken, nothing is lost."""

    code = 23
# end of generated

_BY_CODE = {cls.code: cls for cls in Error.__subclasses__()}


def _error_of(code, message):
    """The exception for a code of the library."""
    return _BY_CODE.get(code, Error)(message)
