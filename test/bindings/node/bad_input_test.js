'use strict';
const assert = require('node:assert/strict');
const test = require('node:test');
const { Latest, Loan, Publisher, Receiver, Sender, Subscriber, waitAny } = require('handoff');
const { closing, nameFor, longTimeout, refusal } = require('./kit');

const timeout = longTimeout;
const invalid = refusal('invalid_argument');

function pair(t, options = { payloadBytes: 16, replyBytes: 8 }) {
  const name = nameFor();
  return { name, sender: closing(t, new Sender(name, options)), receiver: closing(t, new Receiver(name)) };
}

test('names that make no sense are refused', (t) => {
  for (const name of [undefined, null, 5, {}, '', 'a/b', 'a\0b', 'x'.repeat(201), '../x', 'x.lock', Symbol('x')])
    for (const Class of [Sender, Receiver, Publisher, Subscriber, Latest])
      assert.throws(() => new Class(name, Class === Latest ? { capacityBytes: 1 } : { payloadBytes: 1 }), invalid,
                    `${Class.name} ${String(name)}`);
});

test('options that make no sense are refused', (t) => {
  const name = nameFor();
  for (const options of [5, null, 'x', { payloadBytez: 5 }, { payloadBytes: '5' }, { payloadBytes: -1 },
                         { payloadBytes: 1.5 }, { payloadBytes: NaN }, { payloadBytes: 2 ** 60 }, { payloadBytes: 5n },
                         { payloadBytes: 5, slotCount: 0 }, { payloadBytes: 5, slotCount: 2 ** 32 },
                         { payloadBytes: 5, inPlace: 1 }, { payloadBytes: 5, wait: 'lazy' },
                         { payloadBytes: 5, open: 2 }, { payloadBytes: 5, group: 7 }, { attachTimeout: 5 }])
    assert.throws(() => new Sender(name, options), invalid, JSON.stringify(options, (_, value) => String(value)));
  assert.throws(() => new Sender(name, { payloadBytez: 5 }),
                refusal('invalid_argument', /'payloadBytez'.*'payloadBytes'/));
  assert.throws(() => new Sender(name, { payloadBytes: 5, wait: 'lazy' }), refusal('invalid_argument', /'balanced'/));
  assert.throws(() => new Subscriber(name, { start: 'middle' }), refusal('invalid_argument', /'oldest'/));
  assert.throws(() => new Subscriber(name, { pins: -1 }), invalid);
  assert.throws(() => new Subscriber(name, { readOnly: 'yes' }), invalid);
});

test('timeouts and signals that make no sense are refused', async (t) => {
  const { name, sender, receiver } = pair(t);
  const pending = sender.requestAsync(sender.tryLoan());
  for (const bad of [NaN, -1, '5', null, 5n, {}]) {
    for (const wait of [() => receiver.receive({ timeout: bad }), () => sender.loan({ timeout: bad }),
                        () => sender.waitForReceiver({ timeout: bad }), () => pending.wait({ timeout: bad }),
                        () => Receiver.open(name, { attachTimeout: bad }), () => waitAny([receiver], { timeout: bad })])
      await assert.rejects(wait(), refusal('invalid_argument', /milliseconds/), String(bad));
  }
  await assert.rejects(receiver.receive({ signal: 5 }), invalid);
  await assert.rejects(receiver.receive({ timout: 5 }), refusal('invalid_argument', /'timout'/));
  await assert.rejects(receiver.receive(5), invalid);
  await assert.rejects(Receiver.open(name, { signal: {} }), invalid);
});

test('a bad timeout costs no loan', async (t) => {
  const { sender } = pair(t);
  const loan = sender.tryLoan();
  await assert.rejects(sender.request(loan, { timeout: NaN }), invalid);
  assert.equal(loan.released, false);
  sender.send(loan);
});

test('data that is no bytes, or too many, is refused', async (t) => {
  const { sender, receiver } = pair(t);
  const loan = sender.tryLoan();
  for (const data of ['text', 5, null, undefined, {}, [1, 2], () => {}, Symbol('x'), 5n])
    assert.throws(() => loan.write(data), invalid);
  assert.throws(() => loan.write('text'), refusal('invalid_argument', /Buffer\.from/));
  assert.throws(() => loan.write(new Uint8Array(17)), refusal('too_large', /17/));
  assert.throws(() => loan.resize(17), refusal('too_large'));
  for (const size of [-1, 1.5, NaN, '1', undefined]) assert.throws(() => loan.resize(size), invalid);
  sender.send(loan.write(Float64Array.of(1, 2)));
  const request = receiver.tryReceive();
  assert.throws(() => request.processed(new Uint8Array(9)), refusal('too_large', /9/));
  assert.throws(() => request.processed(9), refusal('too_large'));
  for (const size of [-1, NaN, 'x', {}, null]) assert.throws(() => request.processed(size), invalid);
  assert.throws(() => request.failed(5), invalid);
  assert.throws(() => request.editable, invalid);
  assert.throws(() => request.describe({ width: 1, height: 1, encoding: 'mono8' }), invalid);
  assert.deepEqual([...new Float64Array(request.bytes.buffer)], [1, 2]);
  request.processed(new Uint8Array(8));
});

test('images that make no sense are refused', (t) => {
  const { sender } = pair(t);
  const loan = sender.tryLoan();
  const good = { width: 2, height: 2, encoding: 'mono8' };
  for (const bad of [{ width: 0 }, { width: -1 }, { width: '2' }, { width: 2 ** 32 }, { height: undefined },
                     { encoding: 'rgb9' }, { encoding: 3 }, { step: 1 }, { step: NaN }, { captureTimeNs: 5 },
                     { captureTimeNs: 1n << 64n }, { frameId: 5 }, { frameId: 'x'.repeat(32) }])
    assert.throws(() => loan.describe({ ...good, ...bad }), invalid, Object.keys(bad)[0]);
  for (const bad of [undefined, null, 5, 'mono8']) assert.throws(() => loan.describe(bad), invalid);
  for (const bad of [{ dtype: 'float33' }, { dtype: undefined }, { shape: undefined }, { shape: 2 }, { shape: [1.5] },
                     { shape: [-1] }, { shape: [2 ** 32] }, { shape: Array(9).fill(1) }, { frameId: 'x' }])
    assert.throws(() => loan.describe({ dtype: 'float32', shape: [1], ...bad }), invalid, JSON.stringify(bad));
  assert.throws(() => loan.describe({ dtype: 'float32', shape: [5] }), refusal('too_large'));
  assert.throws(() => loan.describe({ width: 5, height: 5, encoding: 'mono8' }), refusal('too_large'));
  sender.send(loan.describe(good));
});

test('the wrong kind is refused', async (t) => {
  const { name, sender, receiver } = pair(t);
  assert.throws(() => new Publisher(name, { payloadBytes: 5 }), refusal('wrong_kind'));
  assert.throws(() => new Latest(name, { capacityBytes: 5 }), refusal('wrong_kind'));
  const topic = nameFor();
  const publisher = closing(t, new Publisher(topic, { payloadBytes: 5 }));
  assert.throws(() => new Receiver(topic), refusal('wrong_kind'));
  assert.throws(() => sender.send(publisher.loan()), invalid);
  assert.throws(() => publisher.publish(sender.tryLoan()), invalid);
  assert.throws(() => sender.send(new Uint8Array(5)), invalid);
  assert.throws(() => sender.send(receiver), invalid);
  assert.throws(() => Sender.prototype.tryLoan.call(receiver), invalid);
  assert.throws(() => Sender.prototype.tryLoan.call({}), invalid);
  assert.throws(() => new Loan({}).bytes, invalid);
  await assert.rejects(Receiver.prototype.receive.call(sender), invalid);
  for (const bad of [[], [5], [publisher], undefined]) await assert.rejects(waitAny(bad, { timeout }));
});

test('sizes that do not match are refused', (t) => {
  const { name } = pair(t);
  assert.throws(() => new Sender(name, { payloadBytes: 17 }), refusal('mismatch'));
});

test('what does not exist is named', async (t) => {
  const name = nameFor();
  assert.throws(() => new Receiver(name), refusal('no_such_segment', new RegExp(name)));
  assert.throws(() => new Subscriber(name), refusal('no_such_segment', new RegExp(name)));
  await assert.rejects(Receiver.open(name, { attachTimeout: 0 }), refusal('no_such_segment', new RegExp(name)));
});

test('what is closed is refused', async (t) => {
  const { sender, receiver } = pair(t);
  const loan = sender.tryLoan();
  sender.close();
  receiver.close();
  const closed = refusal('invalid_handle', /closed/);
  for (const use of [() => sender.tryLoan(), () => sender.send(loan), () => sender.info(), () => sender.state(),
                     () => sender.id, () => sender.whoHolds(), () => sender.requestAsync(loan),
                     () => receiver.tryReceive(), () => receiver.info()])
    assert.throws(use, closed, String(use));
  for (const use of [() => sender.loan(), () => sender.request(loan), () => sender.waitForReceiver(),
                     () => receiver.receive(), () => waitAny([receiver])])
    await assert.rejects(use(), closed, String(use));
  loan.bytes.fill(1);  // a loan lives on
  loan.release();
});
