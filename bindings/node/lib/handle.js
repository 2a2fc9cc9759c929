'use strict';
// What all classes have in common: a handle of the addon, which ends on purpose or as garbage.

const { markAsUncloneable } = require('node:worker_threads');
const { native, refuse } = require('./native');
const { kFacts, showing } = require('./show');

const kNative = Symbol('native');

/** Before Node 22.10 only what cannot be cloned keeps an object from being cloned. Node prints its source. */
function handoff_handles_belong_to_one_thread() {}

class Handle {
  constructor(handle) {
    Object.defineProperty(this, kNative, { value: handle });
    if (markAsUncloneable !== undefined) markAsUncloneable(this);
    else Object.defineProperty(this, 'uncloneable', { value: handoff_handles_belong_to_one_thread, enumerable: true });
  }
}
showing(Handle);

function nativeOf(object) {
  const handle = object?.[kNative];
  if (handle === undefined) refuse(`a handle of handoff is needed here, not ${describe(object)}`);
  return handle;
}

function describe(value) {
  if (value === null || typeof value !== 'object') return String(value);
  return value.constructor ? `a ${value.constructor.name}` : 'an object';
}

/** Lets `using` end it, where there is such a thing. */
function disposable(Class, method) {
  if (Symbol.dispose === undefined) return;
  Object.defineProperty(Class.prototype, Symbol.dispose, { value: Class.prototype[method], configurable: true });
}

/** A handle that is opened and closed. */
class Participant extends Handle {
  /** Leaves. Waits on it are rejected with 'invalid_handle'; loans, requests and messages stay valid. */
  close() {
    native.close(nativeOf(this));
  }

  get closed() {
    return !native.isOpen(nativeOf(this));
  }

  [kFacts]() {
    return this.closed ? { closed: true } : this.info();
  }
}
disposable(Participant, 'close');

module.exports = { Handle, Participant, disposable, nativeOf };
