'use strict';
// The addon, and the one error class that it throws.

const native = require('../handoff.node');

/** An error of handoff: its `code` ('timed_out', 'full', ...), and in the message what failed, why, and what to do. */
class HandoffError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
Object.defineProperty(HandoffError.prototype, 'name', { value: 'HandoffError', configurable: true, writable: true });

function refuse(message, code = 'invalid_argument') {
  throw new HandoffError(code, message);
}

const kMoved = Symbol('moved');

/** Detaches a buffer, whose memory lives as long as it: a job of Node may still read there. */
function detachCopy(buffer) {
  Object.defineProperty(buffer, kMoved, { value: structuredClone(buffer, { transfer: [buffer] }) });
}

native.setup(HandoffError, detachCopy, ArrayBuffer.prototype.transfer);
// What is still open when the process or worker ends is left in an orderly way: no name stays behind.
process.on('exit', native.closeAll);

module.exports = { HandoffError, native, refuse };
