'use strict';
// Latest values: readers get the newest, always whole.

const { native, refuse } = require('./native');
const { Participant, nativeOf } = require('./handle');
const { openLater, openNow, opened } = require('./open');
const { checkedOptions, waited } = require('./waits');

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
  return { type, segment };
}

class Latest extends Participant {
  #type;
  #info;

  constructor(name, options, type) {
    if (name !== opened) ({ segment: options, type } = split(options));
    super(openNow('openLatest', name, options));
    this.#type = type;
    this.#info = native.latestInfo(nativeOf(this));
  }

  static async open(name, options) {
    const { type, segment } = split(options);
    return new Latest(opened, await openLater('openLatest', name, segment), type);
  }

  /** Makes this the newest value, and returns its sequence; never waits. */
  write(value) {
    return native.latestWrite(nativeOf(this), this.#arrayFrom(value));
  }

  #arrayFrom(value) {
    if (typeof value === 'number' || typeof value === 'bigint') return this.#type.of(value);
    if (Array.isArray(value)) return this.#type.from(value);
    if (ArrayBuffer.isView(value) && this.#type !== Uint8Array && !(value instanceof this.#type))
      refuse(`the value is a ${this.#type.name}, not a ${value.constructor.name}`);
    return value;
  }

  /** A copy of the newest value, or undefined before the first write; never waits. */
  read() {
    const buffer = new ArrayBuffer(this.#info.capacityBytes);
    const reading = native.latestRead(nativeOf(this), buffer);
    return reading && this.#reading(reading, buffer);
  }

  /** Waits for a value newer than the last one that was read here. */
  async waitNewer(options) {
    const buffer = new ArrayBuffer(this.#info.capacityBytes);
    const wait = (timeout, token) => native.latestWaitNewer(nativeOf(this), buffer, timeout, token);
    return this.#reading(await waited(options, wait), buffer);
  }

  #reading({ byteLength, sequence, writtenNs }, buffer) {
    const Type = this.#type;
    if (byteLength % Type.BYTES_PER_ELEMENT !== 0)
      refuse(`the value has ${byteLength} bytes: that is no ${Type.name}`, 'mismatch');
    return { value: new Type(buffer, 0, byteLength / Type.BYTES_PER_ELEMENT), sequence, writtenNs };
  }

  get hasNewer() {
    return native.hasNewer(nativeOf(this));
  }

  /** The values, each newer than the one before. */
  async *values(options) {
    for (;;) yield await this.waitNewer(options);
  }

  [Symbol.asyncIterator]() {
    return this.values();
  }

  info() {
    return { ...this.#info };
  }
}

module.exports = { Latest };
