'use strict';
// Memory for a copy of something whose size is known when it is there: as large as the last one, not as the largest.

const firstBytes = 4096;

class Room {
  #most;
  #next;

  /** @param {number} most bytes that can ever come */
  constructor(most) {
    this.#most = most;
    this.#next = Math.min(most, firstBytes);
  }

  /** Lets attempt(buffer) fill new memory; again with more of it, as long as it is refused as 'too_large'. */
  async fill(attempt) {
    for (let bytes = this.#next; ; bytes = this.#larger(bytes)) {
      const buffer = newBuffer(bytes);
      try {
        return this.#filled(await attempt(buffer), buffer);
      } catch (error) {
        this.#rethrowUnlessTooSmall(error, bytes);
      }
    }
  }

  /** The same without a wait. */
  fillNow(attempt) {
    for (let bytes = this.#next; ; bytes = this.#larger(bytes)) {
      const buffer = newBuffer(bytes);
      try {
        return this.#filled(attempt(buffer), buffer);
      } catch (error) {
        this.#rethrowUnlessTooSmall(error, bytes);
      }
    }
  }

  #larger(bytes) {
    return Math.min(this.#most, Math.max(firstBytes, 4 * bytes));
  }

  #rethrowUnlessTooSmall(error, bytes) {
    if (error.code !== 'too_large' || bytes >= this.#most) throw error;
  }

  /** The description of the copy, and a buffer of exactly its size. */
  #filled(about, buffer) {
    if (about === undefined) return { about, buffer };
    this.#next = about.byteLength;
    const fits = buffer.byteLength === about.byteLength;
    return { about, buffer: fits ? buffer : buffer.slice(0, about.byteLength) };
  }
}

/** Not filled with zeros: it is overwritten before it is visible. */
function newBuffer(bytes) {
  return bytes === 0 ? new ArrayBuffer(0) : Buffer.allocUnsafeSlow(bytes).buffer;
}

module.exports = { Room };
