"""Waiting in asyncio: the descriptors of handles in the event loop, without a thread. See attach()."""

import asyncio
import weakref

from ._errors import Empty, EndOfStream, Full, InvalidHandle, Timeout

_futures = weakref.WeakKeyDictionary()  # event loop -> {descriptor: who waits for it}
_takes_without_turn = 64
_taken = 0


def _wake(waiting):
    for future in waiting:
        if not future.done():
            future.set_result(None)


def _futures_of(loop):
    """Those of one loop, by descriptor. Forgets loops that are closed."""
    for old in [other for other in _futures if other.is_closed()]:
        del _futures[old]
    return _futures.setdefault(loop, {})


async def _readable(handle, end):
    """Returns once the descriptor of the handle is readable, the handle was closed, or the time of the loop is `end`
    (None: never). asyncio has one callback for a descriptor: it wakes all who wait."""
    loop = asyncio.get_running_loop()
    of_loop, future, waiting, descriptor = _futures_of(loop), loop.create_future(), [], None

    def forget():  # the next one with this descriptor is another
        if of_loop.get(descriptor) is waiting:
            del of_loop[descriptor]
            loop.remove_reader(descriptor)
        _wake([*waiting, future])

    def closing():
        if asyncio._get_running_loop() is loop:
            forget()
        elif loop.is_closed():
            handle._closing.discard(closing)
        else:
            loop.call_soon_threadsafe(forget)

    timer = None if end is None else loop.call_at(end, _wake, [future])
    handle._closing.add(closing)  # first: another thread may close it at any moment
    try:
        descriptor = handle.fileno()
        waiting = of_loop.setdefault(descriptor, waiting)
        waiting.append(future)
        if len(waiting) == 1:
            loop.add_reader(descriptor, _wake, waiting)
        await future
    except OSError:  # closed before it was added
        if not getattr(handle, "closed", True):
            raise
    finally:
        if timer is not None:
            timer.cancel()
        handle._closing.discard(closing)
        if future in waiting:
            waiting.remove(future)
        if not waiting:
            forget()


async def _until(handle, timeout, take, nothing, last):
    """What take() returns once it does not raise `nothing`; after `timeout` seconds what last() does, which says more.
    Taking is the last that happens: a cancellation loses nothing. A loop that always finds something would keep other
    tasks waiting: every so often one takes a turn."""
    global _taken
    loop = asyncio.get_running_loop()
    end = None if timeout is None else loop.time() + timeout
    _taken += 1
    if _taken % _takes_without_turn == 0:
        await asyncio.sleep(0)
    while True:
        try:
            return take()
        except nothing:
            pass
        if end is not None and loop.time() >= end:
            return last()
        await _readable(handle, end)


async def receive_async(self, timeout=None):
    """As receive(), in asyncio."""
    return await _until(self, timeout, self.try_receive, Empty, lambda: self.receive(0))


async def loan_async(self, timeout=None):
    """As loan(), in asyncio."""
    return await _until(self, timeout, self.try_loan, Full, lambda: self.loan(timeout=0))


async def next_async(self, timeout=None):
    """As next(), in asyncio."""
    return await _until(self, timeout, self.try_next, Empty, lambda: self.next(0))


async def newest_async(self, timeout=None):
    """As newest(), in asyncio."""
    return await _until(self, timeout, self.try_newest, Empty, lambda: self.newest(0))


async def copy_next_async(self, timeout=None):
    """As copy_next(), in asyncio."""
    return await _until(self, timeout, lambda: self.copy_next(0), Timeout, lambda: self.copy_next(0))


async def copy_newest_async(self, timeout=None):
    """As copy_newest(), in asyncio."""
    return await _until(self, timeout, lambda: self.copy_newest(0), Timeout, lambda: self.copy_newest(0))


async def wait_newer_async(self, timeout=None):
    """As wait_newer(), in asyncio."""
    return await _until(self, timeout, lambda: self.wait_newer(0), Timeout, lambda: self.wait_newer(0))


async def wait_async(self, timeout=None):
    """As wait(), in asyncio. `await pending` is the same without a timeout. Cancelled, the request stays sent: await it
    again, or withdraw() it."""
    return await _until(self, timeout, lambda: self.wait(0), Timeout, lambda: self.wait(0))


async def _next_in_loop(self, take):
    if self.closed:
        raise InvalidHandle(f"this {type(self).__name__} of '{self.name}' is closed: open it again")
    try:
        return await take()
    except EndOfStream:
        raise StopAsyncIteration from None
    except InvalidHandle:
        if self.closed:
            raise StopAsyncIteration from None
        raise


def _iterating(cls, take):
    cls.__aiter__ = lambda self: self
    cls.__anext__ = lambda self: _next_in_loop(self, lambda: take(self))


def attach(core):
    """Gives the classes their coroutines."""
    core.Receiver.receive_async = receive_async
    core.Sender.loan_async = loan_async
    core.Pending.wait_async = wait_async
    core.Pending.__await__ = lambda self: wait_async(self).__await__()
    for method in (next_async, newest_async, copy_next_async, copy_newest_async):
        setattr(core.Subscriber, method.__name__, method)
    core.Latest.wait_newer_async = wait_newer_async
    _iterating(core.Receiver, receive_async)
    _iterating(core.Subscriber, lambda self: next_async(self) if self.pins > 0 else copy_next_async(self))
    _iterating(core.Latest, wait_newer_async)
