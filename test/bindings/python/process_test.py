"""Several processes: kills, signals, forks, threads that are gone at exit."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time

import handoff
import numpy as np
import pytest
from conftest import eventually, files_of

HOLD_ONE = """
import sys, handoff
receiver = handoff.Receiver(sys.argv[1], attach_timeout=30)
with receiver.receive(30) as request:
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_receiver_held_is_delivered_again(name, program):
    with handoff.Sender(name, payload_bytes=8) as sender:
        target = program(HOLD_ONE, name)
        sender.send(b"precious")
        assert target.line() == "holding"
        target.process.kill()
        target.process.wait()
        with handoff.Receiver(name) as receiver, receiver.receive(30) as request:
            assert request.deliveries == 2 and bytes(request.array) == b"precious"
            request.processed()


def test_a_death_is_noticed_while_thirty_messages_a_second_flow(name, program):
    """No wait here lasts as long as a tick; a message that is held by a dead receiver comes again all the same."""
    with handoff.Sender(name, payload_bytes=8) as sender:
        target = program(HOLD_ONE, name)
        sender.send(b"precious")
        assert target.line() == "holding"
        with handoff.Receiver(name) as receiver:  # before the death: a newcomer checks for the dead
            target.process.kill()
            target.process.wait()
            end = time.monotonic() + 30
            deliveries = 0
            while deliveries < 2:
                assert time.monotonic() < end, "nobody noticed the death"
                time.sleep(1 / 30)
                sender.send(b"traffic")
                with receiver.receive(30) as request:
                    deliveries = request.deliveries
                    request.processed()


@pytest.mark.parametrize("how", [["{script}"], ["-X", "utf8", "{script}"], ["-m", "detector"]])
def test_a_script_is_known_by_its_own_name(name, tmp_path, how):
    script = tmp_path / "detector.py"
    script.write_text(HOLD_ONE)
    shown = "detector" if "-m" in how else "detector.py"
    arguments = [sys.executable, *(word.format(script=script) for word in how), name]
    with handoff.Sender(name, payload_bytes=8) as sender:
        path = os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]])
        target = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  env=os.environ | {"PYTHONPATH": path})
        try:
            sender.send(b"held")
            assert target.stdout.readline() == b"holding\n"
            assert f"taken by {shown} (pid {target.pid})" in sender.who_holds()
        finally:
            target.kill()
            target.communicate()


LOAN_ALL = """
import sys, handoff
sender = handoff.Sender(sys.argv[1])
sender.send(b"sent")
kept = sender.loan().array
print("holding", flush=True)
sys.stdin.read()
"""


def test_what_a_killed_sender_lent_is_free_and_what_it_sent_arrives(name, program):
    with handoff.Sender(name, slot_count=2, payload_bytes=8) as sender, handoff.Receiver(name) as receiver:
        target = program(LOAN_ALL, name)
        assert target.line() == "holding"
        assert sender.state().loaned == 1
        target.process.kill()
        target.process.wait()
        with receiver.receive(30) as request:
            assert bytes(request.array) == b"sent"
            request.processed()
        with sender.loan(timeout=30), sender.loan(timeout=30):
            assert sender.state().loaned == 2


WAITS = {
    "receive": "handoff.Receiver(name).receive()",
    "iteration": "next(handoff.Receiver(name))",
    "loan": "s = handoff.Sender(name, slot_count=1); kept = s.loan(); s.loan()",
    "request": "handoff.Sender(name).request(b'x')",
    "wait_for_receiver": "handoff.Sender(name).wait_for_receiver()",
    "attach": "handoff.Receiver(name + '-none', attach_timeout=None)",
    "next": "handoff.Subscriber(name + '-topic').next()",
    "wait_newer": "handoff.Latest(name + '-latest', 'u4').wait_newer()",
    "wait_any": "r = handoff.Receiver(name); handoff.wait_any([r])",
}


@pytest.mark.parametrize("wait", WAITS)
def test_ctrl_c_ends_a_wait(name, program, wait):
    code = f"""
import sys, handoff
name = sys.argv[1]
try:
    print("waiting", flush=True)
    {WAITS[wait]}
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    with handoff.Sender(name, slot_count=1, payload_bytes=8), handoff.Publisher(name + "-topic", payload_bytes=8), \
            handoff.Latest(name + "-latest", "u4"):
        waiter = program(code, name)
        assert waiter.line() == "waiting"
        eventually(waiter.sleeps)
        waiter.process.send_signal(signal.SIGINT)
        assert waiter.wait() == (0, "interrupted\n", "")


def test_an_interrupted_request_is_withdrawn(name, program):
    code = "import sys, handoff; handoff.Sender(sys.argv[1]).request(b'x')"
    with handoff.Receiver(name, payload_bytes=8) as receiver:
        waiter = program(code, name)
        eventually(lambda: receiver.state().ready == 1 and waiter.sleeps())
        waiter.process.send_signal(signal.SIGINT)
        status, _, err = waiter.wait()
        assert status == -signal.SIGINT and "KeyboardInterrupt" in err
        assert receiver.state().ready == 0


@pytest.mark.parametrize("wait", [
    "handoff.Receiver(name + '-none', attach_timeout=60)", "sender.request(b'x')", "receiver.receive()"])
def test_a_daemon_thread_that_waits_does_no_harm(name, program, wait):
    code = f"""
import sys, threading, handoff
name = sys.argv[1]
keep = [handoff.Receiver(f"{{name}}-{{i}}", payload_bytes=8) for i in range(4)]
receiver, sender = handoff.Receiver(name, payload_bytes=8), handoff.Sender(name)
begins = threading.Event()
def run():
    begins.set()
    {wait}
threading.Thread(target=run, daemon=True).start()
begins.wait()
"""
    for _ in range(6):
        status, _, err = program(code, name).wait()
        assert status == 0, err


def test_a_thread_that_waits_at_exit_does_no_harm(name, program):
    code = """
import sys, threading, time, handoff
name = sys.argv[1]
receiver, sender = handoff.Receiver(name, slot_count=3, payload_bytes=8), handoff.Sender(name)
kept = [sender.loan(), sender.loan()]
for wait in (receiver.receive, lambda: sender.request(b"x"), sender.loan, sender.loan):
    threading.Thread(target=wait, daemon=True).start()
view = kept[0].array
class Slow:  # the waits come back while the interpreter ends
    def __del__(self, sleep=time.sleep):
        sleep(0.3)
sys.slow = Slow()
"""
    for _ in range(3):
        status, _, err = program(code, name).wait()
        assert (status, "terminate" in err, "Fatal" in err) == (0, False, False), err


END_OF_A_THREAD = {  # threads that wait for ever do not keep the interpreter
    "thread": "threading.Thread(target=receiver.receive).start()",
    "loop": "threading.Thread(target=lambda: list(receiver)).start()",
    "pending": "threading.Thread(target=sender.request_async(b'x').wait).start()",
    "wait_any": "threading.Thread(target=handoff.wait_any, args=([receiver],)).start()",
    "attach": "threading.Thread(target=handoff.Receiver, args=(name + '-none',), kwargs=dict(attach_timeout=None)).start()",
    "pool": "concurrent.futures.ThreadPoolExecutor().submit(receiver.receive)",
    "later": "threading.Thread(target=lambda: (threading.main_thread().join(), receiver.receive())).start()",
    "asyncio": """
async def main():
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.to_thread(receiver.receive), 0.2)
asyncio.run(main())""",
}


@pytest.mark.parametrize("end", END_OF_A_THREAD)
def test_a_thread_that_waits_does_not_keep_the_interpreter(name, program, end):
    code = f"""
import asyncio, atexit, concurrent.futures, contextlib, sys, threading
import handoff
name = sys.argv[1]
receiver, sender = handoff.Receiver(name, slot_count=3, payload_bytes=8, reply_bytes=8), handoff.Sender(name)
other = handoff.Subscriber(name + "-topic", payload_bytes=8)
def at_exit():  # the main thread can wait to the end
    try:
        other.next(timeout=0.2)
    except handoff.Timeout:
        print("timed out")
atexit.register(at_exit)
{END_OF_A_THREAD[end]}
"""
    status, out, err = program(code, name).wait()
    assert (status, out) == (0, "timed out\n"), err
    assert "Stopped" in err or end in ("loop", "pool", "asyncio")


def test_what_is_open_at_exit_leaves_no_name_behind(name, program):
    code = "import sys, handoff\nsender = handoff.Sender(sys.argv[1], payload_bytes=8)\nme = [sender]\nme.append(me)\n"
    assert program(code, name).wait() == (0, "", "")
    assert files_of(name) == []


def child_checks(sender, view, name, answers):
    """Runs in the child of a fork."""
    try:
        sender.loan(timeout=0)
    except handoff.InvalidHandle as error:
        answers.put(("inherited", "fork" in str(error)))
    answers.put(("view", int(view[0])))
    with handoff.Receiver(name) as own, own.receive(30) as request:
        answers.put(("own", bytes(request.array)))
        request.processed()


def test_a_child_of_a_daemon_thread_can_wait_to_its_end(name, program):
    code = """
import atexit, os, sys, threading, handoff
name = sys.argv[1]
def at_exit(parent=os.getpid()):
    if os.getpid() == parent:
        return
    with handoff.Receiver(name, payload_bytes=8) as receiver:
        try:
            receiver.receive(timeout=0.3)
        except handoff.Timeout:
            print("timed out", flush=True)
atexit.register(at_exit)
def run():
    with handoff.Receiver(name, payload_bytes=8) as receiver:
        try:
            receiver.receive(timeout=0)
        except handoff.Timeout:
            pass
    child = os.fork()
    if child == 0:  # as the interpreter ends
        threading._shutdown()
        atexit._run_exitfuncs()
        os._exit(0)
    os.waitpid(child, 0)
thread = threading.Thread(target=run, daemon=True)
thread.start()
thread.join()
"""
    status, out, err = program(code, name).wait()
    assert (status, out) == (0, "timed out\n"), err


def test_a_child_of_fork_inherits_nothing_and_opens_its_own(name):
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    with handoff.Sender(name, slot_count=2, payload_bytes=4) as sender:
        sender.send(b"sent")
        with sender.loan() as loan:
            loan.array[:] = 9
            child = context.Process(target=child_checks, args=(sender, loan.array, name, answers))
            child.start()
            got = dict(answers.get(timeout=30) for _ in range(3))
            child.join(30)
            assert child.exitcode == 0
            assert got == {"inherited": True, "view": 9, "own": b"sent"}
            assert sender.state().loaned == 1, "the child gave nothing back"
        assert sender.state().free == 2


def test_os_fork_and_a_child_that_ends_harm_nobody(name):
    with handoff.Sender(name, payload_bytes=4) as sender:
        loan = sender.loan()
        pid = os.fork()
        if pid == 0:
            loan.release()
            sender.close()
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        assert sender.state().loaned == 1 and files_of(name)
        sender.send(loan)


def spawned(name, answers):
    with handoff.Receiver(name, attach_timeout=30) as receiver, receiver.receive(30) as request:
        answers.put(request.array)  # pickled: a copy
        request.processed()


def test_a_spawned_process_opens_by_name(name):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    with handoff.Sender(name, payload_bytes=12) as sender:
        with pytest.raises(TypeError, match="pass its name"):
            context.Process(target=spawned, args=(sender, answers)).start()
        child = context.Process(target=spawned, args=(name, answers))
        child.start()
        sender.send(np.arange(6, dtype=np.int16).reshape(2, 3))
        assert answers.get(timeout=30).tolist() == [[0, 1, 2], [3, 4, 5]]
        child.join(30)
        assert child.exitcode == 0
