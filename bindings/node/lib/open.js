'use strict';
// Opening: at once with `new`, or with a promise that waits for a segment that is not there yet.

const { native, refuse } = require('./native');
const { abortable, checkSignal, checkedOptions, traced } = require('./waits');

/** Given to a constructor before a handle of the addon that was opened already. */
const opened = Symbol('opened');

/** The handle that `new Class(name, options)` is about. */
function openNow(open, name, options) {
  if (name === opened) return options;
  const { attachTimeout, signal, ...rest } = checkedOptions(options);
  if (attachTimeout !== undefined || signal !== undefined)
    refuse("a constructor does not wait: attachTimeout and signal belong into 'await Class.open(name, options)'");
  return native[open](name, rest);
}

/** The promise of such a handle. */
async function openLater(open, name, options) {
  const { attachTimeout = 0, signal, ...rest } = checkedOptions(options);
  checkSignal(signal);
  return traced(() => abortable(signal, (token) => native[open](name, rest, attachTimeout, token)));
}

module.exports = { openLater, openNow, opened };
