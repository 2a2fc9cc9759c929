'use strict';
// Views on slots: in place, and as copies where an engine refuses external buffers (HANDOFF_NODE_COPIES=1).
const assert = require('node:assert/strict');
const test = require('node:test');
const vm = require('node:vm');
const { setFlagsFromString } = require('node:v8');
const { Publisher, Receiver, Sender, Subscriber } = require('handoff');
const { closing, nameFor, pause, patience, refusal, until } = require('./kit');

const areCopies = process.env.HANDOFF_NODE_COPIES !== undefined;
setFlagsFromString('--expose-gc');
/** Not for copies: those are nobody's but JavaScript's. */
const testInPlace = areCopies ? () => {} : test;
const collectGarbage = vm.runInNewContext('gc');

function pair(t, options = { payloadBytes: 16, replyBytes: 8 }) {
  const name = nameFor();
  return { name, sender: closing(t, new Sender(name, options)), receiver: closing(t, new Receiver(name)) };
}
const gone = refusal('invalid_handle', /closed/);

test('views of one slot show the same bytes', (t) => {
  const { sender } = pair(t);
  const loan = sender.tryLoan();
  loan.bytes[3] = 7;
  assert.equal(loan.bytes[3], 7);
  assert.equal(loan.bytes.buffer, loan.bytes.buffer);
  loan.release();
});

testInPlace('a view is the slot itself', (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 16, replyBytes: 8, inPlace: true });
  sender.requestAsync(sender.tryLoan().write(Uint8Array.of(1, 2)));
  const request = receiver.tryReceive();
  const view = request.bytes;
  request.editable[0] = 9;
  assert.equal(view[0], 9);
  request.release();
});

test('what is released, sent or finished is empty and refuses', async (t) => {
  const { sender, receiver } = pair(t);
  const released = sender.tryLoan();
  const views = [released.bytes];
  released.release();
  const sent = sender.tryLoan();
  views.push(sent.bytes);
  const pending = sender.requestAsync(sent);
  const request = receiver.tryReceive();
  views.push(request.bytes, request.reply);
  request.processed();
  const processed = await pending.wait({ timeout: patience });
  views.push(processed.bytes);
  processed.release();
  for (const view of views) {
    assert.equal(view.length, 0);
    assert.equal(view[0], undefined);
    assert.throws(() => sender.tryLoan().write(view), view.byteLength === 0 ? refusal('invalid_handle', /gone/) : gone);
  }
  for (const slot of [released, sent, request, processed]) {
    assert.equal(slot.released, true);
    assert.throws(() => slot.bytes, gone);
    slot.release();
  }
  for (const use of [() => sent.resize(1), () => sent.write(Uint8Array.of(1)), () => sender.send(sent),
                     () => sender.requestAsync(released), () => request.processed(), () => request.failed('x'),
                     () => request.sender, () => processed.reply, () => pending.wasAnswered, () => pending.withdraw()])
    assert.throws(use, refusal('invalid_handle'), String(use));
  await assert.rejects(pending.wait(), refusal('invalid_handle'));
});

test('a refusal that does not use the request up leaves its bytes', (t) => {
  const { sender, receiver } = pair(t);
  sender.send(sender.tryLoan().write(Uint8Array.of(1, 2, 3)));
  const request = receiver.tryReceive();
  request.reply.fill(5);
  assert.throws(() => request.processed(99), refusal('too_large'));
  assert.deepEqual([...request.bytes], [1, 2, 3]);
  assert.equal(request.reply[7], 5);
  request.processed(8);
});

test('a slot that is forgotten comes back', async (t) => {
  const { sender } = pair(t, { payloadBytes: 16, slots: 2 });
  (() => {
    sender.tryLoan();
    sender.tryLoan().bytes.fill(1);
  })();
  assert.equal(sender.state().free, 0);
  await until(() => (collectGarbage(), sender.state().free === 2), 'the slots are free');
});

testInPlace('a view keeps its slot when everything else is forgotten', async (t) => {
  const name = nameFor();
  const view = (() => {
    const publisher = new Publisher(name, { payloadBytes: 1 << 20 });
    const subscriber = new Subscriber(name);
    const loan = publisher.loan();
    loan.bytes.fill(42);
    publisher.publish(loan);
    return subscriber.tryNext().bytes;
  })();
  for (let round = 0; round < 5; ++round) {
    collectGarbage();
    await pause(5);
    assert.equal(view[round], 42);
    assert.equal(view[view.length - 1], 42);
  }
});

test('a buffer cannot be transferred away', (t) => {
  const { sender } = pair(t);
  const loan = sender.tryLoan();
  const { buffer } = loan.bytes;
  try {
    structuredClone(buffer, { transfer: [buffer] });  // before Node 21 a copy
  } catch (error) {
    assert.equal(error.name, 'DataCloneError');
  }
  assert.equal(loan.bytes.length, 16);
  loan.release();
});

const transfers = ArrayBuffer.prototype.transfer !== undefined;
if (transfers) testInPlace('a buffer that was transferred nevertheless does no harm', (t) => {
  const { sender } = pair(t, { payloadBytes: 16, slots: 1 });
  const loan = sender.tryLoan();
  loan.bytes.fill(3);
  const moved = new Uint8Array(loan.bytes.buffer.transfer());
  assert.throws(() => loan.bytes, refusal('invalid_handle', /transferred/));
  assert.throws(() => sender.send(loan), refusal('invalid_handle', /transferred/));
  loan.release();
  sender.close();
  assert.equal(moved[15], 3);
});

test('what is written reaches the other side', async (t) => {
  const { sender, receiver } = pair(t);
  const loan = sender.tryLoan();
  loan.bytes[15] = 1;
  const pending = sender.requestAsync(loan);
  const request = receiver.tryReceive();
  assert.equal(request.bytes[15], 1);
  request.reply[2] = 4;
  request.processed(3);
  assert.deepEqual([...(await pending.wait({ timeout: patience })).reply], [0, 0, 4]);
});

test('an empty answer is an empty array', async (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 16 });
  const pending = sender.requestAsync(sender.tryLoan().resize(0));
  const request = receiver.tryReceive();
  assert.deepEqual([request.bytes.length, request.reply.length], [0, 0]);
  request.processed();
  assert.equal((await pending.wait({ timeout: patience })).reply.length, 0);
});

// What `using` calls; Node has it since 18.18 and 20.4.
if (Symbol.dispose !== undefined) test('slots and participants dispose of themselves', (t) => {
  const { sender, receiver } = pair(t);
  const loan = sender.tryLoan();
  const pending = sender.requestAsync(sender.tryLoan());
  for (const slot of [loan, pending]) {
    slot[Symbol.dispose]();
    assert.equal(slot.released, true);
  }
  for (const participant of [sender, receiver]) {
    participant[Symbol.dispose]();
    assert.equal(participant.closed, true);
  }
});
