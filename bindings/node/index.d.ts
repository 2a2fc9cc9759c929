/** handoff: frames and messages from one process to another through shared memory, without copying them. */

export {};  // only what says `export` is exported

// generated from describe/handoff.toml: Errc Open WaitPolicy Timestamps Sync Lifetime Start
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
// end of generated

/** What handoff refuses: the message says what failed, why, and what to do next. */
export class HandoffError extends Error {
  readonly name: 'HandoffError';
  readonly code: Code;
}

export const version: string;

/** From now on a segment whose file was cut short is 'damaged' in this process, and not its end by SIGBUS. */
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

/** For copies: where to. Not given: memory of their own. */
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

/** What a frame is. */
export interface ImageDescription {
  width: number;
  height: number;
  /** 'bgr8', 'mono8', '16UC1', ... as in ROS, OpenCV or FFmpeg */
  encoding: string;
  /** Bytes from one row to the next; not given: no gaps. */
  step?: number;
  /** When the picture was taken, nanoseconds since 1970 (UTC); 0n: not known. */
  captureTimeNs?: bigint;
  /** Who or what took it, up to 31 bytes. */
  frameId?: string;
}
export interface Image extends Required<ImageDescription> {
  /** Numbers in one pixel. */
  channels: number;
  bytesPerChannel: number;
  /** Unsigned, signed, or floating point. */
  kind: 'u' | 'i' | 'f';
}

/** A slot in shared memory. After release(), or once it was sent or finished, every view on it has length 0. */
declare abstract class Slot {
  protected constructor();
  /** The payload as bytes. */
  readonly bytes: ByteArray;
  /** The payload as the numbers that it consists of; Uint8Array where it is not an image. */
  readonly array: NumberArray;
  readonly image: Image | undefined;
  release(): void;
  readonly released: boolean;
  [Symbol.dispose](): void;
}

/** A slot to write a message into: from a Sender or a Publisher, and back there to be sent. */
export class Loan extends Slot {
  private constructor();
  readonly capacity: number;
  /** Sends only the first `byteLength` bytes. */
  resize(byteLength: number): this;
  /** Says that the payload is this image, and sends just its bytes. */
  describe(image: ImageDescription): this;
  /** Copies these bytes into the slot, and sends just them. */
  write(data: Bytes): this;
}

declare class Participant {
  /** Leaves. Waits on it are rejected with 'invalid_handle', loops over it end; loans, requests and messages live on. */
  close(): void;
  readonly closed: boolean;
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
  /** what this handle receives lies in a second, read-only mapping of the segment, so that the kernel ends a process
   * that writes there */
  protectPayloads?: boolean;
  // end of generated
}
/** For Class.open(): how long to wait for a segment that does not exist yet, in milliseconds (not given: 0). */
export interface Opening {
  attachTimeout?: number;
  signal?: AbortSignal;
}

// ---- channels: request -> processed ---------------------------------------------------------------------------------

/**
 * What a channel is: a new one is created so, an existing one must offer at least this. What is not given asks for
 * nothing. Without `payloadBytes` a channel is attached to and never created.
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
  constructor(name: string, options?: ChannelOptions);
  static open(name: string, options?: ChannelOptions & Opening): Promise<Sender>;
  /** Waits for a free slot. */
  loan(options?: Wait): Promise<Loan>;
  tryLoan(): Loan | undefined;
  /** Sends, and waits for nobody. */
  send(loan: Loan): void;
  /** Copies these bytes into a slot, once one is free, and sends them. */
  sendBytes(data: Bytes, options?: Wait): Promise<void>;
  /** For many small messages: waits for a free slot, and takes as many as there are, at most `most`. */
  loanBatch(most: number, options?: Wait): Promise<Loan[]>;
  /** Sends all of them, in this order, with one wake-up. All are used up, also on an error. */
  sendBatch(loans: Iterable<Loan>): void;
  /** Sends, and waits for the answer. A request that nobody has read is withdrawn when the wait ends without one. */
  request(loan: Loan, options?: Wait): Promise<Processed>;
  /** The same with a copy of these bytes; the timeout is for the slot and the answer together. */
  requestBytes(data: Bytes, options?: Wait): Promise<Processed>;
  /** Sends, and returns at once with a handle on the answer. */
  requestAsync(loan: Loan): Pending;
  waitForReceiver(options?: Wait): Promise<void>;
  readonly id: bigint;
  info(): ChannelInfo;
  state(): ChannelState;
  whoHolds(): string;
}

/** A request in flight. Released, it stays sent, but nobody waits for its answer any more. */
export class Pending {
  private constructor();
  /** After 'timed_out' it may be waited for again. */
  wait(options?: Wait): Promise<Processed>;
  readonly wasAnswered: boolean;
  readonly sequence: number;
  /** Takes the request back if it is in nobody's hands. False: a receiver has it, or has answered it. */
  withdraw(): boolean;
  release(): void;
  readonly released: boolean;
  [Symbol.dispose](): void;
}

/** A request that came back with its answer. */
export class Processed extends Slot {
  private constructor();
  readonly reply: NumberArray;
  readonly replyImage: Image | undefined;
  readonly sequence: number;
  readonly deliveries: number;
  readonly roundTripNs: bigint;
}

export class Receiver extends Participant implements AsyncIterable<Request> {
  constructor(name: string, options?: ChannelOptions);
  static open(name: string, options?: ChannelOptions & Opening): Promise<Receiver>;
  /** 'end_of_stream' once every sender has left: said once, the next one waits for a new sender. */
  receive(options?: Wait): Promise<Request>;
  tryReceive(): Request | undefined;
  /** For many small requests: waits for one, and takes as many as are there, at most `most`. Others do not get them. */
  receiveBatch(most: number, options?: Wait): Promise<Request[]>;
  /** Done, all of them, with one wake-up. The answers are the images that were described, or none. */
  processedBatch(requests: Iterable<Request>): void;
  /** The requests until the stream ends or the receiver is closed. Leaving the loop gives back an unanswered one. */
  requests(options?: Wait): AsyncGenerator<Request, void>;
  [Symbol.asyncIterator](): AsyncGenerator<Request, void>;
  info(): ChannelInfo;
  state(): ChannelState;
  whoHolds(): string;
}

/** A request in our hands. Released without an answer, it is delivered again. */
export class Request extends Slot {
  private constructor();
  readonly sender: bigint;
  readonly sequence: number;
  readonly deliveries: number;
  /** CLOCK_MONOTONIC, as process.hrtime.bigint() */
  readonly sentNs: bigint;
  readonly takenNs: bigint;
  /** The payload for editing, on channels that are opened inPlace. */
  readonly editable: NumberArray;
  describe(image: ImageDescription): this;
  /** Room for the answer, in shared memory. */
  readonly reply: ByteArray;
  /** Says that the answer is this image, and returns the room for its numbers. */
  describeReply(image: ImageDescription): NumberArray;
  /** Done. The answer: these bytes, the first so many of `reply`, the image that was described, or none. */
  processed(answer?: Bytes | number): void;
  failed(reason?: string): void;
}

// ---- topics: broadcast ----------------------------------------------------------------------------------------------

/** What a topic is; without `payloadBytes` it is attached to and never created. */
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
  constructor(name: string, options?: TopicOptions);
  static open(name: string, options?: TopicOptions & Opening): Promise<Publisher>;
  /** Never waits for a subscriber. */
  loan(): Loan;
  /** Makes the loan the newest message, and returns its sequence. */
  publish(loan: Loan): number;
  /** Makes a copy of these bytes the newest message, and returns its sequence. */
  publishBytes(data: Bytes): number;
  waitForSubscriber(options?: Wait): Promise<void>;
  info(): TopicInfo;
  state(): TopicState;
}

/** One wait at a time. */
export class Subscriber extends Participant implements AsyncIterable<Message | MessageCopy> {
  constructor(name: string, options?: SubscriberOptions);
  static open(name: string, options?: SubscriberOptions & Opening): Promise<Subscriber>;
  readonly pins: number;
  next(options?: Wait): Promise<Message>;
  newest(options?: Wait): Promise<Message>;
  tryNext(): Message | undefined;
  tryNewest(): Message | undefined;
  copyNext(options?: Wait & CopyOptions): Promise<MessageCopy>;
  copyNewest(options?: Wait & CopyOptions): Promise<MessageCopy>;
  /** The messages until the stream ends or the subscriber is closed; copies, where no pins were asked for. */
  messages(options?: Wait): AsyncGenerator<Message | MessageCopy, void>;
  [Symbol.asyncIterator](): AsyncGenerator<Message | MessageCopy, void>;
  info(): TopicInfo;
  state(): TopicState;
}

interface MessageFacts {
  /** Counts the messages of the topic from 1, over all publishers. */
  readonly sequence: number;
  /** Messages between the one before and this one: overwritten, or skipped. Exact. */
  readonly lost: number;
  readonly publishedNs: bigint;
}
/** A message, pinned: whole and in place until it is released. */
export class Message extends Slot implements MessageFacts {
  private constructor();
  readonly sequence: number;
  readonly lost: number;
  readonly publishedNs: bigint;
}
/** A message in memory of its own. */
export class MessageCopy implements MessageFacts {
  private constructor();
  readonly bytes: ByteArray;
  readonly array: NumberArray;
  readonly image: Image | undefined;
  readonly sequence: number;
  readonly lost: number;
  readonly publishedNs: bigint;
  /** Nothing to do: for loops over messages and copies alike. */
  release(): void;
  readonly released: boolean;
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
/** `type` and `length` (not given: 1) say the size; or `capacityBytes`; without either a value is attached to only. */
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
  value: A;
  /** Counts the writes from 1, over all writers. */
  sequence: number;
  writtenNs: bigint;
}

export class Latest<A extends TypedArray = ByteArray> extends Participant implements AsyncIterable<Reading<A>> {
  constructor(name: string, options?: LatestOptions<A>);
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
  readonly hasNewer: boolean;
  values(options?: Wait): AsyncGenerator<Reading<A>, void>;
  [Symbol.asyncIterator](): AsyncGenerator<Reading<A>, void>;
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
