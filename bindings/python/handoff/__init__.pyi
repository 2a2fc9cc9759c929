from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from types import TracebackType
from typing import Any, Final, Literal, Protocol, SupportsFloat

import numpy as np
import numpy.typing as npt
from typing_extensions import Self, TypeAlias

from ._errors import *

__version__: str

_Array: TypeAlias = npt.NDArray[Any]
_Data: TypeAlias = Loan | _Array | bytes | bytearray | memoryview
_Seconds: TypeAlias = SupportsFloat | None
_Shape: TypeAlias = int | tuple[int, ...]
# generated from describe/handoff.toml: Open WaitPolicy Timestamps Sync Lifetime Start Dtype
_Open: TypeAlias = Literal["create_or_attach", "create", "attach"]
_WaitPolicy: TypeAlias = Literal["busy", "balanced", "sleep"]
_Timestamps: TypeAlias = Literal["exact", "coarse"]
_Sync: TypeAlias = Literal["futex", "boost"]
_Lifetime: TypeAlias = Literal["until_last_leaves", "persistent"]
_Start: TypeAlias = Literal["newest", "oldest", "next"]
_Dtype: TypeAlias = Literal["bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "bfloat16"]
# end of generated

class Image:
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def step(self) -> int: ...
    @property
    def encoding(self) -> str: ...
    @property
    def capture_time_ns(self) -> int: ...
    @property
    def frame_id(self) -> str: ...

class ArrayDescription:
    @property
    def dtype(self) -> _Dtype: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def capture_time_ns(self) -> int: ...

class _Handle:
    def close(self) -> None: ...
    @property
    def closed(self) -> bool: ...
    @property
    def name(self) -> str: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...

class _Slot:
    def release(self) -> None: ...
    @property
    def released(self) -> bool: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...

class Loan(_Slot):
    @property
    def array(self) -> _Array: ...
    @property
    def capacity(self) -> int: ...
    @property
    def size(self) -> int: ...
    def resize(self, size: int) -> None: ...
    def describe(
        self,
        shape: _Shape,
        *,
        dtype: npt.DTypeLike | None = None,
        encoding: str | None = None,
        capture_time_ns: int = 0,
        frame_id: str = "",
    ) -> None: ...
    def write(
        self,
        data: _Array | bytes | bytearray | memoryview,
        *,
        encoding: str | None = None,
        capture_time_ns: int = 0,
        frame_id: str = "",
    ) -> None: ...
    def __buffer__(self, flags: int) -> memoryview: ...

class Processed(_Slot):
    @property
    def reply(self) -> _Array: ...
    @property
    def array(self) -> _Array: ...
    @property
    def image(self) -> Image | None: ...
    @property
    def array_description(self) -> ArrayDescription | None: ...
    @property
    def reply_image(self) -> Image | None: ...
    @property
    def reply_array_description(self) -> ArrayDescription | None: ...
    @property
    def sequence(self) -> int: ...
    @property
    def deliveries(self) -> int: ...
    @property
    def round_trip_ns(self) -> int: ...
    def __buffer__(self, flags: int) -> memoryview: ...

class Pending(_Slot):
    def wait(self, timeout: _Seconds = None) -> Processed: ...
    @property
    def was_answered(self) -> bool: ...
    def withdraw(self) -> bool: ...
    async def wait_async(self, timeout: _Seconds = None) -> Processed: ...
    def __await__(self) -> Generator[Any, None, Processed]: ...
    def fileno(self) -> int: ...
    @property
    def sequence(self) -> int: ...

class Request(_Slot):
    @property
    def array(self) -> _Array: ...
    @property
    def editable(self) -> _Array: ...
    @property
    def image(self) -> Image | None: ...
    @property
    def array_description(self) -> ArrayDescription | None: ...
    @property
    def reply(self) -> npt.NDArray[np.uint8]: ...
    def reply_array(
        self,
        shape: tuple[int, ...],
        *,
        dtype: npt.DTypeLike | None = None,
        encoding: str | None = None,
        capture_time_ns: int = 0,
        frame_id: str = "",
    ) -> _Array: ...
    def processed(
        self, reply: int | _Array | bytes | bytearray | memoryview | None = None, *, encoding: str | None = None
    ) -> None: ...
    def failed(self, reason: str) -> None: ...
    @property
    def sender(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def deliveries(self) -> int: ...
    @property
    def awaited(self) -> bool: ...
    @property
    def sent_ns(self) -> int: ...
    @property
    def taken_ns(self) -> int: ...
    def __buffer__(self, flags: int) -> memoryview: ...

class ChannelInfo:
    # generated from describe/handoff.toml: ChannelInfo
    name: Final[str]
    slot_count: Final[int]
    payload_bytes: Final[int]
    reply_bytes: Final[int]
    participants: Final[int]
    max_deliveries: Final[int]
    in_place: Final[bool]
    sync: Final[_Sync]
    lifetime: Final[_Lifetime]
    mode: Final[int]
    group: Final[str]
    instance: Final[int]
    # end of generated

class ChannelState:
    # generated from describe/handoff.toml: ChannelState
    free: Final[int]
    loaned: Final[int]
    ready: Final[int]
    taken: Final[int]
    answered: Final[int]
    senders: Final[int]
    receivers: Final[int]
    redelivered: Final[int]
    given_up: Final[int]
    # end of generated

class _End(_Handle):
    def __init__(
        self,
        name: str,
        *,
        # generated from describe/handoff.toml: ChannelShape HandleOptions
        slot_count: int | None = None,
        payload_bytes: int | None = None,
        reply_bytes: int | None = None,
        participants: int | None = None,
        max_deliveries: int | None = None,
        in_place: bool | None = None,
        sync: _Sync | None = None,
        lifetime: _Lifetime | None = None,
        mode: int | None = None,
        group: str | None = None,
        open: _Open = "create_or_attach",
        wait: _WaitPolicy = "balanced",
        timestamps: _Timestamps = "exact",
        prefault: bool = False,
        # end of generated
        attach_timeout: _Seconds = 0.0,
    ) -> None: ...
    def info(self) -> ChannelInfo: ...
    def state(self) -> ChannelState: ...
    def who_holds(self) -> str: ...

class Sender(_End):
    def loan(
        self,
        shape: _Shape | None = None,
        *,
        dtype: npt.DTypeLike | None = None,
        encoding: str | None = None,
        capture_time_ns: int = 0,
        frame_id: str = "",
        timeout: _Seconds = None,
    ) -> Loan: ...
    def try_loan(self) -> Loan: ...
    def send(
        self,
        data: _Data,
        *,
        encoding: str | None = None,
        capture_time_ns: int = 0,
        frame_id: str = "",
        timeout: _Seconds = None,
    ) -> None: ...
    def request(
        self,
        data: _Data,
        *,
        encoding: str | None = None,
        capture_time_ns: int = 0,
        frame_id: str = "",
        timeout: _Seconds = None,
    ) -> Processed: ...
    def request_async(
        self,
        data: _Data,
        *,
        encoding: str | None = None,
        capture_time_ns: int = 0,
        frame_id: str = "",
        timeout: _Seconds = None,
    ) -> Pending: ...
    def loan_batch(self, most: int, *, timeout: _Seconds = None) -> list[Loan]: ...
    def send_batch(self, loans: Iterable[Loan]) -> None: ...
    def wait_for_receiver(self, timeout: _Seconds = None) -> None: ...
    async def loan_async(self, timeout: _Seconds = None) -> Loan: ...
    def fileno(self) -> int: ...
    @property
    def id(self) -> int: ...

class Receiver(_End):
    def receive(self, timeout: _Seconds = None) -> Request: ...
    def try_receive(self) -> Request: ...
    def receive_batch(self, most: int, *, timeout: _Seconds = None) -> list[Request]: ...
    def processed_batch(self, requests: Iterable[Request]) -> None: ...
    def __iter__(self) -> Iterator[Request]: ...
    def __next__(self) -> Request: ...
    async def receive_async(self, timeout: _Seconds = None) -> Request: ...
    def __aiter__(self) -> AsyncIterator[Request]: ...
    async def __anext__(self) -> Request: ...
    def fileno(self) -> int: ...

class TopicInfo:
    # generated from describe/handoff.toml: TopicInfo
    name: Final[str]
    history: Final[int]
    payload_bytes: Final[int]
    loans: Final[int]
    pin_budget: Final[int]
    slot_count: Final[int]
    participants: Final[int]
    sync: Final[_Sync]
    lifetime: Final[_Lifetime]
    mode: Final[int]
    group: Final[str]
    instance: Final[int]
    # end of generated

class TopicState:
    # generated from describe/handoff.toml: TopicState
    free: Final[int]
    loaned: Final[int]
    published: Final[int]
    pinned: Final[int]
    publishers: Final[int]
    subscribers: Final[int]
    newest: Final[int]
    # end of generated

class Publisher(_Handle):
    def __init__(
        self,
        name: str,
        *,
        # generated from describe/handoff.toml: TopicShape HandleOptions
        history: int | None = None,
        payload_bytes: int | None = None,
        loans: int | None = None,
        pin_budget: int | None = None,
        participants: int | None = None,
        sync: _Sync | None = None,
        lifetime: _Lifetime | None = None,
        mode: int | None = None,
        group: str | None = None,
        open: _Open = "create_or_attach",
        wait: _WaitPolicy = "balanced",
        timestamps: _Timestamps = "exact",
        prefault: bool = False,
        # end of generated
        attach_timeout: _Seconds = 0.0,
    ) -> None: ...
    def loan(
        self,
        shape: _Shape | None = None,
        *,
        dtype: npt.DTypeLike | None = None,
        encoding: str | None = None,
        capture_time_ns: int = 0,
        frame_id: str = "",
    ) -> Loan: ...
    def publish(
        self, data: _Data, *, encoding: str | None = None, capture_time_ns: int = 0, frame_id: str = ""
    ) -> int: ...
    def wait_for_subscriber(self, timeout: _Seconds = None) -> None: ...
    def info(self) -> TopicInfo: ...
    def state(self) -> TopicState: ...

class Message(_Slot):
    @property
    def array(self) -> _Array: ...
    @property
    def image(self) -> Image | None: ...
    @property
    def array_description(self) -> ArrayDescription | None: ...
    @property
    def sequence(self) -> int: ...
    @property
    def lost(self) -> int: ...
    @property
    def published_ns(self) -> int: ...
    def __buffer__(self, flags: int) -> memoryview: ...

class Copy:
    def release(self) -> None: ...
    @property
    def released(self) -> Literal[False]: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *exception: object) -> None: ...
    @property
    def array(self) -> _Array: ...
    @property
    def image(self) -> Image | None: ...
    @property
    def array_description(self) -> ArrayDescription | None: ...
    @property
    def sequence(self) -> int: ...
    @property
    def lost(self) -> int: ...
    @property
    def published_ns(self) -> int: ...

class Subscriber(_Handle):
    def __init__(
        self,
        name: str,
        *,
        # generated from describe/handoff.toml: TopicShape HandleOptions SubscriberOptions
        history: int | None = None,
        payload_bytes: int | None = None,
        loans: int | None = None,
        pin_budget: int | None = None,
        participants: int | None = None,
        sync: _Sync | None = None,
        lifetime: _Lifetime | None = None,
        mode: int | None = None,
        group: str | None = None,
        open: _Open = "create_or_attach",
        wait: _WaitPolicy = "balanced",
        timestamps: _Timestamps = "exact",
        prefault: bool = False,
        pins: int = 2,
        start: _Start = "newest",
        read_only: bool = False,
        # end of generated
        attach_timeout: _Seconds = 0.0,
    ) -> None: ...
    def next(self, timeout: _Seconds = None) -> Message: ...
    def try_next(self) -> Message: ...
    def newest(self, timeout: _Seconds = None) -> Message: ...
    def try_newest(self) -> Message: ...
    def copy_next(self, timeout: _Seconds = None) -> Copy: ...
    def copy_newest(self, timeout: _Seconds = None) -> Copy: ...
    def __iter__(self) -> Iterator[Message | Copy]: ...
    def __next__(self) -> Message | Copy: ...
    async def next_async(self, timeout: _Seconds = None) -> Message: ...
    async def newest_async(self, timeout: _Seconds = None) -> Message: ...
    async def copy_next_async(self, timeout: _Seconds = None) -> Copy: ...
    async def copy_newest_async(self, timeout: _Seconds = None) -> Copy: ...
    def __aiter__(self) -> AsyncIterator[Message | Copy]: ...
    async def __anext__(self) -> Message | Copy: ...
    @property
    def pins(self) -> int: ...
    def fileno(self) -> int: ...
    def info(self) -> TopicInfo: ...
    def state(self) -> TopicState: ...

class Reading:
    @property
    def value(self) -> Any: ...
    @property
    def sequence(self) -> int: ...
    @property
    def written_ns(self) -> int: ...

class LatestInfo:
    # generated from describe/handoff.toml: LatestInfo
    name: Final[str]
    capacity_bytes: Final[int]
    participants: Final[int]
    sync: Final[_Sync]
    lifetime: Final[_Lifetime]
    mode: Final[int]
    group: Final[str]
    instance: Final[int]
    # end of generated

class Latest(_Handle):
    def __init__(
        self,
        name: str,
        dtype: npt.DTypeLike | None = None,
        shape: _Shape = (),
        *,
        # generated from describe/handoff.toml: LatestShape HandleOptions LatestOptions
        capacity_bytes: int | None = None,
        participants: int | None = None,
        sync: _Sync | None = None,
        lifetime: _Lifetime | None = None,
        mode: int | None = None,
        group: str | None = None,
        open: _Open = "create_or_attach",
        wait: _WaitPolicy = "balanced",
        timestamps: _Timestamps = "exact",
        prefault: bool = False,
        read_only: bool = False,
        # end of generated
        attach_timeout: _Seconds = 0.0,
    ) -> None: ...
    def write(self, value: npt.ArrayLike | bytes | bytearray | memoryview) -> int: ...
    def read(self) -> Reading: ...
    def wait_newer(self, timeout: _Seconds = None) -> Reading: ...
    @property
    def has_newer(self) -> bool: ...
    async def wait_newer_async(self, timeout: _Seconds = None) -> Reading: ...
    def __aiter__(self) -> AsyncIterator[Reading]: ...
    async def __anext__(self) -> Reading: ...
    def fileno(self) -> int: ...
    def info(self) -> LatestInfo: ...

class _Waitable(Protocol):
    def fileno(self) -> int: ...

def wait_any(handles: Iterable[_Waitable], timeout: _Seconds = None) -> int: ...
def list_segments(glob: str = "*") -> list[str]: ...
def clean(name: str) -> int: ...
def remove(name: str, *, force: bool = False) -> None: ...
def handle_sigbus() -> None: ...
