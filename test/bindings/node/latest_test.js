'use strict';
const assert = require('node:assert/strict');
const test = require('node:test');
const { Latest, waitAny } = require('handoff');
const { closing, nameFor, longTimeout, refusal, segments } = require('./kit');

const timeout = longTimeout;

function latest(t, options) {
  return closing(t, new Latest(nameFor(), options));
}

test('a value is read as it was written', (t) => {
  const value = latest(t, { type: Float32Array, length: 3 });
  assert.equal(value.read(), undefined);
  assert.equal(value.write(Float32Array.of(1, 2, 3.5)), 1);
  const { value: read, sequence, writtenNs } = value.read();
  assert.deepEqual(read, Float32Array.of(1, 2, 3.5));
  assert.equal(sequence, 1);
  assert.ok(writtenNs <= process.hrtime.bigint());
  assert.equal(value.write([4, 5, 6]), 2);
  assert.deepEqual(value.read().value, Float32Array.of(4, 5, 6));
});

test('a number is a value too', (t) => {
  const number = latest(t, { type: Float64Array });
  number.write(0.25);
  assert.equal(number.read().value[0], 0.25);
  const big = latest(t, { type: BigUint64Array });
  big.write(1n << 63n);
  assert.equal(big.read().value[0], 1n << 63n);
});

test('bytes of any length up to the capacity', (t) => {
  const bytes = latest(t, { capacityBytes: 10 });
  bytes.write(Buffer.from('seven b'));
  assert.equal(Buffer.from(bytes.read().value).toString(), 'seven b');
  bytes.write(new DataView(new ArrayBuffer(4), 1, 2));
  assert.equal(bytes.read().value.length, 2);
});

// Float16Array came with Node 24.
const arrays = [Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array, globalThis.Float16Array, Uint32Array,
                Int32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array].filter(Boolean);

test('every typed array is written with all of its bytes', (t) => {
  const bytes = latest(t, { capacityBytes: 24 });
  for (const Type of arrays) {
    const value = Type.from([1, 2, 3], Type.name.startsWith('Big') ? BigInt : Number);
    bytes.write(value);
    assert.deepEqual(bytes.read().value, new Uint8Array(value.buffer), Type.name);
    const typed = latest(t, { type: Type, length: 3 });
    typed.write(value);
    assert.deepEqual(typed.read().value, value);
  }
});

test('newer values are waited for', async (t) => {
  const name = nameFor();
  const writer = closing(t, new Latest(name, { type: Int32Array }));
  const reader = closing(t, await Latest.open(name, { type: Int32Array, open: 'attach' }));
  await assert.rejects(reader.waitNewer({ timeout: 10 }), refusal('timed_out'));
  const waiting = reader.waitNewer({ timeout });
  writer.write(5);
  assert.equal((await waiting).value[0], 5);
  assert.equal(reader.hasNewer, false);
  writer.write(6);
  assert.equal(reader.hasNewer, true);
  assert.equal(await waitAny([reader], { timeout }), 0);
  for await (const { value, sequence } of reader) {
    assert.deepEqual([value[0], sequence], [6, 2]);
    break;
  }
  const { group, instance, ...info } = reader.info();
  assert.deepEqual(info, { name, capacityBytes: 4, participants: 16, sync: 'futex', lifetime: 'until_last_leaves',
                           mode: 0o600 });
});

test('a value keeps its length', (t) => {
  const name = nameFor();
  const latest = closing(t, new Latest(name, { type: Float64Array, length: 3 }));
  for (const value of [[1, 2], Float64Array.of(1), new ArrayBuffer(8), new ArrayBuffer(7), 1])
    assert.throws(() => latest.write(value), refusal('invalid_argument', /not 3|no Float64Array/));
  assert.equal(latest.read(), undefined);
  latest.write([1, 2, 3]);
  const shorter = closing(t, new Latest(name, { type: Float64Array, length: 2 }));
  assert.throws(() => shorter.read(), refusal('mismatch', /3 elements/));
  const any = closing(t, new Latest(name, { capacityBytes: 24 }));
  any.write(Uint8Array.of(1, 2));
  assert.throws(() => latest.read(), refusal('mismatch'));
});

test('a copy costs the value, not the capacity', async (t) => {
  const latest = closing(t, new Latest(nameFor(), { capacityBytes: 50e6 }));
  const lengths = [10, 0, 70_000, 3, 1e6, 1];
  for (const length of lengths) {
    latest.write(new Uint8Array(length).fill(7));
    const { value } = latest.read();
    assert.deepEqual([value.length, value.buffer.byteLength], [length, length]);
    assert.ok(value.every((byte) => byte === 7));
    latest.write(new Uint8Array(length).fill(8));
    assert.equal((await latest.waitNewer()).value.buffer.byteLength, length);
  }
});

test('a value is copied into the buffer of the caller', async (t) => {
  const latest = closing(t, new Latest(nameFor(), { type: Float64Array, length: 2 }));
  const into = new Float64Array(5);
  assert.equal(latest.read({ into }), undefined);
  await assert.rejects(latest.waitNewer({ into, timeout: 1 }), refusal('timed_out'));
  const newer = latest.waitNewer({ into: into.subarray(1) });
  latest.write([3, 4]);
  assert.deepEqual([(await newer).value, into], [Float64Array.of(3, 4), Float64Array.of(0, 3, 4, 0, 0)]);
  assert.equal(latest.read({ into }).value.buffer, into.buffer);
  assert.throws(() => latest.read({ into: new Float64Array(1) }), refusal('too_large'));
  latest.write([5, 6]);
  const odd = new Uint8Array(new ArrayBuffer(64), 3);
  await assert.rejects(latest.waitNewer({ into: odd }), refusal('invalid_argument', /multiple of 8/));
  assert.ok(latest.hasNewer);
  assert.throws(() => latest.read({ in: into }), refusal('invalid_argument', /'in'/));
});

test('who may only read cannot write', (t) => {
  const name = nameFor();
  const writer = closing(t, new Latest(name, { type: Int32Array }));
  const reader = closing(t, new Latest(name, { type: Int32Array, readOnly: true }));
  writer.write(7);
  assert.equal(reader.read().value[0], 7);
  assert.throws(() => reader.write(8), refusal('invalid_argument'));
});

test('the wrong type is refused', (t) => {
  const value = latest(t, { type: Float32Array, length: 2 });
  assert.throws(() => value.write(Float64Array.of(1)),
                refusal('invalid_argument', /a Float32Array, not a Float64Array/));
  assert.throws(() => value.write('1.5'), refusal('invalid_argument', /Buffer\.from/));
  assert.throws(() => value.write({}), refusal('invalid_argument'));
  assert.throws(() => value.write([1, 2, 3]), refusal('invalid_argument', /3 elements/));
  for (const options of [{ type: 'float32' }, { type: Array }, { type: Float32Array, length: 0 },
                         { type: Float32Array, length: 1.5 }, { type: Float32Array, capacityBytes: 4 },
                         { length: NaN }])
    assert.throws(() => new Latest('node-never', options), refusal('invalid_argument'), JSON.stringify(options));
});

test('a value of another size than the type is refused', (t) => {
  const name = nameFor();
  const bytes = closing(t, new Latest(name, { capacityBytes: 8 }));
  const numbers = closing(t, new Latest(name, { type: Float64Array, open: 'attach' }));
  bytes.write(Uint8Array.of(1, 2, 3));
  assert.throws(() => numbers.read(), refusal('mismatch', /3 bytes: that is no Float64Array/));
});

test('a closed value leaves nothing behind', (t) => {
  const name = nameFor();
  const value = new Latest(name, { type: Float32Array });
  value.close();
  assert.deepEqual(segments(name), []);
  assert.throws(() => value.write(1), refusal('invalid_handle', /closed/));
  assert.throws(() => value.read(), refusal('invalid_handle', /closed/));
});
