"""Waiting in asyncio."""

import asyncio
import gc
import threading
import weakref

import handoff
import pytest


def run(main):
    return asyncio.run(asyncio.wait_for(main, 30))


@pytest.fixture
def pair(name):
    with handoff.Receiver(name, slot_count=4, payload_bytes=60, reply_bytes=60) as receiver, handoff.Sender(name) as sender:
        yield sender, receiver


def test_a_request_is_awaited_and_answered(pair):
    sender, receiver = pair

    async def serve():
        async for request in receiver:
            with request:
                request.processed(bytes(request.array)[::-1])

    async def main():
        server = asyncio.create_task(serve())
        for number in range(200):  # more than a turn
            text = f"request {number}".encode()
            with await sender.request_async(text) as processed:
                assert bytes(processed.reply) == text[::-1]
        pending = sender.request_async(b"abc")
        with await pending.wait_async(timeout=10) as processed:
            assert bytes(processed.reply) == b"cba"
        receiver.close()
        await server  # closing ends the loop

    run(main())


def test_timeouts_say_what_the_library_says(pair, name):
    sender, receiver = pair

    async def main():
        with pytest.raises(handoff.Timeout, match="nothing came"):
            await receiver.receive_async(timeout=0.01)
        loans = [sender.try_loan() for _ in range(4)]
        with pytest.raises(handoff.Timeout, match="slots"):
            await sender.loan_async(timeout=0.01)
        pending = sender.request_async(loans.pop())
        with pytest.raises(handoff.Timeout):
            await pending.wait_async(timeout=0)
        assert pending.withdraw()

    run(main())


def test_a_wait_goes_on_when_something_comes(name):
    async def main():
        with handoff.Publisher(name, payload_bytes=8) as publisher, handoff.Subscriber(name) as one, \
                handoff.Subscriber(name, pins=0) as copying, handoff.Latest(name + "-latest", "f8") as value:
            waits = [asyncio.create_task(wait) for wait in (
                one.next_async(), copying.copy_next_async(), value.wait_newer_async())]
            await asyncio.sleep(0)
            publisher.publish(b"news")
            value.write(3.5)
            message, copy, newer = await asyncio.gather(*waits)
            assert (bytes(message.array), bytes(copy.array), newer.value) == (b"news", b"news", 3.5)
            message.release()
            publisher.publish(b"more")
            with await one.newest_async() as message:
                assert message.lost == 0
            assert bytes((await copying.copy_newest_async()).array) == b"more"
            publisher.close()
            assert [message async for message in one] == []
            with pytest.raises(handoff.EndOfStream):
                await copying.copy_next_async()

    run(main())


def test_many_tasks_share_a_receiver_and_each_request_goes_to_one(pair):
    sender, receiver = pair
    taken = []

    async def work():
        with await receiver.receive_async() as request:
            taken.append(bytes(request.array))
            request.processed()

    async def main():
        workers = [asyncio.create_task(work()) for _ in range(20)]
        for number in range(20):
            with await sender.loan_async() as loan:
                loan.array[:2] = [number, number]
                loan.resize(2)
                sender.send(loan)
        await asyncio.gather(*workers)

    run(main())
    assert sorted(taken) == [bytes([number, number]) for number in range(20)]


def test_a_cancelled_wait_loses_nothing(pair):
    sender, receiver = pair

    async def main():
        for number in range(100):
            wait = asyncio.create_task(receiver.receive_async(timeout=20 if number % 2 else None))
            for _ in range(number % 5):
                await asyncio.sleep(0)
            sender.send(bytes([number]))
            for _ in range(number % 7):
                await asyncio.sleep(0)
            wait.cancel()
            try:
                request = await wait
            except asyncio.CancelledError:
                request = await receiver.receive_async(timeout=10)
            assert (bytes(request.array), request.deliveries) == (bytes([number]), 1)
            request.processed()
        assert not receiver._closing

    run(main())


def test_a_cancelled_task_does_not_go_on(pair):
    sender, receiver = pair

    async def serve():
        while True:
            (await receiver.receive_async(timeout=20)).processed()

    async def main():
        for turns in range(12):
            server = asyncio.create_task(serve())
            await asyncio.sleep(0.002)
            sender.send(b"x")
            for _ in range(turns):
                await asyncio.sleep(0)
            server.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(server, 10)

    run(main())


@pytest.mark.parametrize("end", ["release", "withdraw"])
def test_the_end_of_a_pending_ends_its_wait(pair, end):
    sender, _ = pair

    async def main():
        pending = sender.request_async(b"x")
        wait = asyncio.create_task(pending.wait_async())
        await asyncio.sleep(0.01)
        getattr(pending, end)()
        with pytest.raises(handoff.InvalidHandle, match="released"):
            await wait

    run(main())


def test_a_loop_that_was_closed_while_it_waited_is_forgotten(pair):
    _, receiver = pair
    loop = asyncio.new_event_loop()
    task = loop.create_task(receiver.receive_async())
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.close()
    closed = weakref.ref(loop)
    task._log_destroy_pending = False
    del task, loop
    receiver.close()

    async def main():
        with handoff.Receiver(receiver.name + "-other", payload_bytes=8) as other:
            with pytest.raises(handoff.Timeout):
                await other.receive_async(timeout=0.001)

    run(main())
    gc.collect()
    assert closed() is None


@pytest.mark.parametrize("in_thread", [False, True])
def test_close_ends_a_wait(pair, in_thread):
    _, receiver = pair

    async def main():
        waits = [asyncio.create_task(receiver.receive_async()) for _ in range(2)]
        await asyncio.sleep(0.01)
        if in_thread:
            await asyncio.to_thread(receiver.close)
        else:
            receiver.close()
        for wait in waits:
            with pytest.raises(handoff.InvalidHandle, match="closed"):
                await wait
        with pytest.raises(handoff.InvalidHandle, match="closed"):
            async for _ in receiver:
                pass

    run(main())


def test_other_tasks_run_beside_a_stream_without_a_pause(name):
    async def main():
        with handoff.Latest(name, "u4") as value:
            turns = 0

            async def count():
                nonlocal turns
                while True:
                    turns += 1
                    await asyncio.sleep(0)

            counter = asyncio.create_task(count())
            for number in range(1000):
                value.write(number)
                assert (await value.wait_newer_async()).value == number
            counter.cancel()
            assert turns >= 1000 // 64

    run(main())


def test_loops_in_two_threads_have_waits_of_their_own(pair):
    sender, receiver = pair
    taken = []

    def loop():
        async def main():
            with await receiver.receive_async() as request:
                taken.append(bytes(request.array))
                request.processed()

        run(main())

    threads = [threading.Thread(target=loop) for _ in range(2)]
    for thread in threads:
        thread.start()
    sender.send(b"a")
    sender.send(b"b")
    for thread in threads:
        thread.join(30)
    assert sorted(taken) == [b"a", b"b"]


def test_wait_any_takes_senders_and_pendings(pair):
    sender, receiver = pair
    loans = [sender.try_loan() for _ in range(4)]
    pending = sender.request_async(loans.pop())
    with pytest.raises(handoff.Timeout):
        handoff.wait_any([sender, pending], timeout=0)
    receiver.receive(10).processed()
    assert handoff.wait_any([sender, pending], timeout=10) == 1
    loans.pop().release()
    assert handoff.wait_any([sender, pending], timeout=10) == 0
