'use strict';
// Slots in shared memory: their bytes as typed arrays.

const { native, refuse } = require('./native');
const { Handle, disposable, nativeOf } = require('./handle');
const { arrayIn, dtypeOf, factsToShow, imageIn, kFacts, shown } = require('./show');

const payload = 0;
const reply = 1;
/** Where JavaScript has no type for an element, its bits. */
const elementTypes = {
  bool: Uint8Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: globalThis.Float16Array ?? Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  bfloat16: Uint16Array,
};

/**
 * The ArrayBuffer on an area of a slot. Node itself refuses to transfer buffers on foreign memory. Not
 * markAsUntransferable: since Node 24.15 what was marked cannot be detached, and a slot that is given away must be.
 */
function bufferOn(slot, area) {
  return native.buffer(nativeOf(slot), area);
}

/** The numbers of an image, the elements of an array; plain bytes where nothing is described. */
function arrayOn(bytes, image, array) {
  const Type = elementTypes[image ? dtypeOf(image) : array ? array.dtype : 'uint8'];
  const byteLength = image || !array ? bytes.byteLength : array.byteLength;
  return new Type(bytes.buffer, bytes.byteOffset, Math.floor(byteLength / Type.BYTES_PER_ELEMENT));
}

/** The bytes of anything that has some. */
function bytesOf(data) {
  native.checkBytes(data);
  if (!ArrayBuffer.isView(data)) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

class Slot extends Handle {
  /** Gives the slot back. Every view on it has length 0 from now on. */
  release() {
    native.close(nativeOf(this));
  }

  get released() {
    return !native.isOpen(nativeOf(this));
  }

  [kFacts]() {
    if (this.released) return { released: true };
    return factsToShow({ byteLength: this.bytes.byteLength, image: this.image ?? this.arrayDescription });
  }

  /** The payload as bytes. */
  get bytes() {
    return new Uint8Array(bufferOn(this, payload));
  }

  /** The payload as the numbers that it consists of. */
  get array() {
    return arrayOn(this.bytes, this.image, this.arrayDescription);
  }
}
disposable(Slot, 'release');

/** A slot on loan. If it is released without being sent or published, the slot is given back. */
class Loan extends Slot {
  #description;

  get bytes() {
    return new Uint8Array(bufferOn(this, payload), 0, native.loanBytes(nativeOf(this)));
  }

  get image() {
    return imageIn(this.#description);
  }

  get arrayDescription() {
    return arrayIn(this.#description);
  }

  /** Bytes that fit into the slot. */
  get capacity() {
    return bufferOn(this, payload).byteLength;
  }

  /** Sends only the first `byteLength` bytes. */
  resize(byteLength) {
    native.resize(nativeOf(this), byteLength);
    return this;
  }

  /** Says that the payload is this image or array, and sends just its bytes. */
  describe(description) {
    this.#description = shown(native.describe(nativeOf(this), description));
    return this;
  }

  /** Copies these bytes into the slot, and sends just them. */
  write(data) {
    const bytes = bytesOf(data);
    this.resize(bytes.byteLength);
    this.bytes.set(bytes);
    return this;
  }
}

/** The loan with these bytes in it, or none. */
function filled(loan, data) {
  try {
    return loan.write(data);
  } catch (error) {
    loan.release();
    throw error;
  }
}

function loanOf(loan) {
  if (!(loan instanceof Loan))
    refuse('a Loan is needed: sender.send((await sender.loan()).write(data)), or await sender.sendBytes(data)');
  return nativeOf(loan);
}

module.exports = { Loan, Slot, arrayOn, bufferOn, bytesOf, filled, loanOf, reply };
