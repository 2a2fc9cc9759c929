'use strict';
// The name of a segment is removed during a wait: the wait fails with 'removed', but only if nothing is there.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const test = require('node:test');
const handoff = require('handoff');
const { Latest, Publisher, Receiver, Sender, Subscriber, waitAny } = require('handoff');
const { closing, nameFor, longTimeout, refusal } = require('./kit');

const timeout = longTimeout;
const remove = (name) => fs.unlinkSync(`/dev/shm/handoff.${name}`);
const removed = (name) => refusal('removed', new RegExp(`'${name}' was removed from /dev/shm.*Open it again`));

/** `wait` waits, the name is removed, and the wait fails. */
async function assertRemoved(name, wait) {
  await assert.rejects(wait({ timeout: 1 }), refusal('timed_out'));
  const waiting = wait({ timeout });
  remove(name);
  await assert.rejects(waiting, removed(name));
}

test('a receiver that waits is told', async (t) => {
  const name = nameFor();
  const receiver = closing(t, new Receiver(name, { payloadBytes: 8 }));
  await assertRemoved(name, (wait) => receiver.receive(wait));
  assert.throws(() => receiver.tryReceive(), removed(name));
  await assert.rejects(receiver.receiveBatch(4, { timeout }), removed(name));
  await assert.rejects(async () => {
    for await (const request of receiver) request.processed();
  }, removed(name));
});

test('a sender that waits is told', async (t) => {
  const name = nameFor();
  const sender = closing(t, new Sender(name, { payloadBytes: 8, slotCount: 1 }));
  const pending = sender.requestAsync(sender.tryLoan().write(Uint8Array.of(1)));
  await assertRemoved(name, (wait) => sender.loan(wait));
  await assert.rejects(sender.waitForReceiver({ timeout }), removed(name));
  await assert.rejects(pending.wait({ timeout }), removed(name));
  await assert.rejects(pending.wait({ timeout }), removed(name), 'it may be waited for again');
  assert.equal(pending.withdraw(), true);
});

test('a request on a removed name stays sent', async (t) => {
  const name = nameFor();
  const sender = closing(t, new Sender(name, { payloadBytes: 8 }));
  const receiver = closing(t, new Receiver(name));
  remove(name);
  await assert.rejects(sender.request(sender.tryLoan().write(Uint8Array.of(9)), { timeout }), removed(name));
  const request = await receiver.receive({ timeout });
  assert.equal(request.bytes[0], 9);
  request.processed();
});

test('what was sent comes before the news', async (t) => {
  const name = nameFor();
  const sender = closing(t, new Sender(name, { payloadBytes: 8 }));
  const receiver = closing(t, new Receiver(name));
  sender.send(sender.tryLoan().write(Uint8Array.of(5)));
  remove(name);
  const request = await receiver.receive({ timeout });
  assert.equal(request.bytes[0], 5);
  request.processed();
  await assert.rejects(receiver.receive({ timeout }), removed(name));
});

test('a subscriber and a publisher that wait are told', async (t) => {
  const name = nameFor();
  const publisher = closing(t, new Publisher(name, { payloadBytes: 8 }));
  const subscriber = closing(t, new Subscriber(name));
  await assertRemoved(name, (wait) => subscriber.next(wait));
  await assert.rejects(subscriber.newest({ timeout }), removed(name));
  await assert.rejects(subscriber.copyNext({ timeout }), removed(name));
  subscriber.close();
  await assert.rejects(publisher.waitForSubscriber({ timeout }), removed(name));
});

test('who waits for a newer value is told', async (t) => {
  const name = nameFor();
  const latest = closing(t, new Latest(name, { type: Float64Array }));
  latest.write(0.5);
  assert.equal(latest.read().value[0], 0.5);
  await assertRemoved(name, (wait) => latest.waitNewer(wait));
  assert.equal(latest.read().value[0], 0.5, 'the value is still there');
});

test('who waits for several is told by the one', async (t) => {
  const name = nameFor();
  const receiver = closing(t, new Receiver(name, { payloadBytes: 8 }));
  const latest = closing(t, new Latest(nameFor(), { type: Float64Array }));
  await assert.rejects(waitAny([latest, receiver], { timeout: 1 }), refusal('timed_out'));
  remove(name);
  await waitAny([latest, receiver], { timeout });
  assert.throws(() => receiver.tryReceive(), removed(name));
});

test('opened again it is another one', async (t) => {
  const name = nameFor();
  const old = closing(t, new Sender(name, { payloadBytes: 8 }));
  remove(name);
  await assert.rejects(old.waitForReceiver({ timeout }), removed(name));
  const sender = closing(t, new Sender(name, { payloadBytes: 8 }));
  const receiver = closing(t, new Receiver(name));
  sender.send(sender.tryLoan().write(Uint8Array.of(7)));
  const request = await receiver.receive({ timeout });
  assert.equal(request.bytes[0], 7);
  request.processed();
});

test('segments are listed, cleaned and removed', (t) => {
  const name = nameFor();
  assert.throws(() => handoff.remove(name), refusal('no_such_segment'));
  const sender = closing(t, new Sender(name, { payloadBytes: 8 }));
  assert.deepEqual([handoff.listSegments(name), handoff.listSegments().includes(name), handoff.listSegments(`${name}-*`)], [[name], true, []]);
  assert.equal(handoff.clean(name), 0);
  assert.throws(() => handoff.remove(name), refusal('mismatch'));
  assert.throws(() => handoff.remove(name, { forced: true }), refusal('invalid_argument', /'forced'.*'force'/));
  handoff.remove(name, { force: true });
  assert.deepEqual(handoff.listSegments(name), []);
  sender.tryLoan().release();
});
