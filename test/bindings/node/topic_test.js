'use strict';
const assert = require('node:assert/strict');
const test = require('node:test');
const { Publisher, Subscriber, waitAny } = require('handoff');
const { closing, nameFor, longTimeout, refusal, segments } = require('./kit');

const timeout = longTimeout;

function topic(t, options = { payloadBytes: 16 }, handleOptions = {}) {
  const name = nameFor();
  const publisher = closing(t, new Publisher(name, options));
  const subscriber = closing(t, new Subscriber(name, handleOptions));
  return { name, publisher, subscriber };
}

test('every subscriber sees every message', async (t) => {
  const { name, publisher, subscriber } = topic(t);
  const second = closing(t, await Subscriber.open(name, { start: 'oldest' }));
  await publisher.waitForSubscriber({ timeout });
  assert.equal(publisher.publish(publisher.loan().write(Float64Array.of(1.5, 2.5))), 1);
  for (const one of [subscriber, second]) {
    const message = await one.next({ timeout });
    assert.deepEqual(new Float64Array(message.bytes.buffer), Float64Array.of(1.5, 2.5));
    assert.deepEqual([message.sequence, message.lost, message.image], [1, 0, undefined]);
    assert.ok(message.publishedNs <= process.hrtime.bigint());
    message.release();
    assert.equal(one.tryNext(), undefined);
  }
});

test('an image is published and copied', async (t) => {
  const { publisher, subscriber } = topic(t);
  const loan = publisher.loan().describe({ width: 2, height: 2, encoding: 'mono16', frameId: 'x' });
  loan.array.set([1, 2, 3, 65535]);
  publisher.publish(loan);
  const copy = await subscriber.copyNext({ timeout });
  assert.deepEqual(copy.array, Uint16Array.of(1, 2, 3, 65535));
  assert.equal(copy.bytes.length, 8);
  assert.deepEqual([copy.image.frameId, copy.sequence, copy.lost], ['x', 1, 0]);
});

test('what was overwritten is counted', async (t) => {
  const { publisher, subscriber } = topic(t, { payloadBytes: 16, history: 4 }, { start: 'oldest' });
  for (let count = 0; count < 20; ++count) publisher.publish(publisher.loan());
  const first = subscriber.tryNext();
  assert.equal(first.lost, first.sequence - 1);
  assert.ok(first.lost > 0);
  first.release();
  const newest = await subscriber.newest({ timeout });
  assert.deepEqual([newest.sequence, newest.lost], [20, 19 - first.sequence]);
  newest.release();
  assert.equal(subscriber.tryNewest(), undefined);
});

test('messages are iterated until the last publisher leaves', async (t) => {
  for (const handleOptions of [{ start: 'oldest' }, { start: 'oldest', pins: 0 }, { start: 'oldest', readOnly: true }]) {
    const { publisher, subscriber } = topic(t, { payloadBytes: 1 }, handleOptions);
    for (const number of [1, 2, 3]) publisher.publish(publisher.loan().write(Uint8Array.of(number)));
    if (handleOptions.readOnly !== true) publisher.close();
    const got = [];
    for await (const message of subscriber) {
      got.push(message.bytes[0]);
      message.release?.();
      if (got.length === 3 && handleOptions.readOnly) break;
    }
    assert.deepEqual(got, [1, 2, 3], JSON.stringify(handleOptions));
  }
});

test('messages that are not released are refused in words', (t) => {
  const { publisher, subscriber } = topic(t, { payloadBytes: 1 }, { start: 'oldest', pins: 1 });
  for (let count = 0; count < 2; ++count) publisher.publish(publisher.loan());
  const held = subscriber.tryNext();
  assert.throws(() => subscriber.tryNext(), refusal('full'));
  held.release();
  subscriber.tryNext().release();
});

test('loans that are not published are refused in words', (t) => {
  const { publisher } = topic(t, { payloadBytes: 1, loans: 1 });
  const held = [];
  const hoard = () => {
    for (let count = 0; count < 100; ++count) held.push(publisher.loan());
  };
  assert.throws(hoard, refusal('full'));
  held.pop().release();
  publisher.publish(publisher.loan());
});

test('info and state tell what there is', async (t) => {
  const { name, publisher, subscriber } = topic(t, { payloadBytes: 9, history: 5, loans: 2, pinBudget: 7 });
  const { slotCount, group, instance, ...rest } = subscriber.info();
  assert.deepEqual(rest, { name, payloadBytes: 9, history: 5, loans: 2, pinBudget: 7, participants: 32,
                           sync: 'futex', lifetime: 'until_last_leaves', mode: 0o600 });
  assert.ok(slotCount >= 5);
  assert.deepEqual(publisher.info(), subscriber.info());
  const state = publisher.state();
  assert.deepEqual([state.publishers, state.subscribers, state.newest], [1, 1, 0]);
  const waiting = waitAny([subscriber], { timeout });
  publisher.publish(publisher.loan());
  assert.equal(await waiting, 0);
});

test('a closed topic leaves nothing behind', (t) => {
  const { name, publisher, subscriber } = topic(t);
  publisher.publish(publisher.loan());
  const message = subscriber.tryNext();
  assert.equal(message.bytes.length, 16);
  message.release();
  publisher.close();
  subscriber.close();
  assert.deepEqual(segments(name), []);
});

test('bytes are published in one call', async (t) => {
  const name = nameFor();
  const publisher = closing(t, new Publisher(name, { payloadBytes: 8 }));
  const subscriber = closing(t, new Subscriber(name, { start: 'next' }));
  assert.equal(publisher.publishBytes(Buffer.from('abc')), 1);
  assert.throws(() => publisher.publishBytes(new Uint8Array(9)), refusal('too_large'));
  assert.equal(publisher.state().loaned, 0);
  const message = subscriber.tryNext();
  assert.equal(Buffer.from(message.bytes).toString(), 'abc');
  message.release();
});

test('a copy costs the message, not the capacity', async (t) => {
  const name = nameFor();
  const publisher = closing(t, new Publisher(name, { payloadBytes: 50e6, history: 2, loans: 2, pinBudget: 0 }));
  const subscriber = closing(t, new Subscriber(name, { pins: 0 }));
  for (const length of [10, 0, 70_000, 70_000, 3, 1e6, 1]) {
    publisher.publishBytes(new Uint8Array(length).fill(7));
    const { bytes } = await subscriber.copyNext();
    assert.deepEqual([bytes.length, bytes.buffer.byteLength], [length, length]);
    assert.ok(bytes.every((byte) => byte === 7));
  }
});

test('a message is copied into the buffer of the caller', async (t) => {
  const name = nameFor();
  const publisher = closing(t, new Publisher(name, { payloadBytes: 64 }));
  const subscriber = closing(t, new Subscriber(name));
  const into = new Uint8Array(10);
  await assert.rejects(subscriber.copyNext({ into, timeout: 1 }), refusal('timed_out', /publishers attached/));
  const waiting = subscriber.copyNext({ into: into.subarray(2), timeout });
  publisher.publishBytes(Uint8Array.of(1, 2, 3));
  const copy = await waiting;
  assert.deepEqual([copy.bytes, into], [Uint8Array.of(1, 2, 3), Uint8Array.of(0, 0, 1, 2, 3, 0, 0, 0, 0, 0)]);
  publisher.publishBytes(new Uint8Array(11));
  await assert.rejects(subscriber.copyNewest({ into }), refusal('too_large', /11 bytes/));
  assert.equal((await subscriber.copyNext()).bytes.length, 11);  // nothing was lost by that
  const taken = subscriber.copyNext({ into, timeout });
  structuredClone(into.buffer, { transfer: [into.buffer] });
  publisher.publishBytes(Uint8Array.of(1));
  await assert.rejects(taken, refusal('invalid_handle', /gone/));
  assert.equal((await subscriber.copyNext()).bytes[0], 1);
});

test('options of a copy are checked with and without a buffer, and others take their turn', async (t) => {
  const { publisher, subscriber } = topic(t);
  publisher.publishBytes(Uint8Array.of(1));
  for (const into of [undefined, new Uint8Array(9)]) {
    await assert.rejects(subscriber.copyNext({ into, timeOut: 1 }), refusal('invalid_argument', /'timeOut'.*'into'/));
    await assert.rejects(subscriber.copyNext({ into, signal: 5 }), refusal('invalid_argument', /AbortSignal/));
    for (const wrong of ['5', -1, null, NaN])
      await assert.rejects(subscriber.copyNext({ into, timeout: wrong }), refusal('invalid_argument', /timeout/));
    await assert.rejects(subscriber.copyNext({ into, signal: AbortSignal.abort('enough') }), (error) => error === 'enough');
  }
  assert.equal((await subscriber.copyNext({ into: new Uint8Array(9) })).bytes.length, 1);
  let hadTurn = false;
  setTimeout(() => (hadTurn = true), 1);
  const into = new Uint8Array(16);
  const end = performance.now() + longTimeout;
  while (!hadTurn && performance.now() < end) {
    publisher.publishBytes(Uint8Array.of(1));
    await subscriber.copyNext({ into });
  }
  assert.ok(hadTurn);
});
