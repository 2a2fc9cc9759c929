'use strict';
// Latest values: readers get the newest, always whole.

const { native, refuse } = require('./native');
const { Participant, nativeOf } = require('./handle');
const { openLater, openNow, opened } = require('./open');
const { Room } = require('./room');
const { shown } = require('./show');
const { bytesOf } = require('./slot');
const { checkedFields, checkedOptions, onceReady, untilEnd, waited } = require('./waits');

const typedArray = Object.getPrototypeOf(Uint8Array);

/** The type of the numbers, and what concerns the segment. */
function split(options) {
  const { type = Uint8Array, length, ...segment } = checkedOptions(options);
  if (typeof type !== 'function' || Object.getPrototypeOf(type) !== typedArray)
    refuse('type is the class of a typed array such as Float32Array');
  if (length !== undefined && (!Number.isSafeInteger(length) || length < 1))
    refuse('length is the number of elements, 1 or more');
  const elements = length ?? (options?.type === undefined ? 0 : 1);
  if (elements > 0 && segment.capacityBytes !== undefined)
    refuse('the size is said by type and length, or by capacityBytes, not by both');
  segment.capacityBytes ??= elements * type.BYTES_PER_ELEMENT;
  return { type: { Type: type, elements }, segment };
}

class Latest extends Participant {
  #type;
  #elements;  // of each value; 0: any number
  #info;
  #room;

  constructor(name, options, type) {
    if (name !== opened) ({ segment: options, type } = split(options));
    super(openNow('openLatest', name, options));
    this.#type = type.Type;
    this.#elements = type.elements;
    this.#info = native.latestInfo(nativeOf(this));
    this.#room = new Room(this.#info.capacityBytes);
  }

  static async open(name, options) {
    const { type, segment } = split(options);
    return new Latest(opened, await openLater('openLatest', name, segment), type);
  }

  /** Makes this the newest value, and returns its sequence; never waits. */
  write(value) {
    const bytes = bytesOf(this.#arrayFrom(value));
    this.#checkSize(bytes.byteLength, 'invalid_argument');
    return native.latestWrite(nativeOf(this), bytes);
  }

  /** A reader of another language relies on the length, too. */
  #checkSize(byteLength, code) {
    const Type = this.#type;
    const elements = byteLength / Type.BYTES_PER_ELEMENT;
    if (!Number.isInteger(elements)) refuse(`the value has ${byteLength} bytes: that is no ${Type.name}`, code);
    if (this.#elements > 0 && elements !== this.#elements)
      refuse(`the value has ${elements} elements of ${Type.name}, not ${this.#elements} (length)`, code);
  }

  #arrayFrom(value) {
    if (typeof value === 'number' || typeof value === 'bigint') return this.#type.of(value);
    if (Array.isArray(value)) return this.#type.from(value);
    if (ArrayBuffer.isView(value) && this.#type !== Uint8Array && !(value instanceof this.#type))
      refuse(`the value is a ${this.#type.name}, not a ${value.constructor.name}`);
    return value;
  }

  /** A copy of the newest value, in `into` or in memory of its own; undefined before the first write. Never waits. */
  read(options) {
    const { into } = checkedFields(options, ['into']);
    const read = (room) => native.latestRead(nativeOf(this), room);
    if (into !== undefined) return this.#reading(read(this.#roomIn(into)), bytesOf(into));
    const { about, buffer } = this.#room.fillNow(read);
    return this.#reading(about, new Uint8Array(buffer));
  }

  /** Waits for a value newer than the last one that was read here. */
  async waitNewer(options) {
    const { into, ...rest } = checkedFields(options, ['timeout', 'signal', 'into']);
    const wait = (room) =>
      waited(rest, (timeout, token) => native.latestWaitNewer(nativeOf(this), room, timeout, token));
    if (into !== undefined) return onceReady(this, rest, () => this.#readNewer(into));
    const { about, buffer } = await this.#room.fill(wait);
    return this.#reading(about, new Uint8Array(buffer));
  }

  #roomIn(into) {
    const room = bytesOf(into);
    const { name, BYTES_PER_ELEMENT: size } = this.#type;
    if (room.byteOffset % size !== 0)
      refuse(`into begins at byte ${room.byteOffset} of its buffer: for ${name} a multiple of ${size} is needed`);
    return room;
  }

  #readNewer(into) {
    if (!this.hasNewer) refuse('there was no newer value in time', 'timed_out');
    return this.read({ into });
  }

  #reading(about, room) {
    if (about === undefined) return undefined;
    const { byteLength, sequence, writtenNs } = about;
    const Type = this.#type;
    this.#checkSize(byteLength, 'mismatch');
    const value = new Type(room.buffer, room.byteOffset, byteLength / Type.BYTES_PER_ELEMENT);
    return shown({ value, sequence, writtenNs });
  }

  get hasNewer() {
    return native.hasNewer(nativeOf(this));
  }

  /** The values, each newer than the one before. */
  values(options) {
    return untilEnd(this, () => this.waitNewer(options));
  }

  [Symbol.asyncIterator]() {
    return this.values();
  }

  info() {
    return shown({ ...this.#info });
  }
}

module.exports = { Latest };
