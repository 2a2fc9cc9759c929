'use strict';
// Other processes that are killed, and worker threads.
const assert = require('node:assert/strict');
const test = require('node:test');
const { Worker } = require('node:worker_threads');
const { once } = require('node:events');
const { Latest, Publisher, Receiver, Sender, Subscriber } = require('handoff');
const { Other, closing, nameFor, longTimeout, pause, refusal, segments, until } = require('./kit');

const timeout = longTimeout;

test('a receiver that is killed costs no request', async (t) => {
  const name = nameFor();
  const sender = closing(t, new Sender(name, { payloadBytes: 8, replyBytes: 8 }));
  const target = new Other(t, `
    const receiver = await handoff.Receiver.open('${name}', { attachTimeout: ${timeout} });
    const request = await receiver.receive();
    say('has ' + request.bytes[0]);
    await receiver.receive();`);
  const answer = sender.request(sender.tryLoan().write(Uint8Array.of(5)), { timeout });
  await target.expect('has 5');
  await target.kill();
  const receiver = closing(t, new Receiver(name));
  const request = await receiver.receive({ timeout });
  assert.deepEqual([request.bytes[0], request.deliveries], [5, 2]);
  request.processed(Uint8Array.of(6));
  assert.equal((await answer).reply[0], 6);
});

test('a death is noticed while thirty messages a second flow', async (t) => {
  const name = nameFor();
  const sender = closing(t, new Sender(name, { payloadBytes: 8 }));
  const target = new Other(t, `
    const receiver = await handoff.Receiver.open('${name}', { attachTimeout: ${timeout} });
    const request = await receiver.receive();
    say('has ' + request.bytes[0]);
    await receiver.receive();`);
  sender.send(sender.tryLoan().write(Uint8Array.of(5)));
  await target.expect('has 5');
  const receiver = closing(t, new Receiver(name));
  await target.kill();
  // No wait here lasts as long as a tick.
  for (const end = performance.now() + longTimeout; ;) {
    assert.ok(performance.now() < end, 'nobody noticed the death');
    await pause(33);
    sender.send(sender.tryLoan().write(Uint8Array.of(1)));
    const request = await receiver.receive({ timeout });
    const { deliveries } = request;
    request.processed();
    if (deliveries === 2) break;
  }
});

test('a sender that is killed costs nothing that it sent', async (t) => {
  const name = nameFor();
  const target = new Other(t, `
    const sender = new handoff.Sender('${name}', { payloadBytes: 8, slotCount: 4 });
    for (const number of [1, 2]) sender.send(sender.tryLoan().write(Uint8Array.of(number)));
    sender.tryLoan().bytes.fill(3);
    say('sent');
    await sender.loan().then(() => sender.loan());`);
  await target.expect('sent');
  const receiver = closing(t, await Receiver.open(name));
  await target.kill();
  for (const number of [1, 2]) {
    const request = await receiver.receive({ timeout });
    assert.equal(request.bytes[0], number);
    request.processed();
  }
  await assert.rejects(receiver.receive({ timeout }), refusal('end_of_stream'));
  await until(() => receiver.state().free === 4, 'every slot is free');
});

test('a publisher and a subscriber that are killed harm nobody', async (t) => {
  const name = nameFor();
  const subscriber = closing(t, new Subscriber(name, { payloadBytes: 8, start: 'oldest', pinBudget: 4 }));
  const target = new Other(t, `
    const publisher = new handoff.Publisher('${name}');
    const subscriber = new handoff.Subscriber('${name}', { start: 'oldest' });
    publisher.publish(publisher.loan().write(Uint8Array.of(1)));
    const held = await subscriber.next();
    say('holds ' + held.bytes[0]);
    publisher.loan();
    await subscriber.next();`);
  await target.expect('holds 1');
  await target.kill();
  (await subscriber.next({ timeout })).release();
  await assert.rejects(subscriber.next({ timeout }), refusal('end_of_stream'));
  const publisher = closing(t, new Publisher(name));
  for (let count = 0; count < 20; ++count) publisher.publish(publisher.loan().write(Uint8Array.of(2)));
  const message = await subscriber.newest({ timeout });
  assert.equal(message.bytes[0], 2);
  message.release();
});

test('a value outlives its writer', async (t) => {
  const name = nameFor();
  const reader = closing(t, new Latest(name, { type: Float64Array }));
  const target = new Other(t, `
    const latest = new handoff.Latest('${name}', { type: Float64Array });
    for (let value = 1; ; ++value) { latest.write(value); if (value % 1000 === 0) await new Promise(setImmediate); }`);
  const { value } = await reader.waitNewer({ timeout });
  assert.ok(value[0] >= 1);
  await target.kill();
  const last = reader.read();
  assert.equal(last.value[0], last.sequence);
  assert.equal(reader.write(0.5), last.sequence + 1);
});

const workerCode = (name) => `
  const { parentPort } = require('node:worker_threads');
  const { Receiver } = require('handoff');
  (async () => {
    const receiver = await Receiver.open('${name}', { attachTimeout: ${timeout} });
    parentPort.postMessage('open');
    for await (const request of receiver) request.processed(request.bytes.map((byte) => 2 * byte));
    receiver.close();
  })();`;

test('a worker thread has handles of its own', async (t) => {
  const name = nameFor();
  const sender = closing(t, new Sender(name, { payloadBytes: 8, replyBytes: 8 }));
  const worker = new Worker(workerCode(name), { eval: true });
  for (let number = 1; number <= 100; ++number) {
    const processed = await sender.request((await sender.loan()).write(Uint8Array.of(number)), { timeout });
    assert.equal(processed.reply[0], 2 * number);
    processed.release();
  }
  sender.close();
  const [code] = await once(worker, 'exit');
  assert.equal(code, 0);
  assert.deepEqual(segments(name), []);
});

test('a worker thread that is terminated while it waits leaves the channel', async (t) => {
  const name = nameFor();
  const sender = closing(t, new Sender(name, { payloadBytes: 8, replyBytes: 8 }));
  for (let round = 0; round < 3; ++round) {
    const worker = new Worker(workerCode(name), { eval: true });
    await once(worker, 'message');
    assert.equal(sender.state().receivers, 1);
    await worker.terminate();
    assert.equal(sender.state().receivers, 0);
  }
  sender.close();
  assert.deepEqual(segments(name), []);
});
