"""The exceptions of handoff: one class per code, each with the sentence of the library."""


class Error(Exception):
    """What handoff refuses. str() says what failed, why, and what to do next; `code` is the number of handoff::Errc."""

    code = 0


class Timeout(Error, TimeoutError):
    """The deadline passed; the sentence says who holds what."""

    code = 1


class Full(Error):
    """No free slot at this moment."""

    code = 2


class Empty(Error):
    """Nothing to take at this moment."""

    code = 3


class EndOfStream(Error):
    """Every sender or publisher has left, and nothing is unread."""

    code = 4


class Failed(Error):
    """The receiver said failed(reason), or died editing the frame in place."""

    code = 5


class GivenUp(Error):
    """Delivered max_deliveries times, and no receiver survived it."""

    code = 6


class TooLarge(Error, ValueError):
    """Does not fit into the slot."""

    code = 7


class InvalidArgument(Error, ValueError):
    """An option, a name, an array or a timeout that makes no sense."""

    code = 8


class InvalidHandle(Error):
    """Closed, released, or inherited through fork."""

    code = 9


class NoSuchSegment(Error, FileNotFoundError):
    """Nothing of that name exists."""

    code = 10


class AlreadyExists(Error, FileExistsError):
    """Asked to create what is already there."""

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
    """What exists has other sizes than asked for."""

    code = 15


class PermissionDenied(Error, PermissionError):
    """The rights of the segment do not let us in."""

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
    """The operating system refused; the sentence carries its words."""

    code = 21


class Removed(Error):
    """Its name was removed from /dev/shm while it was in use: open it again."""

    code = 22


class Stopped(Error):
    """A stop was requested: nothing was taken, nothing is lost."""

    code = 23


_BY_CODE = {cls.code: cls for cls in Error.__subclasses__()}


def error_of(code, sentence):
    """The exception for a code of the library."""
    return _BY_CODE.get(code, Error)(sentence)
