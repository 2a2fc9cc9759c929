'use strict';
// What console.log and JSON.stringify show, and what errors tell.
const assert = require('node:assert/strict');
const test = require('node:test');
const util = require('node:util');
const { Worker } = require('node:worker_threads');
const { Latest, Publisher, Receiver, Sender, Subscriber } = require('handoff');
const { closing, nameFor } = require('./kit');

const parsed = (value) => JSON.parse(JSON.stringify(value));
const image = { width: 4, height: 2, step: 12, encoding: 'bgr8', channels: 3, bytesPerChannel: 1, kind: 'u',
  captureTimeNs: '7', frameId: 'left' };

function filmed(t) {
  const name = nameFor();
  const publisher = closing(t, new Publisher(name, { payloadBytes: 24, history: 4 }));
  const subscriber = closing(t, new Subscriber(name));
  const loan = publisher.loan().describe({ width: 4, height: 2, encoding: 'bgr8', captureTimeNs: 7n, frameId: 'left' });
  return { name, publisher, subscriber, loan };
}

test('a message is shown with its image', async (t) => {
  const { publisher, subscriber, loan } = filmed(t);
  assert.deepEqual(parsed(loan), { byteLength: 24, image });
  assert.deepEqual(parsed(loan.image), image);
  publisher.publish(loan);
  const message = await subscriber.next();
  const { publishedNs, ...others } = parsed(message);
  assert.deepEqual(others, { sequence: 1, lost: 0, byteLength: 24, image });
  assert.equal(BigInt(publishedNs), message.publishedNs);
  const text = util.inspect(message);
  for (const words of ['Message {', 'sequence: 1', "encoding: 'bgr8'", 'captureTimeNs: 7n']) assert.ok(text.includes(words), text);
  assert.equal(util.inspect([[[message]]]), '[ [ [ [Message] ] ] ]');
  message.release();
  assert.equal(util.inspect(message), 'Message { released: true }');
  assert.deepEqual(parsed(message), { released: true });
  publisher.publishBytes(Buffer.from('plain'));
  const copy = await subscriber.copyNext();
  assert.deepEqual(parsed(copy), { byteLength: 5, sequence: 2, lost: 0, publishedNs: String(copy.publishedNs) });
  assert.match(util.inspect(copy), /^MessageCopy \{\s+byteLength: 5,/);
});

test('a channel and its requests are shown', async (t) => {
  const name = nameFor();
  const sender = closing(t, new Sender(name, { payloadBytes: 8, replyBytes: 4 }));
  const receiver = closing(t, new Receiver(name));
  assert.deepEqual(parsed(receiver), { ...receiver.info(), instance: String(receiver.info().instance) });
  assert.deepEqual(parsed(receiver), parsed(receiver.info()));
  const pending = sender.requestAsync((await sender.loan()).write(Buffer.from('abc')));
  assert.equal(util.inspect(pending), 'Pending { sequence: 1, wasAnswered: false }');
  const waiting = pending.wait();
  assert.match(util.inspect(pending), /^Pending \{\s+unknown: 'this Pending is waiting already/);
  assert.match(parsed(pending).unknown, /waiting already/);
  const request = receiver.tryReceive();
  const { sender: id, deliveries, byteLength } = parsed(request);
  assert.deepEqual([id, deliveries, byteLength], [String(sender.id), 1, 3]);
  request.processed(Buffer.from('ok'));
  const processed = await waiting;
  assert.deepEqual([parsed(processed).replyByteLength, typeof parsed(processed).roundTripNs], [2, 'string']);
  processed.release();
  sender.close();
  assert.equal(util.inspect(sender), 'Sender { closed: true }');
});

test('a value is shown as it is', (t) => {
  const latest = closing(t, new Latest(nameFor(), { type: Float64Array, length: 3 }));
  latest.write([1, NaN, -Infinity]);
  const { value, sequence, writtenNs } = parsed(latest.read());
  assert.deepEqual([value, sequence, typeof writtenNs], [[1, 'NaN', '-Infinity'], 1, 'string']);
});

test('an error names the line that waits', async (t) => {
  const { subscriber, loan } = filmed(t);
  async function whoWaits() {
    await subscriber.next({ timeout: 1 });
  }
  await assert.rejects(whoWaits, (error) => /HandoffError: .*\n.*at .*whoWaits/s.test(error.stack));
  async function whoOpens() {
    await Receiver.open(nameFor(), { attachTimeout: 1 });
  }
  await assert.rejects(whoOpens, (error) => /at .*whoOpens/.test(error.stack));
  assert.throws(() => loan.resize(1e6), (error) => /show_test\.js/.test(error.stack));
  loan.release();
});

test('handles stay in their thread', async (t) => {
  const { publisher, subscriber, loan } = filmed(t);
  for (const handle of [publisher, subscriber, loan]) {
    assert.throws(() => structuredClone({ handle }), { name: 'DataCloneError' });
    assert.throws(() => new Worker('', { eval: true, workerData: { handle } }), { name: 'DataCloneError' });
  }
  loan.release();
});

test('a misspelled field is refused', (t) => {
  const { loan } = filmed(t);
  assert.throws(() => loan.describe({ width: 1, height: 1, encoding: 'mono8', frameID: 'x' }), /no field 'frameID'.*frameId/);
  loan.describe(loan.image);  // what was described is a description
  loan.release();
});
