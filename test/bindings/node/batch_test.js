'use strict';
const assert = require('node:assert/strict');
const test = require('node:test');
const { Receiver, Sender } = require('handoff');
const { closing, nameFor, longTimeout, refusal } = require('./kit');

const timeout = longTimeout;

function pair(t) {
  const name = nameFor();
  const sender = closing(t, new Sender(name, { slotCount: 4, payloadBytes: 16, replyBytes: 16 }));
  return { name, sender, receiver: closing(t, new Receiver(name)) };
}

async function filled(sender, values) {
  const loans = await sender.loanBatch(values.length, { timeout });
  loans.forEach((loan, at) => loan.write(Uint8Array.of(values[at])));
  return loans;
}

test('a batch is sent, taken and processed in its order', async (t) => {
  const { sender, receiver } = pair(t);
  const loans = await sender.loanBatch(100, { timeout });
  assert.equal(loans.length, 4);
  loans.forEach((loan, at) => loan.write(Uint8Array.of(at)));
  const view = loans[0].bytes;
  sender.sendBatch(loans);
  assert.ok(loans.every((loan) => loan.released));
  assert.equal(view.length, 0);
  const requests = await receiver.receiveBatch(3, { timeout });
  assert.deepEqual(requests.map((request) => request.bytes[0]), [0, 1, 2]);
  assert.deepEqual(requests.map((request) => request.sequence), [1, 2, 3]);
  const rest = await receiver.receiveBatch(3, { timeout });
  assert.deepEqual(rest.map((request) => request.bytes[0]), [3]);
  receiver.processedBatch([...requests, ...rest]);
  assert.ok(requests.every((request) => request.released));
  assert.equal(sender.state().free, 4);
});

test('a batch brings the answers that were described', async (t) => {
  const { sender, receiver } = pair(t);
  const pending = (await filled(sender, [3, 4])).map((loan) => sender.requestAsync(loan));
  const requests = await receiver.receiveBatch(4, { timeout });
  requests[0].describeReply({ width: 2, height: 2, encoding: 'mono8' }).fill(7);
  receiver.processedBatch(requests);
  assert.deepEqual([...(await pending[0].wait({ timeout })).reply], [7, 7, 7, 7]);
  assert.equal((await pending[1].wait({ timeout })).reply.length, 0);
});

test('a batch waits for the first request, can be aborted, and is told of the end', async (t) => {
  const { sender, receiver } = pair(t);
  await assert.rejects(receiver.receiveBatch(4, { timeout: 10 }), refusal('timed_out'));
  const reason = new Error('enough');
  await assert.rejects(receiver.receiveBatch(4, { signal: AbortSignal.abort(reason) }), reason);
  const waiting = receiver.receiveBatch(4, { timeout });
  sender.send((await sender.loan({ timeout })).write(Uint8Array.of(9)));
  const requests = await waiting;
  assert.deepEqual(requests.map((request) => request.bytes[0]), [9]);
  receiver.processedBatch(requests);
  sender.close();
  await assert.rejects(receiver.receiveBatch(4, { timeout }), refusal('end_of_stream'));
});

test('an invalid batch is refused', async (t) => {
  const { name, sender, receiver } = pair(t);
  for (const most of [0, -1, 1.5, NaN, 70_000, '2', undefined]) {
    await assert.rejects(sender.loanBatch(most, { timeout: 0 }), refusal('invalid_argument'));
    await assert.rejects(receiver.receiveBatch(most, { timeout: 0 }), refusal('invalid_argument'));
  }
  const loans = await filled(sender, [1, 2]);
  assert.throws(() => sender.sendBatch([...loans, Buffer.from('bytes')]), refusal('invalid_argument'));
  assert.throws(() => receiver.processedBatch(loans), refusal('invalid_argument', /Requests are needed/));
  const spent = await sender.loan({ timeout });
  spent.release();
  assert.throws(() => sender.sendBatch([...loans, spent]), refusal('invalid_handle'));
  assert.ok(loans.every((loan) => !loan.released));
  sender.sendBatch(loans);
  const other = closing(t, new Sender(name));
  const theirs = await filled(sender, [3]);
  assert.throws(() => other.sendBatch(theirs), refusal('invalid_argument', /another Sender/));
  assert.deepEqual([sender.state().ready, sender.state().loaned], [2, 0]);
});

test('the same loan twice is refused and comes back', async (t) => {
  const { sender } = pair(t);
  const loan = await sender.loan({ timeout });
  assert.throws(() => sender.sendBatch([loan, loan]), refusal('invalid_handle'));
  assert.equal(sender.state().free, 4);
});
