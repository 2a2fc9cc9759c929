"""Threads that wait, and the ends of what they wait for."""

import sys
import threading
from concurrent.futures import thread as _pool

from . import _core


def remember_main_thread():
    """The thread that runs signal handlers; in a child of fork() it is another one."""
    _core._set_main_thread(threading.main_thread().ident)


def end_waits_at_exit():
    """All threads end their waits before the interpreter waits for its threads. Functions registered last are called
    first, and that of the thread pools, which waits for their threads, is older: it was registered by the import above.
    """
    threading._register_atexit(_core._end_waits)


def _executor_of_this_thread():
    frame = sys._getframe()
    while frame is not None and frame.f_code is not _pool._worker.__code__:
        frame = frame.f_back
    return None if frame is None else frame.f_locals["executor_reference"]()


def abandonment():
    """For a thread of an event loop (asyncio.to_thread, run_in_executor): a function that is true once the loop has shut
    down its executor. Before that, asyncio.run() has cancelled everybody who could await the result, and it waits for
    the thread, without a limit. For all other threads None.
    """
    executor = _executor_of_this_thread()
    if executor is None or executor._thread_name_prefix != "asyncio":
        return None
    return lambda: executor._shutdown
