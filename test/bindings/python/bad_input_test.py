"""Bad input: an exception with a sentence, and nothing is lost."""

import pickle

import handoff
import numpy as np
import pytest


@pytest.fixture
def sender(name):
    with handoff.Sender(name, slot_count=1, payload_bytes=100, reply_bytes=10) as opened:
        yield opened
        assert opened.state().free == 1, "a refusal keeps no slot"


WRONG_ARRAYS = {
    "nine_dimensions": (np.zeros((1,) * 9, np.uint8), "9 dimensions, at most 8"),
    "too_precise": (np.zeros((2, 2), np.longdouble), "element"),
    "foreign_byte_order": (np.zeros((2, 2), ">u2"), "byte order"),
    "complex": (np.zeros((2, 2), complex), "plain numbers"),
    "structs": (np.zeros((2, 2), [("x", "f4")]), "plain numbers"),
    "objects": (np.array([[object()]]), "plain numbers"),
    "times": (np.zeros((2, 2), "M8[s]"), "numpy array"),
    "words": ("words", "a str shows no bytes"),
    "a_list": ([1, 2, 3], "a list shows no bytes"),
    "nothing": (None, "shows no bytes"),
}


@pytest.mark.parametrize("what", WRONG_ARRAYS)
def test_a_wrong_array_is_refused(sender, what):
    data, words = WRONG_ARRAYS[what]
    for call in (sender.send, sender.request, sender.request_async):
        with pytest.raises(handoff.InvalidArgument, match=words):
            call(data)
    with sender.loan() as loan, pytest.raises(handoff.InvalidArgument, match=words):
        loan.write(data)


def test_what_is_too_large_is_refused(sender, name):
    for data in (bytes(101), np.zeros((6, 6, 3), np.uint8)):
        with pytest.raises(handoff.TooLarge, match="a slot of .* holds 100"):
            sender.send(data)
    with pytest.raises(handoff.TooLarge):
        sender.loan((6, 6, 3))
    with sender.loan() as loan, pytest.raises(handoff.TooLarge):
        loan.resize(101)
    with handoff.Receiver(name) as receiver:
        sender.send(b"x")
        request = receiver.receive(10)
        for answer in (bytes(11), 11, np.zeros((4, 4), np.uint8)):
            with pytest.raises(handoff.TooLarge, match="reply area holds 10"):
                request.processed(answer)
        with pytest.raises(handoff.TooLarge):
            request.reply_array((4, 4))
        request.processed(bytes(10))


def test_a_shape_and_an_encoding_must_fit(sender):
    picture = np.zeros((2, 3, 3), np.uint8)
    for encoding, words in (("mono8", "1 channels of uint8"), ("bgr16", "3 channels of uint16"),
                            ("9UC9", "no pixel encoding")):
        with pytest.raises(handoff.InvalidArgument, match=words):
            sender.send(picture, encoding=encoding)
    for shape in ((2, -3), (1 << 32, 0), "ab", 2.5, (1,) * 9, (1 << 31,) * 3):
        with pytest.raises(handoff.InvalidArgument):
            sender.loan(shape)
    for shape in ((0, 3), (1, 2, 2, 3), (7,)):
        with pytest.raises(handoff.InvalidArgument, match="is no image|extent of 0"):
            sender.loan(shape, encoding="mono8")
    with pytest.raises(handoff.InvalidArgument, match="frame_id belongs to an image"):
        sender.loan((2, 3), dtype="u4", frame_id="left")
    with pytest.raises(handoff.InvalidArgument, match="frame_id belongs to an image"):
        sender.send(np.zeros((0, 6)), frame_id="left")
    with pytest.raises(handoff.InvalidArgument, match="frame_id belongs to an image, and these are plain bytes"):
        sender.send(b"x", frame_id="left")
    with pytest.raises(handoff.InvalidArgument, match="no capture_time_ns"):
        sender.send(b"x", capture_time_ns=1)


@pytest.mark.parametrize("timeout", [float("nan"), -1, -0.001, "soon", [1], -float("inf")])
def test_a_timeout_is_seconds(sender, timeout):
    for call in (sender.loan, sender.wait_for_receiver):
        with pytest.raises(handoff.InvalidArgument, match="timeout"):
            call(timeout=timeout)


def test_a_closed_handle_says_so(sender, name):
    other = handoff.Sender(name)
    other.close()
    other.close()
    assert other.closed and repr(other) == f"<handoff.Sender '{name}', closed>"
    for call in (other.loan, other.try_loan, other.info, other.state, other.who_holds, lambda: other.send(b"x"),
                 lambda: other.request(b"x"), lambda: other.id):
        with pytest.raises(handoff.InvalidHandle, match="is closed"):
            call()


def test_the_wrong_kind_is_refused(sender, name):
    for kind in (handoff.Publisher, handoff.Subscriber, handoff.Latest):
        with pytest.raises(handoff.WrongKind, match=name):
            kind(name)
    with handoff.Sender(name) as other, pytest.raises(handoff.InvalidArgument, match="another Sender"):
        other.send(sender.loan())


def test_an_option_that_makes_no_sense_is_refused(name):
    wrong = [dict(slot_count=0), dict(payload_bytes=0, open="create"), dict(open="perhaps"), dict(wait="never"),
             dict(lifetime="short"), dict(timestamps="rough"), dict(mode=0o10000), dict(participants=1), dict(max_deliveries=256),
             dict(group="no such group")]
    for options in wrong:
        with pytest.raises(handoff.Error, match="."):
            handoff.Sender(name, **{"payload_bytes": 8, **options})
    with pytest.raises(handoff.InvalidArgument, match="'create_or_attach', 'create', 'attach'"):
        handoff.Sender(name, open="perhaps")
    with pytest.raises(handoff.InvalidArgument, match="slot_count = -1"):
        handoff.Sender(name, slot_count=-1)
    with pytest.raises(handoff.InvalidArgument):
        handoff.Sender("no/such name", payload_bytes=8)
    with pytest.raises(FileNotFoundError):
        handoff.Receiver(name)
    with pytest.raises(handoff.NoSuchSegment, match=name):
        handoff.Receiver(name, attach_timeout=0.15)
    with pytest.raises(handoff.InvalidArgument, match="start = 'middle'"):
        handoff.Subscriber(name, start="middle")


@pytest.mark.parametrize("kind, options, sentence", [
    ("Sender", {"slots": 3}, "handoff.Sender has no option 'slots': slot_count, .*, prefault, attach_timeout are known"),
    ("Receiver", {"pins": 3}, "handoff.Receiver has no option 'pins': slot_count"),
    ("Publisher", {"pins": 3}, "handoff.Publisher has no option 'pins': history, "),
    ("Subscriber", {"slot_count": 3}, "handoff.Subscriber has no option 'slot_count': history, .*, pins, start, read_only"),
    ("Latest", {"payload_bytes": 3}, "handoff.Latest has no option 'payload_bytes': capacity_bytes, "),
    ("Sender", {"slot_count": "3"}, "slot_count = '3' is of the type str: int | None is needed"),
    ("Sender", {"slot_count": 2.5}, "slot_count = 2.5 is of the type float: int | None is needed"),
    ("Sender", {"in_place": "yes"}, "in_place = 'yes' is of the type str: bool | None is needed"),
    ("Sender", {"prefault": None}, "prefault = None is of the type NoneType: bool is needed"),
    ("Sender", {"group": 7}, "group = 7 is of the type int: str | None is needed"),
    ("Sender", {"open": 7}, "open = 7 is of the type int: 'create_or_attach' | 'create' | 'attach' is needed"),
])
def test_an_option_that_is_unknown_or_of_another_type_is_named_in_one_sentence(name, kind, options, sentence):
    with pytest.raises(TypeError, match=sentence.replace("|", r"\|")) as refused:
        getattr(handoff, kind)(name, **options)
    assert "\n" not in str(refused.value)


def test_options_are_given_by_keyword(name):
    for kind in (handoff.Sender, handoff.Receiver, handoff.Publisher, handoff.Subscriber):
        with pytest.raises(TypeError, match="takes its options by keyword: write the name before 8"):
            kind(name, 8)
    with handoff.Sender(name, slot_count=np.uint32(2), payload_bytes=np.int64(8), in_place=np.bool_(True)) as sender:
        assert (sender.info().slot_count, sender.info().in_place) == (2, True)


def test_in_place_must_be_asked_for(sender, name):
    with handoff.Receiver(name) as receiver:
        sender.send(b"x")
        with receiver.receive(10) as request:
            with pytest.raises(handoff.InvalidArgument, match="in_place"):
                request.editable
            request.processed()


def test_handles_are_not_pickled(sender):
    with sender.loan() as loan:
        for handle in (sender, loan):
            with pytest.raises(TypeError, match="pass its name"):
                pickle.dumps(handle)


def test_wait_any_refuses_what_cannot_be_waited_for(sender):
    with pytest.raises(handoff.InvalidArgument, match="nothing to wait for"):
        handoff.wait_any([])
    with pytest.raises(handoff.InvalidArgument, match="not for"):
        handoff.wait_any([sender.try_loan()])


def test_every_exception_has_its_code():
    classes = [value for value in vars(handoff).values()
               if isinstance(value, type) and issubclass(value, handoff.Error) and value is not handoff.Error]
    assert sorted(one.code for one in classes) == list(range(1, 24))
    assert all(one.__doc__ for one in classes)
