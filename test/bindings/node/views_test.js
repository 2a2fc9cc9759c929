'use strict';
// Views on slotCount: in place, and as copies where an engine refuses external buffers (HANDOFF_NODE_COPIES=1).
const assert = require('node:assert/strict');
const fs = require('node:fs');
const test = require('node:test');
const vm = require('node:vm');
const { setFlagsFromString } = require('node:v8');
const { MessageChannel, markAsUntransferable } = require('node:worker_threads');
const { Publisher, Receiver, Sender, Subscriber } = require('handoff');
const { Other, closing, nameFor, pause, longTimeout, refusal, until } = require('./kit');

const areCopies = process.env.HANDOFF_NODE_COPIES !== undefined;
setFlagsFromString('--expose-gc');
/** Not for copies: those belong to JavaScript alone. */
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

// It reads other bytes, or is refused. The process must not end.
for (const [what, job] of Object.entries({
  zlib: "await promisify(require('node:zlib').gzip)(bytes)",
  'a file': "await require('node:fs/promises').writeFile('/dev/null', bytes)",
  'a digest': "await crypto.subtle.digest('SHA-256', bytes)",
})) {
  test(`${what} still reads what was released and closed`, async (t) => {
    const other = new Other(t, `
      const { promisify } = require('node:util');
      const { crypto } = { crypto: require('node:crypto').webcrypto };
      for (let round = 0; round < 3; ++round) {
        const name = '${nameFor()}';
        const publisher = new handoff.Publisher(name, { payloadBytes: 8e6, history: 2 });
        const subscriber = new handoff.Subscriber(name);
        publisher.publish(publisher.loan());
        const message = subscriber.tryNext();
        const { bytes } = message;
        const forgotten = (async () => { ${job} })();
        message.release();
        subscriber.close();
        publisher.close();
        await forgotten.catch(() => {});
      }
      say('alive');`);
    await other.expect('alive');
    await other.end();
  });
}

testInPlace('a worker that ends leaves what its jobs still read', async (t) => {
  const other = new Other(t, `
    const { Worker } = require('node:worker_threads');
    const worker = new Worker(\`
      const { Publisher, Subscriber } = require('handoff');
      const { gzip } = require('node:zlib');
      const publisher = new Publisher('${nameFor()}', { payloadBytes: 8e6, history: 2 });
      const subscriber = new Subscriber('${nameFor()}', { payloadBytes: 8e6 });
      gzip(publisher.loan().bytes, () => {});
      gzip(publisher.loan().bytes, () => {});
      require('node:worker_threads').parentPort.postMessage('busy');
    \`, { eval: true });
    await new Promise((done) => worker.once('message', done));
    await worker.terminate();
    say('alive');`);
  await other.expect('alive');
  await other.end();
});

test('the memory is unmapped when the views are garbage', async (t) => {
  const { name, sender, receiver } = pair(t);
  const isMapped = () => fs.readFileSync('/proc/self/maps', 'utf8').includes(name);
  sender.tryLoan().bytes[0] = 1;
  sender.close();
  receiver.close();
  await until(() => (collectGarbage(), !isMapped()), 'it is unmapped');
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
  const processed = await pending.wait({ timeout: longTimeout });
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
  const { sender } = pair(t, { payloadBytes: 16, slotCount: 2 });
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

/** A DataCloneError, before Node 21 a copy; and a copy is JavaScript's to give away. */
function tryToTransfer(buffer) {
  const { port1, port2 } = new MessageChannel();
  for (const transfer of [() => structuredClone(buffer, { transfer: [buffer] }),
                          () => port1.postMessage(buffer, [buffer])])
    try {
      transfer();
    } catch (error) {
      assert.equal(error.name, 'DataCloneError');
    }
  port1.close();
  port2.close();
}

testInPlace('a buffer cannot be transferred to another thread', (t) => {
  const { sender, receiver } = pair(t);
  const loan = sender.tryLoan();
  const view = loan.bytes;
  view.fill(7);
  tryToTransfer(view.buffer);
  assert.equal(view.length, 16);
  sender.send(loan);
  assert.equal(view.length, 0);
  const request = receiver.tryReceive();
  assert.equal(request.bytes[15], 7);
  request.processed();
});

if (areCopies) test('a copy that was transferred is missed', (t) => {
  const { sender } = pair(t, { payloadBytes: 16, slotCount: 1 });
  const loan = sender.tryLoan();
  tryToTransfer(loan.bytes.buffer);
  assert.throws(() => loan.bytes, refusal('invalid_handle', /transferred/));
  assert.throws(() => sender.send(loan), refusal('invalid_handle', /transferred/));
  loan.release();
  assert.equal(sender.state().free, 1);
});

const transfers = ArrayBuffer.prototype.transfer !== undefined;
if (transfers) testInPlace('a buffer that was transferred nevertheless does no harm', (t) => {
  const { sender } = pair(t, { payloadBytes: 16, slotCount: 1 });
  const loan = sender.tryLoan();
  loan.bytes.fill(3);
  const moved = new Uint8Array(loan.bytes.buffer.transfer());
  assert.throws(() => loan.bytes, refusal('invalid_handle', /transferred/));
  assert.throws(() => sender.send(loan), refusal('invalid_handle', /transferred/));
  loan.release();
  sender.close();
  assert.equal(moved[15], 3);
});

/** Whether this Node never detaches what was marked: 24.15 and newer. */
function marksForbidDetaching() {
  const buffer = new ArrayBuffer(1);
  markAsUntransferable(buffer);
  try {
    buffer.transfer?.();
    return false;
  } catch {
    return true;
  }
}

// Of three loans the second is marked: none is sent as a batch, the others are afterwards.
const markOne = `
  const { markAsUntransferable } = require('node:worker_threads');
  const gc = require('node:vm').runInNewContext('gc');
  const sender = new handoff.Sender(process.env.NAME, { payloadBytes: 16, slotCount: 3 });
  const receiver = new handoff.Receiver(process.env.NAME);
  const loans = [1, 2, 3].map((value) => sender.tryLoan().write(new Uint8Array(16).fill(value)));
  (() => {
    const marked = loans[1];
    const view = marked.bytes;
    markAsUntransferable(view.buffer);
    for (const give of [() => sender.sendBatch(loans), () => sender.send(marked)])
      try {
        give();
        say('given away');
      } catch ({ code, message }) {
        say(code + (message.includes('markAsUntransferable') ? ' and why' : ''));
      }
    say(view[15] + ' of ' + marked.bytes[15]);
    marked.release();
    say(marked.released + ' ' + view[15]);
  })();
  sender.sendBatch([loans[0], loans[2]]);
  for (const request of await receiver.receiveBatch(3)) {
    say(String(request.bytes[15]));
    request.processed();
  }
  loans.length = 0;
  while (sender.state().free < 3) {
    gc();
    await new Promise(setImmediate);
  }
  say('all slots are free');`;

if (marksForbidDetaching()) testInPlace('a buffer that was marked untransferable stays, and does no harm', async (t) => {
  const other = new Other(t, markOne, { env: { NAME: nameFor() }, nodeOptions: ['--expose-gc'] });
  for (const line of ['invalid_handle and why', 'invalid_handle and why', '2 of 2', 'true 2', '1', '3',
                      'all slots are free'])
    await other.expect(line);
  await other.end();
});

// What was marked once cannot be detached any more in new Nodes, which then end at once.
test('whatever ends a view, the process goes on', async (t) => {
  const name = nameFor();
  const other = new Other(t, `
    const options = { payloadBytes: 16, replyBytes: 8, slotCount: 8 };
    const sender = new handoff.Sender('${name}', options);
    const receiver = new handoff.Receiver('${name}');
    const publisher = new handoff.Publisher('${name}-topic', { payloadBytes: 16 });
    const subscriber = new handoff.Subscriber('${name}-topic');
    const touched = (loan) => (loan.bytes.fill(1), loan);
    touched(sender.tryLoan()).release();
    sender.send(touched(sender.tryLoan()));
    receiver.tryReceive().processed(Uint8Array.of(1));
    sender.sendBatch([touched(sender.tryLoan())]);
    touched(receiver.tryReceive()).failed('x');
    const pending = sender.requestAsync(touched(sender.tryLoan()));
    touched(receiver.tryReceive()).processed(1);
    touched(await pending.wait()).release();
    publisher.publish(touched(publisher.loan()));
    touched(subscriber.tryNext()).release();
    globalThis.open = [sender.tryLoan(), publisher.loan()].map(touched);
    sender.close();
    say('closed');`);
  await other.expect('closed');
  await other.end();
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
  assert.deepEqual([...(await pending.wait({ timeout: longTimeout })).reply], [0, 0, 4]);
});

test('an empty answer is an empty array', async (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 16 });
  const pending = sender.requestAsync(sender.tryLoan().resize(0));
  const request = receiver.tryReceive();
  assert.deepEqual([request.bytes.length, request.reply.length], [0, 0]);
  request.processed();
  assert.equal((await pending.wait({ timeout: longTimeout })).reply.length, 0);
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
