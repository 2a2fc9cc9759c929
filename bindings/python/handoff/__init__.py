"""handoff: frames and messages from one process to another through shared memory, without copying them.

A channel (Sender, Receiver) gives each request to one of several receivers and returns its answer. A topic (Publisher,
Subscriber) delivers every message to every subscriber. A Latest is one value that is always read whole. The other side
may be a C++, C, Python or Node.js program; any of them may be killed at any moment.

A frame is a numpy array on the slot itself, of the right shape and dtype. What `.array` returns stays readable as long
as you keep it, but after release(), send(), processed() or the end of `with` the slot belongs to others, who may write
into it: `.copy()` what you keep.

Timeouts are in seconds; None waits for ever. While a thread waits, others run, and Ctrl-C ends the wait. A child of
fork() inherits no handle: it opens the segment again.
"""

import atexit as _atexit
import os as _os

from . import _aio, _core, _threads
from ._core import (
    ArrayDescription,
    ChannelInfo,
    ChannelState,
    Copy,
    Image,
    Latest,
    LatestInfo,
    Loan,
    Message,
    Pending,
    Processed,
    Publisher,
    Reading,
    Receiver,
    Request,
    Sender,
    Subscriber,
    TopicInfo,
    TopicState,
    __version__,
    _close_all,
    _let_child_see_views,
    clean,
    handle_sigbus,
    list_segments,
    remove,
    wait_any,
)
from ._errors import *

__all__ = [name for name in globals() if not name.startswith("_")]


class _Signature:
    """What inspect.signature() and help() show of a class that is opened by name; made when they ask."""

    def __get__(self, instance, cls):
        from inspect import Parameter, Signature

        name = Parameter("name", Parameter.POSITIONAL_OR_KEYWORD)
        kinds = {False: Parameter.POSITIONAL_OR_KEYWORD, True: Parameter.KEYWORD_ONLY}
        return Signature([name, *(Parameter(one, kinds[is_keyword], default=default)
                                  for one, is_keyword, default in cls._arguments)])


for _name in __all__:  # tracebacks and help() show the names that users import
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = __name__
    if hasattr(globals()[_name], "_arguments"):
        globals()[_name].__signature__ = _Signature()

_aio.attach(_core)
_threads.end_waits_at_exit()
_threads.remember_main_thread()
# What is still open when the interpreter ends is left in an orderly way: no name stays behind.
_atexit.register(_close_all)
# A child of fork() inherits no handle, but a view that lives in it shows its bytes.
_os.register_at_fork(
    before=lambda: _let_child_see_views(True),
    after_in_parent=lambda: _let_child_see_views(False),
    after_in_child=_threads.remember_main_thread,
)
