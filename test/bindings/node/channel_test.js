'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const test = require('node:test');
const { Receiver, Sender, waitAny } = require('handoff');
const { closing, nameFor, longTimeout, refusal, segments } = require('./kit');

const timeout = longTimeout;

function pair(t, options = { payloadBytes: 100, replyBytes: 16 }) {
  const name = nameFor();
  const sender = closing(t, new Sender(name, options));
  const receiver = closing(t, new Receiver(name));
  return { name, sender, receiver };
}

test('every option of C++ is an option here', async (t) => {
  const options = {
    payloadBytes: 100, replyBytes: 16, slotCount: 2, participants: 4, maxDeliveries: 3, inPlace: true,
    lifetime: 'until_last_leaves', mode: 0o600, group: '', open: 'create', wait: 'sleep', timestamps: 'coarse', prefault: true,
  };
  const sender = closing(t, new Sender(nameFor(), options));
  const info = sender.info();
  assert.deepEqual([info.slotCount, info.participants, info.maxDeliveries], [2, 4, 3]);
  assert.throws(() => new Sender(nameFor(), { payloadBytes: 1, timestamps: 'rough' }), /timestamps/);
});

test('what is not given asks for nothing', (t) => {
  const name = nameFor();
  closing(t, new Sender(name, { payloadBytes: 8, slotCount: 1, participants: 8, maxDeliveries: 0, inPlace: true }));
  for (const nothing of [undefined, {}, { payloadBytes: 8 }, { slotCount: undefined }, { slotCount: 1, lifetime: 'persistent', mode: 0o666 }])
    assert.equal(closing(t, new Receiver(name, nothing)).info().slotCount, 1);
  for (const more of [{ payloadBytes: 9 }, { replyBytes: 1 }, { slotCount: 2 }, { participants: 9 }, { maxDeliveries: 10 }, { inPlace: false }])
    assert.throws(() => new Receiver(name, more), refusal('mismatch', /was asked for/));
  assert.throws(() => new Receiver(name, { slotCount: 2 ** 32 - 1 }), refusal('invalid_argument'));
});

test("sync is the creator's", async (t) => {
  const name = nameFor();
  const sender = closing(t, new Sender(name, { payloadBytes: 8, sync: 'boost' }));
  const receiver = closing(t, new Receiver(name));
  assert.equal(receiver.info().sync, 'boost');
  assert.throws(() => new Receiver(name, { sync: 'futex' }), refusal('mismatch', /sync = boost \(futex was asked for\)/));
  const waiting = receiver.receive({ timeout });
  sender.send((await sender.loan({ timeout })).write(Buffer.from('x')));
  const sent = await waiting;
  assert.equal(sent.awaited, false);
  sent.processed();
});

test('a request is answered in place', async (t) => {
  const { sender, receiver } = pair(t);
  const loan = await sender.loan({ timeout });
  loan.bytes.fill(2);
  const processed = sender.request(loan.resize(3), { timeout });
  const request = await receiver.receive({ timeout });
  assert.deepEqual([...request.bytes], [2, 2, 2]);
  assert.equal(request.sender, sender.id);
  assert.deepEqual([request.sequence, request.deliveries, request.awaited], [1, 1, true]);
  assert.ok(request.sentNs <= request.takenNs && request.takenNs <= process.hrtime.bigint());
  request.reply[0] = 6;
  request.processed(1);
  const back = await processed;
  assert.deepEqual([...back.reply], [6]);
  assert.deepEqual([...back.bytes], [2, 2, 2]);
  assert.ok(back.roundTripNs > 0n);
  assert.deepEqual([back.sequence, back.deliveries], [1, 1]);
  back.release();
  assert.equal(sender.state().free, 8);
});

test('an answer may be any bytes', async (t) => {
  const { sender, receiver } = pair(t);
  for (const answer of [Float64Array.of(1, 2), Buffer.from('0123456789abcdef'), new ArrayBuffer(16)]) {
    const pending = sender.requestAsync((await sender.loan()).write(Buffer.from('question')));
    const request = receiver.tryReceive();
    assert.equal(Buffer.from(request.bytes).toString(), 'question');
    request.processed(answer);
    const processed = await pending.wait({ timeout });
    const sent = ArrayBuffer.isView(answer) ? answer.buffer : answer;
    const offset = ArrayBuffer.isView(answer) ? answer.byteOffset : 0;
    assert.deepEqual(processed.reply, new Uint8Array(sent.slice(offset, offset + 16)));
    processed.release();
  }
});

test('an image arrives as an array of its type', async (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 4 * 5 * 3 * 2, replyBytes: 64 });
  const loan = sender.tryLoan().describe({ width: 5, height: 4, encoding: '16SC3', captureTimeNs: 7n, frameId: 'cam' });
  assert.equal(loan.array.constructor, Int16Array);
  assert.equal(loan.array.length, 60);
  loan.array.set(Array.from({ length: 60 }, (_, index) => -index));
  const pending = sender.requestAsync(loan);
  const request = await receiver.receive({ timeout });
  const { width, height, step, encoding, channels, bytesPerChannel, captureTimeNs, frameId } = request.image;
  assert.deepEqual([width, height, step, encoding, channels, bytesPerChannel, captureTimeNs, frameId],
                   [5, 4, 30, '16SC3', 3, 2, 7n, 'cam']);
  assert.equal(request.array.constructor, Int16Array);
  assert.equal(request.array[59], -59);
  request.describeReply({ width: 2, height: 2, encoding: '32FC1' }).set([1.5, 2.5, 3.5, 4.5]);
  request.processed();
  const processed = await pending.wait({ timeout });
  assert.equal(processed.replyImage.encoding, '32FC1');
  assert.deepEqual(processed.reply, Float32Array.of(1.5, 2.5, 3.5, 4.5));
  assert.equal(processed.array[1], -1);
});

test('rows may have gaps', (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 64 });
  const loan = sender.tryLoan().describe({ width: 2, height: 3, encoding: 'mono16', step: 8 });
  assert.equal(loan.array.length, 12);
  sender.send(loan);
  const request = receiver.tryReceive();
  assert.deepEqual([request.image.step, request.array.length], [8, 12]);
});

test('every encoding has a typed array', (t) => {
  const { sender } = pair(t, { payloadBytes: 64 });
  const types = { mono8: Uint8Array, bgr8: Uint8Array, '8SC1': Int8Array, mono16: Uint16Array, '16SC1': Int16Array,
                  '32SC1': Int32Array, '32FC1': Float32Array, '64FC2': Float64Array, bayer_rggb8: Uint8Array };
  for (const [encoding, Type] of Object.entries(types)) {
    const loan = sender.tryLoan().describe({ width: 2, height: 2, encoding });
    assert.equal(loan.array.constructor, Type, encoding);
    loan.release();
  }
});

test('what is no image travels as an array', async (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 64, replyBytes: 64 });
  const Half = globalThis.Float16Array ?? Uint16Array;
  const rows = { bool: Uint8Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array,
                 int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array, float16: Half,
                 float32: Float32Array, float64: Float64Array, bfloat16: Uint16Array };
  for (const [dtype, Type] of Object.entries(rows)) {
    for (const shape of [[2, 1, 3], [0, 6], []]) {
      const count = shape.reduce((product, extent) => product * extent, 1);
      const elements = Type.from({ length: count }, (_, at) => (dtype.endsWith('64') && dtype !== 'float64' ? BigInt(at) : at));
      const loan = sender.tryLoan().describe({ dtype, shape, captureTimeNs: 7n });
      assert.deepEqual([loan.image, loan.bytes.byteLength], [undefined, elements.byteLength], dtype);
      loan.array.set(elements);
      const pending = sender.requestAsync(loan);
      const request = receiver.tryReceive();
      assert.deepEqual(request.array, elements);
      assert.equal(request.image, undefined);
      const { toJSON, ...description } = request.arrayDescription;
      assert.deepEqual(description, { dtype, shape, byteLength: elements.byteLength, captureTimeNs: 7n });
      assert.match(JSON.stringify(request), new RegExp(`"dtype":"${dtype}","shape":\\[${shape}\\]`));
      request.describeReply(request.arrayDescription).set(request.array);  // what was described is a description
      request.processed();
      const processed = await pending.wait({ timeout });
      assert.deepEqual([processed.replyImage, processed.replyArrayDescription.shape], [undefined, shape]);
      assert.deepEqual(processed.reply, elements);
      processed.release();
    }
  }
});

test('a payload is edited in place where the channel allows it', async (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 4, inPlace: true });
  const pending = sender.requestAsync(sender.tryLoan().write(Uint8Array.of(1, 2, 3, 4)));
  const request = receiver.tryReceive();
  request.editable.reverse();
  request.processed();
  assert.deepEqual([...(await pending.wait({ timeout })).bytes], [4, 3, 2, 1]);
});

test('a request that is released is delivered again', (t) => {
  const { sender, receiver } = pair(t);
  sender.send(sender.tryLoan());
  receiver.tryReceive().release();
  const again = receiver.tryReceive();
  assert.equal(again.deliveries, 2);
  again.processed();
});

test('a failure arrives with its reason', async (t) => {
  const { sender, receiver } = pair(t);
  const processed = sender.request(sender.tryLoan(), { timeout });
  (await receiver.receive({ timeout })).failed('no faces in it');
  await assert.rejects(processed, refusal('failed', /no faces in it/));
});

test('a request in time or not at all', async (t) => {
  const { sender, receiver } = pair(t);
  await assert.rejects(sender.request(sender.tryLoan(), { timeout: 20 }), refusal('timed_out', /withdrawn/));
  assert.equal(receiver.tryReceive(), undefined);
  const late = sender.request(sender.tryLoan(), { timeout: 20 });
  const request = receiver.tryReceive();
  await assert.rejects(late, refusal('timed_out', /left to the receiver/));
  request.processed();
});

test('a request in flight is asked, waited for, and taken back', async (t) => {
  const { sender, receiver } = pair(t);
  const pending = sender.requestAsync(sender.tryLoan());
  assert.equal(pending.wasAnswered, false);
  assert.equal(pending.sequence, 1);
  await assert.rejects(pending.wait({ timeout: 0 }), refusal('timed_out'));
  await assert.rejects(pending.wait({ timeout: 20 }), refusal('timed_out'));
  assert.equal(pending.withdraw(), true);
  assert.equal(pending.released, true);
  assert.equal(receiver.tryReceive(), undefined);
  const second = sender.requestAsync(sender.tryLoan());
  receiver.tryReceive().processed();
  assert.equal(second.wasAnswered, true);
  (await second.wait()).release();
});

test('several requests are answered in any order', async (t) => {
  const { sender, receiver } = pair(t);
  const order = [];
  const waits = [0, 1, 2].map(async (number) => {
    const processed = await sender.request(sender.tryLoan().write(Uint8Array.of(number)), { timeout });
    order.push(processed.reply[0]);
  });
  const requests = [receiver.tryReceive(), receiver.tryReceive(), receiver.tryReceive()];
  for (const index of [2, 0, 1]) {
    requests[index].processed(Uint8Array.of(index));
    await waits[index];
  }
  assert.deepEqual(order, [2, 0, 1]);
});

test('a full channel is undefined at once, and a loan as soon as there is one', async (t) => {
  const { sender } = pair(t, { payloadBytes: 1, slotCount: 2 });
  const first = sender.tryLoan();
  sender.tryLoan();
  assert.equal(sender.tryLoan(), undefined);
  await assert.rejects(sender.loan({ timeout: 10 }), refusal('timed_out', /slot/));
  const waiting = sender.loan({ timeout });
  first.release();
  (await waiting).release();
  assert.match(sender.whoHolds(), /\w+/);
});

test('requests are iterated until the last sender leaves', async (t) => {
  const { sender, receiver } = pair(t);
  for (const number of [1, 2, 3]) sender.send(sender.tryLoan().write(Uint8Array.of(number)));
  sender.close();
  const got = [];
  for await (const request of receiver) {
    got.push(request.bytes[0]);
    request.processed();
  }
  assert.deepEqual(got, [1, 2, 3]);
});

test('opening waits for a channel that does not exist yet', async (t) => {
  const name = nameFor();
  await assert.rejects(Receiver.open(name), refusal('no_such_segment'));
  await assert.rejects(Receiver.open(name, { attachTimeout: 20 }), refusal('no_such_segment'));
  const opening = Receiver.open(name, { attachTimeout: timeout });
  const sender = closing(t, await Sender.open(name, { payloadBytes: 10 }));
  const receiver = closing(t, await opening);
  await sender.waitForReceiver({ timeout });
  assert.equal(receiver.info().payloadBytes, 10);
  assert.deepEqual(sender.info(), receiver.info());
});

test('options arrive', (t) => {
  const name = nameFor();
  const options = { payloadBytes: 1000, replyBytes: 5, slotCount: 3, participants: 4, mode: 0o640, maxDeliveries: 2,
                    inPlace: false, lifetime: 'until_last_leaves', open: 'create', wait: 'sleep', group: '' };
  const sender = closing(t, new Sender(name, options));
  assert.equal(fs.statSync(`/dev/shm/handoff.${name}`).mode & 0o777, 0o640);
  const { group, instance, ...info } = sender.info();
  assert.deepEqual(info, { name, slotCount: 3, payloadBytes: 1000, replyBytes: 5, participants: 4, maxDeliveries: 2,
                           inPlace: false, sync: 'futex', lifetime: 'until_last_leaves', mode: 0o640 });
  assert.equal(typeof group, 'string');
  assert.equal(typeof instance, 'bigint');
  assert.throws(() => new Sender(name, { payloadBytes: 1000, open: 'create' }), refusal('already_exists'));
});

test('one wait is enough for several handles', async (t) => {
  const { receiver: first } = pair(t);
  const { sender, receiver: second } = pair(t);
  await assert.rejects(waitAny([first, second], { timeout: 10 }), refusal('timed_out'));
  const waiting = waitAny([first, second], { timeout });
  sender.send(sender.tryLoan());
  assert.equal(await waiting, 1);
});

test('closed channels leave nothing behind', (t) => {
  const { name, sender, receiver } = pair(t);
  assert.notDeepEqual(segments(name), []);
  const loan = sender.tryLoan();
  loan.bytes.fill(1);
  loan.release();
  sender.close();
  receiver.close();
  sender.close();
  assert.equal(sender.closed, true);
  assert.deepEqual(segments(name), []);
});

test('bytes are sent, requested and answered in one call', async (t) => {
  const { sender, receiver } = pair(t, { payloadBytes: 8, replyBytes: 8, slotCount: 1 });
  await sender.sendBytes(new Uint16Array([258, 3]), { timeout });
  const request = await receiver.receive({ timeout });
  assert.deepEqual([...request.bytes], [2, 1, 3, 0]);
  await assert.rejects(sender.sendBytes(Buffer.from('later'), { timeout: 5 }), refusal('timed_out'));
  // Refused at once, although no slot is free:
  await assert.rejects(sender.sendBytes(new Uint8Array(9), { timeout: 50 }), refusal('too_large', /9 bytes/));
  await assert.rejects(sender.requestBytes(new Uint8Array(9), { timeout: 50 }), refusal('too_large', /9 bytes/));
  request.processed();
  await assert.rejects(sender.sendBytes('no bytes', { timeout }), refusal('invalid_argument'));
  await assert.rejects(sender.requestBytes(new ArrayBuffer(8), { timeout: 20 }), refusal('timed_out', /withdrawn/));
  assert.equal(sender.state().free, 1);
  const answering = receiver.receive({ timeout }).then((next) => next.processed());
  const processed = await sender.requestBytes(Buffer.from('hello'), { timeout });
  await answering;
  processed.release();
});
