'use strict';
// for await over handles: how it ends, and what becomes of what it held.
const assert = require('node:assert/strict');
const test = require('node:test');
const { Latest, Publisher, Receiver, Sender, Subscriber } = require('handoff');
const { Other, closing, nameFor, refusal } = require('./kit');

function opened(t) {
  const name = nameFor();
  const publisher = closing(t, new Publisher(`${name}-t`, { payloadBytes: 8 }));
  const handles = {
    receiver: closing(t, new Receiver(name, { payloadBytes: 8, slotCount: 2 })),
    subscriber: closing(t, new Subscriber(`${name}-t`)),
    copying: closing(t, new Subscriber(`${name}-t`, { pins: 0 })),
    latest: closing(t, new Latest(`${name}-l`, { type: Float64Array })),
  };
  return { ...handles, publisher, sender: closing(t, new Sender(name)) };
}

for (const kind of ['receiver', 'subscriber', 'copying', 'latest']) {
  test(`closing the ${kind} ends its loop, in a wait and between two`, async (t) => {
    const { [kind]: handle, publisher, sender, latest } = opened(t);
    setImmediate(() => handle.close());
    for await (const nothing of handle) assert.fail(String(nothing));
    const second = opened(t);
    second.publisher.publishBytes(Buffer.from('x'));
    await second.sender.sendBytes(Buffer.from('x'));
    second.latest.write(1);
    let count = 0;
    for await (const taken of second[kind]) {
      ++count;
      taken.processed?.();
      taken.release?.();
      second[kind].close();
    }
    assert.equal(count, 1);
    await assert.rejects(async () => {
      for await (const nothing of handle) assert.fail(String(nothing));
    }, refusal('invalid_handle', /closed/));
    assert.ok(publisher && sender && latest);
  });
}

test('the documented Ctrl-C ends a service well', async (t) => {
  const other = new Other(t, `
    const receiver = new handoff.Receiver('${nameFor()}', { payloadBytes: 8 });
    process.once('SIGINT', () => receiver.close());
    setTimeout(() => process.kill(process.pid, 'SIGINT'), 50);
    say('waiting');
    for await (const request of receiver) request.processed();
    say('ended');`);
  await other.expect('waiting');
  await other.expect('ended');
  await other.end();
});

test('a loop that is left gives its request back at once', async (t) => {
  const { receiver, sender } = opened(t);
  await sender.sendBytes(Buffer.from('x'));
  await assert.rejects(async () => {
    for await (const request of receiver) throw new Error(`delivery ${request.deliveries}`);
  }, /delivery 1/);
  assert.equal(receiver.state().ready, 1);
  for await (const request of receiver) {
    assert.equal(request.deliveries, 2);
    break;
  }
  assert.equal(receiver.state().ready, 1);
  for await (const request of receiver) {
    request.processed();
    break;
  }
  assert.deepEqual([receiver.state().ready, receiver.state().free], [0, 2]);
});

test('a loop that is left unpins its message, and one that ends does not touch it', async (t) => {
  const { subscriber, publisher } = opened(t);
  publisher.publishBytes(Buffer.from('x'));
  for await (const message of subscriber) {
    assert.equal(message.released, false);
    break;
  }
  assert.equal(publisher.state().pinned, 0);
  publisher.publishBytes(Buffer.from('y'));
  publisher.close();
  let last;
  for await (const message of subscriber) last = message;
  assert.equal(last.bytes[0], 'y'.charCodeAt(0));
  last.release();
});

test('copies and messages are released alike', async (t) => {
  const { copying, publisher } = opened(t);
  publisher.publishBytes(Buffer.from('x'));
  for await (const message of copying) {
    message.release();
    assert.deepEqual([message.released, message.bytes.length], [false, 1]);
    break;
  }
});
