'use strict';
// Waits as promises that an AbortSignal ends.

const { HandoffError, native, refuse } = require('./native');
const { nativeOf } = require('./handle');

// Promises that are fulfilled at once would keep timers and sockets waiting: every so often one takes a turn.
const mostWithoutTurn = 64;
let sinceTurn = 0;

/**
 * Runs start(timeout, token). An aborted wait that got something nevertheless delivers it: nothing is lost.
 * @param {{timeout?: number, signal?: AbortSignal}} [options]
 */
async function waited(options, start) {
  const { timeout, signal } = checkedFields(options, ['timeout', 'signal']);
  checkSignal(signal);
  const result = await traced(() => abortable(signal, (token) => start(timeout, token)));
  await takeTurn();
  return result;
}

function checkSignal(signal) {
  if (signal !== undefined && !(signal instanceof AbortSignal)) refuse('signal is an AbortSignal');
}

async function takeTurn() {
  if (++sinceTurn < mostWithoutTurn) return;
  sinceTurn = 0;
  await new Promise(setImmediate);
}

/** Gives an error that was created in the event loop the stack trace of the caller that waits. */
async function traced(wait) {
  try {
    return await wait();
  } catch (error) {
    if (error instanceof HandoffError) Error.captureStackTrace(error, traced);
    throw error;
  }
}

async function abortable(signal, start) {
  if (signal === undefined) return start();
  signal.throwIfAborted();
  const token = native.token();
  const abort = () => native.stop(token);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await start(token);
  } catch (error) {
    throw error.code === 'aborted' && signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function checkedOptions(options = {}) {
  if (typeof options !== 'object' || options === null) refuse('options are an object such as { timeout: 1000 }');
  return options;
}

/** Options of which none is misspelled. */
function checkedFields(options, known) {
  const wrong = Object.keys(checkedOptions(options)).find((name) => !known.includes(name));
  if (wrong !== undefined)
    refuse(`there is no option '${wrong}' here, but ${known.map((name) => `'${name}'`).join(', ')}`);
  return options ?? {};
}

/** The index of the first of these handles that has something: a message, a newer value, the end of its stream. */
async function waitAny(handles, options) {
  const all = Array.from(handles, nativeOf);
  return waited(options, (timeout, token) => native.waitAny(all, timeout, token));
}

/** What takeNow() returns once it no longer refuses with 'timed_out'. A turn before it: what was taken is delivered. */
async function onceReady(handle, { timeout, ...rest }, takeNow) {
  const { signal } = rest;
  checkSignal(signal);
  if (timeout !== undefined && !(timeout >= 0 && typeof timeout === 'number'))
    refuse(`timeout is a number of milliseconds, 0 or more, not ${String(timeout)}`);
  signal?.throwIfAborted();
  await takeTurn();
  const begin = performance.now();
  for (let isLast = false; ; ) {
    try {
      return takeNow();
    } catch (error) {
      if (error.code !== 'timed_out' || isLast) throw error;
    }
    const left = timeout === undefined ? undefined : Math.max(0, timeout - (performance.now() - begin));
    try {
      await waitAny([handle], { timeout: left, ...rest });
    } catch (error) {
      if (error.code !== 'timed_out') throw error;
      isLast = true;  // whose message says more
    }
  }
}

/**
 * Yields what take() promises until the stream ends, or the handle is closed. Leaving the loop (an exception,
 * break, return) gives back at once what it held.
 */
async function* untilEnd(handle, take) {
  const wasOpen = !handle.closed;
  for (;;) {
    let taken;
    try {
      taken = await take();
    } catch (error) {
      if (error.code === 'end_of_stream' || (wasOpen && handle.closed)) return;
      throw error;
    }
    let isLeft = true;
    try {
      yield taken;
      isLeft = false;
    } finally {
      if (isLeft) taken.release?.();
    }
  }
}

module.exports = { abortable, checkSignal, checkedFields, checkedOptions, onceReady, traced, untilEnd, waitAny, waited };
