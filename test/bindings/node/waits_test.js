'use strict';
const assert = require('node:assert/strict');
const { setMaxListeners } = require('node:events');
const fs = require('node:fs/promises');
const test = require('node:test');
const { Latest, Publisher, Receiver, Sender, Subscriber, waitAny } = require('handoff');
const { Other, closing, nameFor, longTimeout, pause, refusal, segments } = require('./kit');

const timeout = longTimeout;

function pair(t, options = { payloadBytes: 8 }) {
  const name = nameFor();
  const sender = closing(t, new Sender(name, options));
  const receiver = closing(t, new Receiver(name));
  return { name, sender, receiver };
}

test('a wait does not hold the event loop', async (t) => {
  const { receiver } = pair(t);
  let ticks = 0;
  const ticking = setInterval(() => ++ticks, 1);
  await assert.rejects(receiver.receive({ timeout: 200 }), refusal('timed_out'));
  clearInterval(ticking);
  assert.ok(ticks >= 2, `${ticks} ticks in 200 ms`);
});

test('many waits leave the files to others', async (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 8, slotCount: 20 });
  const waits = Array.from({ length: 20 }, () => receiver.receive({ timeout }));
  const text = await fs.readFile(__filename, 'utf8');
  assert.match(text, /many waits leave/);
  for (let sent = 0; sent < 20; ++sent) sender.send(await sender.loan({ timeout }));
  for (const request of await Promise.all(waits)) request.processed();
});

test('a stream without a pause leaves timers their turn', async (t) => {
  const { sender, receiver } = pair(t);
  let isOver = false;
  setTimeout(() => (isOver = true), 10);
  for (let count = 0; !isOver; ++count) {
    assert.ok(count < 5_000_000, 'the timer never came');
    sender.send(await sender.loan());
    (await receiver.receive()).processed();
  }
});

test('an AbortSignal ends every wait', async (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 8, slotCount: 1 });
  const topic = nameFor();
  const publisher = closing(t, new Publisher(topic, { payloadBytes: 8 }));
  const subscriber = closing(t, new Subscriber(topic, { start: 'next' }));
  const copying = closing(t, new Subscriber(topic, { start: 'next', pins: 0 }));
  const latest = closing(t, new Latest(nameFor(), { type: Float64Array }));
  const pending = sender.requestAsync(sender.tryLoan());
  receiver.tryReceive().failed();  // a slot that is answered is not free
  await assert.rejects(pending.wait(), refusal('failed'));
  const held = sender.requestAsync(sender.tryLoan());
  const request = receiver.tryReceive();

  const stop = new AbortController();
  const { signal } = stop;
  const waits = [receiver.receive({ signal }), sender.loan({ signal }), held.wait({ signal, timeout }),
                 subscriber.next({ signal }), copying.copyNext({ signal }), latest.waitNewer({ signal }),
                 Receiver.open(nameFor(), { signal, attachTimeout: Infinity })];
  await pause(20);
  const reason = new Error('enough');
  const begin = performance.now();
  stop.abort(reason);
  for (const ended of await Promise.allSettled(waits)) assert.equal(ended.reason, reason);
  assert.ok(performance.now() - begin < 1000, 'they end soon');
  await assert.rejects(receiver.receive({ signal }), (error) => error === reason);
  request.processed();
  (await held.wait()).release();
  publisher.publish(publisher.loan());
  (await subscriber.next({ timeout })).release();
});

test('an aborted request is withdrawn', async (t) => {
  const { sender, receiver } = pair(t);
  await assert.rejects(sender.request(sender.tryLoan(), { signal: AbortSignal.timeout(10) }), { name: 'TimeoutError' });
  assert.equal(receiver.tryReceive(), undefined);
  assert.equal(sender.state().free, 8);
});

test('close ends the waits on it', async (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 8, slotCount: 1 });
  const pending = sender.requestAsync(sender.tryLoan());
  const waits = [receiver.receive(), receiver.receive(), sender.loan(), pending.wait()];
  const held = await waits[0];
  await pause(20);
  receiver.close();
  sender.close();
  pending.release();
  for (const ended of await Promise.allSettled(waits.slice(1))) refusal('invalid_handle', /closed/)(ended.reason);
  await assert.rejects(receiver.receive(), refusal('invalid_handle', /closed/));
  held.processed();
});

test('a subscriber waits once at a time', async (t) => {
  const name = nameFor();
  closing(t, new Publisher(name, { payloadBytes: 8 }));
  const subscriber = closing(t, new Subscriber(name));
  const first = subscriber.next({ timeout: 100 });
  await assert.rejects(subscriber.next({ timeout }), refusal('invalid_argument', /waiting already/));
  assert.throws(() => subscriber.tryNext(), refusal('invalid_argument', /waiting already/));
  await assert.rejects(first, refusal('timed_out'));
  assert.equal(subscriber.tryNext(), undefined);
});

test('a hundred waits need one thread', async (t) => {
  const threads = async () => (await fs.readdir('/proc/self/task')).length;
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const latest = Array.from({ length: 100 }, () => closing(t, new Latest(nameFor(), { capacityBytes: 8 })));
  const before = await threads();
  const waits = latest.map((one) => one.waitNewer({ signal: stop.signal }));
  assert.ok((await threads()) <= before + 1, `${before} threads before, ${await threads()} while 100 waits last`);
  latest[70].write(new Uint8Array(8));
  await waits[70];
  stop.abort();
  const ended = await Promise.allSettled(waits);
  assert.equal(ended.filter((end) => end.reason?.name === 'AbortError').length, 99);
});

test('any number of waits on one handle get one message each', async (t) => {
  const { sender, receiver } = pair(t);
  const waits = Array.from({ length: 2000 }, () => receiver.receive({ timeout }));
  const sending = (async () => {
    for (let sent = 0; sent < 2000; ++sent) sender.send(await sender.loan({ timeout }));
  })();
  const sequences = new Set();
  for (const wait of waits) {
    const request = await wait;
    sequences.add(request.sequence);
    request.processed();
  }
  await sending;
  assert.equal(sequences.size, 2000);
});

test('a handle that never sleeps waits on a thread, and is stopped all the same', async (t) => {
  const { name, sender, receiver } = pair(t, { payloadBytes: 8, slotCount: 1 });
  const busy = closing(t, new Receiver(name, { wait: 'busy' }));
  receiver.close();
  const stop = new AbortController();
  const waiting = busy.receive({ signal: stop.signal });
  stop.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
  const receiving = busy.receive({ timeout });
  sender.send(await sender.loan({ timeout }));
  (await receiving).processed();
  const last = busy.receive();
  busy.close();
  await assert.rejects(last, refusal('invalid_handle', /closed/));
});

test('waitAny waits for a free slot and for an answer, too', async (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 8, slotCount: 1 });
  const pending = sender.requestAsync(sender.tryLoan());
  await assert.rejects(waitAny([sender, pending], { timeout: 5 }), refusal('timed_out'));
  const any = waitAny([sender, pending], { timeout });
  (await receiver.receive({ timeout })).processed();
  assert.equal(await any, 1);
  (await pending.wait({ timeout })).release();
  assert.equal(await waitAny([sender], { timeout }), 0);
});

test('a waitAny that others beat to it sleeps on', async (t) => {
  const { name, sender, receiver } = pair(t);
  const faster = closing(t, new Receiver(name));
  const ended = waitAny([receiver], { timeout: 300 });
  await pause(5);
  for (let round = 0; round < 5; ++round) {
    sender.send(sender.tryLoan());
    const until = performance.now() + 5;
    while (performance.now() < until) continue;  // the descriptor becomes readable before it is polled
    faster.tryReceive().processed();
  }
  const before = process.cpuUsage();
  await assert.rejects(ended, refusal('timed_out'));
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 100_000, `${user + system} us of CPU in 300 ms`);
});

test('close of one handle ends a waitAny', async (t) => {
  const { sender, receiver } = pair(t);
  const topic = nameFor();
  closing(t, new Publisher(topic, { payloadBytes: 8 }));
  const subscriber = closing(t, new Subscriber(topic));
  const waiting = [waitAny([receiver, subscriber]), waitAny([receiver, receiver])];
  await pause(5);
  receiver.close();
  for (const each of waiting) await assert.rejects(each, refusal('invalid_handle', /closed/));
  assert.equal(sender.state().receivers, 0);
});

test('an answer that is there when its wait is aborted is not lost', async (t) => {
  const { sender, receiver } = pair(t);
  const stop = new AbortController();
  const answer = sender.request(sender.tryLoan(), { signal: stop.signal });
  (await receiver.receive({ timeout })).processed();
  stop.abort();
  (await answer).release();
});

test('a request of a worker that ends is withdrawn', async (t) => {
  const { Worker } = require('node:worker_threads');
  const { name, sender } = pair(t);
  const worker = new Worker(`
    const { Sender } = require('handoff');
    const sender = new Sender('${name}');
    sender.request(sender.tryLoan());
    require('node:worker_threads').parentPort.postMessage('asked');`, { eval: true });
  await new Promise((resolve) => worker.once('message', resolve));
  assert.equal(sender.state().ready, 1);
  await worker.terminate();
  assert.equal(sender.state().ready, 0);
});

test('a timeout names who holds what is missing', async (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 8, slotCount: 1 });
  sender.send(sender.tryLoan());
  const held = await receiver.receive({ timeout });
  await assert.rejects(sender.loan({ timeout: 5 }), refusal('timed_out', new RegExp(`taken by .*${process.pid}`)));
  held.processed();
});

test('an opening that nobody can serve is refused', async (t) => {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const never = { attachTimeout: Infinity, signal: stop.signal };
  const waits = Array.from({ length: 1024 }, () => Receiver.open(nameFor(), never).catch(() => {}));
  await assert.rejects(Receiver.open(nameFor(), never), refusal('full', /1024 openings/));
  stop.abort();
  await Promise.all(waits);
  await assert.rejects(Receiver.open(nameFor(), { attachTimeout: 1 }), refusal('no_such_segment'));
});

test('a process that ends while it waits leaves nothing', async (t) => {
  for (const ending of ['process.exit(0)', 'stop.abort()', 'receiver.close()']) {
    const name = nameFor();
    const other = new Other(t, `
      const sender = new handoff.Sender('${name}', { payloadBytes: 8 });
      const receiver = new handoff.Receiver('${name}');
      const stop = new AbortController();
      const waiting = receiver.receive({ signal: stop.signal }).catch(() => {});
      setTimeout(() => { say('ending'); ${ending}; sender.close(); }, 10);`);
    await other.expect('ending');
    await other.end();
    assert.deepEqual(segments(name), [], ending);
  }
});

test('what is open when a process ends is closed', async (t) => {
  const name = nameFor();
  const other = new Other(t, `
    const sender = new handoff.Sender('${name}', { payloadBytes: 8 });
    const loan = sender.tryLoan();
    loan.bytes.fill(1);`);
  await other.end();
  assert.deepEqual(segments(name), []);
});

test('an uncaught exception leaves nothing either', async (t) => {
  const name = nameFor();
  const other = new Other(t, `
    const sender = new handoff.Sender('${name}', { payloadBytes: 8 });
    sender.loan().then(() => sender.loan());
    setTimeout(() => { throw new Error('on purpose'); }, 5);`);
  const [code] = await other.ended;
  assert.equal(code, 1);
  assert.deepEqual(segments(name), []);
});
