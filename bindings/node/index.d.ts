/** handoff: frames and messages from one process to another through shared memory, without copying them. */

export {};  // only what says `export` is exported

// generated from describe/handoff.toml: Errc Open WaitPolicy Timestamps Sync Lifetime Start Dtype
export type Code = 'timed_out' | 'full' | 'empty' | 'end_of_stream' | 'failed' | 'given_up' | 'too_large' |
  'invalid_argument' | 'invalid_handle' | 'no_such_segment' | 'already_exists' | 'wrong_kind' | 'wrong_version' |
  'not_a_segment' | 'mismatch' | 'permission_denied' | 'no_space' | 'too_many_participants' | 'damaged' |
  'ownership_lost' | 'system' | 'removed' | 'stopped';
export type Open = 'create_or_attach' | 'create' | 'attach';
export type WaitPolicy = 'busy' | 'balanced' | 'sleep';
export type Timestamps = 'exact' | 'coarse';
export type Sync = 'futex' | 'boost';
export type Lifetime = 'until_last_leaves' | 'persistent';
export type Start = 'newest' | 'oldest' | 'next';
export type Dtype = 'bool' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'int8' | 'int16' | 'int32' | 'int64' |
  'float16' | 'float32' | 'float64' | 'bfloat16';
// end of generated

/** An error of handoff. The message says what failed, why, and what to do next. */
export class HandoffError extends Error {
  readonly name: 'HandoffError';
  readonly code: Code;
}

export const version: string;

/** From now on a truncated segment is 'damaged' in this process, instead of ending it by SIGBUS. */
export function handleSigbus(): void;

/** The names of all channels, topics and latest values that match a shell pattern (not given: all), sorted. */
export function listSegments(glob?: string): string[];
/**
 * Gives back what dead participants hold, and returns how many there were. Removes the segment if no live process uses
 * it, nothing in it is unread and it is not persistent.
 */
export function clean(name: string): number;
/**
 * Removes the segment with all messages. With `force` also while live processes use it: those keep their memory, meet no
 * new participants, and their waits are rejected with 'removed'. Otherwise 'mismatch'.
 */
export function remove(name: string, options?: { force?: boolean }): void;

/** How long to wait: `timeout` in milliseconds (not given: for ever). Aborted, it rejects with `signal.reason`. */
export interface Wait {
  timeout?: number;
  signal?: AbortSignal;
}

/** Where a copy is written to. Not given: new memory. */
export interface CopyOptions {
  into?: Bytes;
}

export type Bytes = ArrayBufferView | ArrayBuffer;
/** Since TypeScript 5.7 `Uint8Array<ArrayBuffer>`, which fetch, Blob and crypto take; before it has no parameter. */
export type ByteArray = ReturnType<typeof Uint8Array.from>;
export type NumberArray =
  | ByteArray
  | ReturnType<typeof Int8Array.from>
  | ReturnType<typeof Uint16Array.from>
  | ReturnType<typeof Int16Array.from>
  | ReturnType<typeof Uint32Array.from>
  | ReturnType<typeof Int32Array.from>
  | ReturnType<typeof Float32Array.from>
  | ReturnType<typeof Float64Array.from>;

/** The numbers of an image, the elements of an array, or bytes. Of arrays only, 64-bit integers. */
export type ElementArray =
  | NumberArray
  | ReturnType<typeof BigInt64Array.from>
  | ReturnType<typeof BigUint64Array.from>;

/** What an array is: numbers of one type in up to 8 dimensions, in C order. */
export interface ArrayShape {
  dtype: Dtype;
  /** Extents, slowest first; one may be 0. */
  shape: number[];
  /** When it was measured, nanoseconds since 1970 (UTC); 0n: not known. */
  captureTimeNs?: bigint;
}
export interface ArrayDescription extends Required<ArrayShape> {
  byteLength: number;
}

/** The description of an image. */
export interface ImageDescription {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** 'bgr8', 'mono8', '16UC1', ... as in ROS, OpenCV or FFmpeg */
  encoding: string;
  /** Bytes from one row to the next; not given: no gaps. */
  step?: number;
  /** When the image was taken, nanoseconds since 1970 (UTC); 0n: not known. */
  captureTimeNs?: bigint;
  /** Its source, as in ROS, up to 31 bytes. */
  frameId?: string;
}
export interface Image extends Required<ImageDescription> {
  /** Channels of one pixel. */
  channels: number;
  /** Bytes of one of them: 1, 2, 4 or 8. */
  bytesPerChannel: number;
  /** Unsigned, signed, or floating point. */
  kind: 'u' | 'i' | 'f';
}

/** A slot in shared memory. After release(), or once it was sent or finished, every view on it has length 0. */
declare abstract class Slot {
  protected constructor();
  /** The payload as bytes. */
  readonly bytes: ByteArray;
  /**
   * The payload as the numbers that it consists of; Uint8Array of anything that is neither image nor array, and of
   * 'bool'. Uint16Array, which has the bits, of 'bfloat16', and of 'float16' where there is no Float16Array.
   */
  readonly array: ElementArray;
  /** The description of the payload, of an image; undefined: it is none. */
  readonly image: Image | undefined;
  /** Type and shape, of an image, too; undefined: plain bytes, or an image with gaps between its rows. */
  readonly arrayDescription: ArrayDescription | undefined;
  /** Gives the slot back. Does nothing the second time. */
  release(): void;
  /** True after release(), and once it was sent or finished. */
  readonly released: boolean;
  /** For `using`: release(). */
  [Symbol.dispose](): void;
}

/** A slot on loan. If it is released without being sent or published, the slot is given back. */
export class Loan extends Slot {
  private constructor();
  /** Bytes of the slot. */
  readonly capacity: number;
  /** Sends only the first `byteLength` bytes. */
  resize(byteLength: number): this;
  /** Says that the payload is this image or array, and sends just its bytes. */
  describe(description: ImageDescription | ArrayShape): this;
  /** Copies these bytes into the slot, and sends just them. */
  write(data: Bytes): this;
}

declare class Participant {
  /** Leaves. Waits on it reject with 'invalid_handle', loops over it end; loans, requests and messages stay valid. */
  close(): void;
  /** True after close(). */
  readonly closed: boolean;
  /** For `using`: close(). */
  [Symbol.dispose](): void;
}

/** How a handle opens a segment and behaves. 'busy': each wait of the handle has a thread that never sleeps. */
export interface HandleOptions {
  // generated from describe/handoff.toml: HandleOptions
  /** create, attach, or both (default create_or_attach) */
  open?: Open;
  /** how this handle waits (default balanced) */
  wait?: WaitPolicy;
  /** how exact this handle's timestamps are (default exact) */
  timestamps?: Timestamps;
  /** map all pages when opening: a slower start, no page faults later */
  prefault?: boolean;
  // end of generated
}
/** For Class.open(): how long to wait for a segment that does not exist yet, in milliseconds (not given: 0). */
export interface Opening {
  /** Milliseconds; Infinity: for ever. */
  attachTimeout?: number;
  /** Ends the wait: open() is rejected with its reason. */
  signal?: AbortSignal;
}

// ---- channels: request -> processed ---------------------------------------------------------------------------------

/**
 * The shape of a channel: a new one is created with it, an existing one must offer at least this. A field that is not
 * given asks for nothing; a new channel gets the default. Without `payloadBytes` the handle attaches and never creates.
 */
export interface ChannelShape {
  // generated from describe/handoff.toml: ChannelShape
  /** messages that can exist at once (1 to 65,535; default 8; at least) */
  slotCount?: number;
  /** capacity for the request; without it nothing is created (1 or more; at least) */
  payloadBytes?: number;
  /** capacity for the answer (default 0; at least) */
  replyBytes?: number;
  /** senders and receivers attached at once (2 to 1,024; default 32; at least) */
  participants?: number;
  /** deliveries of one request before it is given up (1 to 255, or 0: no limit; default 10; equal) */
  maxDeliveries?: number;
  /** receivers may edit the payload; a receiver's death then means failed, never redelivery (equal) */
  inPlace?: boolean;
  /** on what the processes sleep (default futex; equal) */
  sync?: Sync;
  /** when the name is removed (default until_last_leaves; set by the creator) */
  lifetime?: Lifetime;
  /** rights, octal as in chmod; the umask does not change them (default 0600; set by the creator) */
  mode?: number;
  /** name of the group that owns it (default the creator's; set by the creator) */
  group?: string;
  // end of generated
}
export interface ChannelOptions extends ChannelShape, HandleOptions {}
/** The shape of an open channel. */
export interface ChannelInfo {
  // generated from describe/handoff.toml: ChannelInfo
  name: string;
  slotCount: number;
  payloadBytes: number;
  replyBytes: number;
  participants: number;
  maxDeliveries: number;
  inPlace: boolean;
  sync: Sync;
  lifetime: Lifetime;
  /** rights of the segment's file, octal as in chmod */
  mode: number;
  /** group of the segment's file; its number where it has no name */
  group: string;
  /** random: distinguishes this segment from others of the same name */
  instance: bigint;
  // end of generated
}
/** Counts of a channel. Not a snapshot: each counter is read separately. */
export interface ChannelState {
  // generated from describe/handoff.toml: ChannelState
  /** slots of no message */
  free: number;
  /** slots that senders write into */
  loaned: number;
  /** requests that wait for a receiver */
  ready: number;
  /** requests that receivers hold */
  taken: number;
  /** answers that are not collected yet */
  answered: number;
  /** attached, the dead included until they are recovered */
  senders: number;
  /** attached, the dead included until they are recovered */
  receivers: number;
  /** since the channel was created */
  redelivered: number;
  /** since the channel was created */
  givenUp: number;
  // end of generated
}

export class Sender extends Participant {
  /** Opens the channel and joins it. Throws the errors of docs/errors.md: 'mismatch' if what exists cannot do this. */
  constructor(name: string, options?: ChannelOptions);
  /** The same, and waits for a channel that does not exist yet and may not be created here. */
  static open(name: string, options?: ChannelOptions & Opening): Promise<Sender>;
  /** Waits for a free slot (back-pressure). */
  loan(options?: Wait): Promise<Loan>;
  /** Does not wait. Undefined: no slot is free. */
  tryLoan(): Loan | undefined;
  /** Work queue: sends without waiting. */
  send(loan: Loan): void;
  /** Copies these bytes into a loan, waiting for a free slot, and sends it. */
  sendBytes(data: Bytes, options?: Wait): Promise<void>;
  /** Waits for a free slot, then loans as many as are free, at most `most`. */
  loanBatch(most: number, options?: Wait): Promise<Loan[]>;
  /** Sends all, in this order, with one wake-up. All are used up, also on an error. */
  sendBatch(loans: Iterable<Loan>): void;
  /** Sends and waits for the answer. On 'timed_out' and when aborted, an unread request is withdrawn. */
  request(loan: Loan, options?: Wait): Promise<Processed>;
  /** Copies these bytes into a loan, and sends it as request() does; the timeout is for slot and answer together. */
  requestBytes(data: Bytes, options?: Wait): Promise<Processed>;
  /** Sends, and returns at once with a handle on the answer, so that several requests can be in flight. */
  requestAsync(loan: Loan): Pending;
  /** Waits until at least one live receiver is attached. */
  waitForReceiver(options?: Wait): Promise<void>;
  /** As Request.sender. */
  readonly id: bigint;
  /** Of the channel. */
  info(): ChannelInfo;
  /** Of the channel, read now. */
  state(): ChannelState;
  /** One sentence: who holds the slots, and since when. */
  whoHolds(): string;
}

/** A request in flight. If this is released, the request stays sent, but its answer is no longer awaited. */
export class Pending {
  private constructor();
  /** After 'timed_out', 'stopped' and 'removed' it may be waited for again. */
  wait(options?: Wait): Promise<Processed>;
  /** True if wait() would be settled at once. */
  readonly wasAnswered: boolean;
  /** Counts the requests of this sender from 1. */
  readonly sequence: number;
  /** Takes the request back if no receiver holds it. False: a receiver holds it, or has answered it. */
  withdraw(): boolean;
  /** The request stays sent, but its answer is no longer awaited. */
  release(): void;
  /** True after release(), withdraw(), and a wait that ended it. */
  readonly released: boolean;
  /** For `using`: release(). */
  [Symbol.dispose](): void;
}

/** A processed request. The answer stays in the slot until this is released, which frees the slot. */
export class Processed extends Slot {
  private constructor();
  /** The receiver's answer, as the numbers that it consists of; empty if it gave none. */
  readonly reply: ElementArray;
  /** The description of the answer, of an image; undefined: it is none. */
  readonly replyImage: Image | undefined;
  /** As arrayDescription, of the answer. */
  readonly replyArrayDescription: ArrayDescription | undefined;
  /** Counts the requests of this sender from 1. */
  readonly sequence: number;
  /** 1, or more if receivers gave it back or died holding it. */
  readonly deliveries: number;
  /** From send to processed, as stamped in the segment. */
  readonly roundTripNs: bigint;
}

export class Receiver extends Participant implements AsyncIterable<Request> {
  /** As Sender. */
  constructor(name: string, options?: ChannelOptions);
  /** As Sender.open(). */
  static open(name: string, options?: ChannelOptions & Opening): Promise<Receiver>;
  /**
   * Waits for a request. Rejects with 'end_of_stream' once every sender has left and nothing is queued; the next
   * receive waits for a new sender.
   */
  receive(options?: Wait): Promise<Request>;
  /** Does not wait. Undefined: nothing is queued. */
  tryReceive(): Request | undefined;
  /**
   * Waits for a request, then takes as many as are queued, at most `most`. Other receivers do not get them: use batches
   * for requests that are processed quickly.
   */
  receiveBatch(most: number, options?: Wait): Promise<Request[]>;
  /** Done, all of them, with one wake-up. The answers are what was described, or none. */
  processedBatch(requests: Iterable<Request>): void;
  /** The requests, until the stream ends or the receiver is closed. Leaving the loop gives an unanswered one back. */
  requests(options?: Wait): AsyncGenerator<Request, void>;
  /** For `for await`: requests() without a timeout. */
  [Symbol.asyncIterator](): AsyncGenerator<Request, void>;
  /** Of the channel. */
  info(): ChannelInfo;
  /** Of the channel, read now. */
  state(): ChannelState;
  /** One sentence: who holds the slots, and since when. */
  whoHolds(): string;
}

/**
 * A request taken from the channel, until processed() or failed(). Released without either, it is given back and
 * delivered again, or, on a channel opened inPlace, reported as failed.
 */
export class Request extends Slot {
  private constructor();
  /** The id of its sender. */
  readonly sender: bigint;
  /** Counts the sender's requests from 1; the same in every delivery. */
  readonly sequence: number;
  /** 1 the first time. */
  readonly deliveries: number;
  /** False if no answer is awaited: it was sent with send(), or its sender stopped waiting before it was taken. */
  readonly awaited: boolean;
  /** When it was sent: CLOCK_MONOTONIC, as process.hrtime.bigint(). */
  readonly sentNs: bigint;
  /** When this receiver took it, on the same clock. */
  readonly takenNs: bigint;
  /** The payload for editing, on channels that are opened inPlace. */
  readonly editable: ElementArray;
  /** Describes the edited payload; it may not be longer than before. */
  describe(description: ImageDescription | ArrayShape): this;
  /** Room for the answer, in shared memory. */
  readonly reply: ByteArray;
  /** Says that the answer is this image or array, and returns the room for its numbers. */
  describeReply(description: ImageDescription | ArrayShape): ElementArray;
  /** Done. The answer: these bytes, the first so many of `reply`, what was described, or none. */
  processed(answer?: Bytes | number): void;
  /** Finishes it as failed; the sender gets the reason (the first 119 bytes). */
  failed(reason?: string): void;
}

// ---- topics: broadcast ----------------------------------------------------------------------------------------------

/** The shape of a topic, as ChannelShape. Without `payloadBytes` the handle attaches and never creates. */
export interface TopicShape {
  // generated from describe/handoff.toml: TopicShape
  /** messages kept (1 to 16,384; default 8; at least) */
  history?: number;
  /** capacity of a message; without it nothing is created (1 or more; at least) */
  payloadBytes?: number;
  /** loans that all publishers together may hold at once (1 to 1,024; default 4; at least) */
  loans?: number;
  /** messages that all subscribers together may hold at once (0 to 1,024; default 8; at least) */
  pinBudget?: number;
  /** publishers and subscribers attached at once; read_only ones do not count (2 to 64; default 32; at least) */
  participants?: number;
  /** on what the processes sleep (default futex; equal) */
  sync?: Sync;
  /** when the name is removed (default until_last_leaves; set by the creator) */
  lifetime?: Lifetime;
  /** rights, octal as in chmod; the umask does not change them (default 0600; set by the creator) */
  mode?: number;
  /** name of the group that owns it (default the creator's; set by the creator) */
  group?: string;
  // end of generated
}
export interface TopicOptions extends TopicShape, HandleOptions {}
export interface SubscriberOptions extends TopicOptions {
  // generated from describe/handoff.toml: SubscriberOptions
  /** messages that it may hold at once, out of the topic's pin budget; 0: it can only copy (default 2) */
  pins?: number;
  /** its first message (default newest) */
  start?: Start;
  /** Maps the segment without write access (the kernel enforces it). Such a subscriber takes no place in the table,
   * holds no pins, can only copy, and cannot be notified: a wait polls once a millisecond. It still needs the right
   * to read the segment. It never removes the name: if it is the last to leave, the name stays until another handle
   * is opened and closed. */
  readOnly?: boolean;
  // end of generated
}
/** The shape of an open topic. */
export interface TopicInfo {
  // generated from describe/handoff.toml: TopicInfo
  name: string;
  history: number;
  payloadBytes: number;
  loans: number;
  pinBudget: number;
  slotCount: number;
  participants: number;
  sync: Sync;
  lifetime: Lifetime;
  /** rights of the segment's file, octal as in chmod */
  mode: number;
  /** group of the segment's file; its number where it has no name */
  group: string;
  /** random: distinguishes this segment from others of the same name */
  instance: bigint;
  // end of generated
}
/** Counts of a topic. Not a snapshot: each counter is read separately. */
export interface TopicState {
  // generated from describe/handoff.toml: TopicState
  /** slots of no message */
  free: number;
  /** slots that publishers write into */
  loaned: number;
  /** messages that are kept, or evicted and still pinned */
  published: number;
  /** messages that subscribers hold: published, kept or evicted */
  pinned: number;
  /** attached, the dead included until they are recovered */
  publishers: number;
  /** attached, the dead included until they are recovered */
  subscribers: number;
  /** sequence of the newest message, 0: none yet */
  newest: number;
  // end of generated
}

export class Publisher extends Participant {
  /** Opens the topic and joins it. Errors as for Sender. */
  constructor(name: string, options?: TopicOptions);
  /** As Sender.open(). */
  static open(name: string, options?: TopicOptions & Opening): Promise<Publisher>;
  /** Never waits for a subscriber. */
  loan(): Loan;
  /** Makes the loan the newest message, and returns its sequence. */
  publish(loan: Loan): number;
  /** Makes a copy of these bytes the newest message, and returns its sequence. */
  publishBytes(data: Bytes): number;
  /** Waits until at least one live subscriber is attached; read-only ones cannot be seen. */
  waitForSubscriber(options?: Wait): Promise<void>;
  /** Of the topic. */
  info(): TopicInfo;
  /** Of the topic, read now. */
  state(): TopicState;
}

/** One wait at a time. */
export class Subscriber extends Participant implements AsyncIterable<Message | MessageCopy> {
  /** As Publisher; 'too_many_participants' also if the pin budget is spent: open it with `pins: 0` then. */
  constructor(name: string, options?: SubscriberOptions);
  /** As Sender.open(). */
  static open(name: string, options?: SubscriberOptions & Opening): Promise<Subscriber>;
  /** Messages that it may hold at once; 0: it can only copy. */
  readonly pins: number;
  /** The oldest unread message that is still kept; waits for one. 'end_of_stream' once every publisher has left. */
  next(options?: Wait): Promise<Message>;
  /** The newest message, if it is unread; skips those before it; waits for one. */
  newest(options?: Wait): Promise<Message>;
  /** Does not wait. Undefined: nothing is unread. */
  tryNext(): Message | undefined;
  /** Does not wait. Undefined: nothing is unread. */
  tryNewest(): Message | undefined;
  /** A copy of the oldest unread message; needs no pin and no write access. */
  copyNext(options?: Wait & CopyOptions): Promise<MessageCopy>;
  /** A copy of the newest message, if it is unread. */
  copyNewest(options?: Wait & CopyOptions): Promise<MessageCopy>;
  /** The messages, until the stream ends or the subscriber is closed; copies if `pins` is 0. */
  messages(options?: Wait): AsyncGenerator<Message | MessageCopy, void>;
  /** For `for await`: messages() without a timeout. */
  [Symbol.asyncIterator](): AsyncGenerator<Message | MessageCopy, void>;
  /** Of the topic. */
  info(): TopicInfo;
  /** Of the topic, read now. */
  state(): TopicState;
}

interface MessageFacts {
  /** Counts the messages of the topic from 1, over all publishers. */
  readonly sequence: number;
  /** Messages between the previous one of this subscriber and this one: overwritten, or skipped by newest(). Exact. */
  readonly lost: number;
  /** When it was published: CLOCK_MONOTONIC, as process.hrtime.bigint(). */
  readonly publishedNs: bigint;
}
/** A message, pinned: its bytes stay whole and in place until it is released, whatever the publishers do. */
export class Message extends Slot implements MessageFacts {
  private constructor();
  readonly sequence: number;
  readonly lost: number;
  readonly publishedNs: bigint;
}
/** A copy of a message, in memory of its own. */
export class MessageCopy implements MessageFacts {
  private constructor();
  /** The message as bytes. */
  readonly bytes: ByteArray;
  /** As Message.array. */
  readonly array: ElementArray;
  readonly image: Image | undefined;
  readonly arrayDescription: ArrayDescription | undefined;
  readonly sequence: number;
  readonly lost: number;
  readonly publishedNs: bigint;
  /** Nothing to do: for loops over messages and copies alike. */
  release(): void;
  /** Always false. */
  readonly released: boolean;
  /** For `using`: release(). */
  [Symbol.dispose](): void;
}

// ---- latest values --------------------------------------------------------------------------------------------------

export type TypedArray = NumberArray | Uint8ClampedArray | BigInt64Array | BigUint64Array;
export interface TypedArrayClass<A extends TypedArray> {
  new (length: number): A;
  readonly BYTES_PER_ELEMENT: number;
}
export interface LatestShape {
  // generated from describe/handoff.toml: LatestShape
  /** capacity of the value; without it nothing is created (1 or more; at least) */
  capacityBytes?: number;
  /** handles that may write, attached at once; read_only ones do not count (2 to 64; default 16; at least) */
  participants?: number;
  /** on what the processes sleep (default futex; equal) */
  sync?: Sync;
  /** when the name is removed (default until_last_leaves; set by the creator) */
  lifetime?: Lifetime;
  /** rights, octal as in chmod; the umask does not change them (default 0600; set by the creator) */
  mode?: number;
  /** name of the group that owns it (default the creator's; set by the creator) */
  group?: string;
  // end of generated
}
/** `type` and `length` (not given: 1), or `capacityBytes`, give the size; without either the handle only attaches. */
export interface LatestOptions<A extends TypedArray> extends LatestShape, HandleOptions {
  type?: TypedArrayClass<A>;
  length?: number;
  // generated from describe/handoff.toml: LatestOptions
  /** Maps the segment without write access (the kernel enforces it) and takes no place in the table. Such a handle
   * cannot be notified: a wait polls once a millisecond. It never removes the name: if it is the last to leave, the
   * name stays until another handle is opened and closed. */
  readOnly?: boolean;
  // end of generated
}
/** The shape of an open latest value. */
export interface LatestInfo {
  // generated from describe/handoff.toml: LatestInfo
  name: string;
  capacityBytes: number;
  participants: number;
  sync: Sync;
  lifetime: Lifetime;
  /** rights of the segment's file, octal as in chmod */
  mode: number;
  /** group of the segment's file; its number where it has no name */
  group: string;
  /** random: distinguishes this segment from others of the same name */
  instance: bigint;
  // end of generated
}
export interface Reading<A extends TypedArray> {
  /** The value, in memory of its own. */
  value: A;
  /** Counts the writes from 1, over all writers. */
  sequence: number;
  /** When it was written: CLOCK_MONOTONIC, as process.hrtime.bigint(). */
  writtenNs: bigint;
}

export class Latest<A extends TypedArray = ByteArray> extends Participant implements AsyncIterable<Reading<A>> {
  /** Opens the latest value and joins it. Errors as for Sender. */
  constructor(name: string, options?: LatestOptions<A>);
  /** As Sender.open(). */
  static open<A extends TypedArray = ByteArray>(
    name: string,
    options?: LatestOptions<A> & Opening,
  ): Promise<Latest<A>>;
  /** Makes this the newest value, and returns its sequence; never waits. */
  write(value: A | Bytes | number | bigint | number[] | bigint[]): number;
  /** A copy of the newest value, or undefined before the first write; never waits. */
  read(options?: CopyOptions): Reading<A> | undefined;
  /** Waits for a value newer than the last one that was read here. */
  waitNewer(options?: Wait & CopyOptions): Promise<Reading<A>>;
  /** True if waitNewer() would be settled at once. */
  readonly hasNewer: boolean;
  /** Each value that waitNewer() finds, until the handle is closed. */
  values(options?: Wait): AsyncGenerator<Reading<A>, void>;
  /** For `for await`: values() without a timeout. */
  [Symbol.asyncIterator](): AsyncGenerator<Reading<A>, void>;
  /** Of the latest value. */
  info(): LatestInfo;
}

/**
 * The index of the first of these that has something: a message, a newer value, a free slot, an answer, the end of its
 * stream.
 */
export function waitAny(
  handles: Iterable<Receiver | Subscriber | Latest<TypedArray> | Sender | Pending>,
  options?: Wait,
): Promise<number>;
