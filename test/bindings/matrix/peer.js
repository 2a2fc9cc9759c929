'use strict';
// A writer or reader for matrix_test.py; README.md describes what it does.

const assert = require('node:assert/strict');
const { setTimeout: pause } = require('node:timers/promises');
const handoff = require('handoff');

const timeout = 30_000;
const whole = 1n << 64n;
const frame = { width: 5, height: 4, encoding: 'bgr8', frameId: 'peer' };

const say = (words) => process.stdout.write(`${words}\n`);
const byteAt = (number, at) => (7 * number + at) % 251;
const sumOf = (array) => array.reduce((sum, byte) => sum + byte, 0);

function fill(loan, number) {
  const { array } = loan.describe(frame);
  for (let at = 0; at < array.length; ++at) array[at] = byteAt(number, at);
  new DataView(array.buffer, array.byteOffset).setBigUint64(0, BigInt(number), true);
}

function numberOf({ array, image }) {
  assert.deepEqual([array.constructor, array.length], [Uint8Array, 60], 'a frame has the wrong shape');
  for (const [key, value] of Object.entries(frame))
    assert.equal(image[key], value, 'a frame has the wrong description');
  const number = Number(new DataView(array.buffer, array.byteOffset).getBigUint64(0, true));
  for (let at = 8; at < 60; ++at) assert.equal(array[at], byteAt(number, at), 'a frame has wrong bytes');
  return number;
}

function* numbersTo(count) {
  for (let number = 1; count === 0 || number <= count; ++number) yield number;
}

/** What take() promises, or undefined at the end of a stream that may end. */
async function orEnd(count, take) {
  return take().catch((error) => {
    if (count === 0 && error.code === 'end_of_stream') return undefined;
    throw error;
  });
}

const peers = {
  async write_channel(name, count) {
    const sender = new handoff.Sender(name, { slotCount: 4, payloadBytes: 60, replyBytes: 16 });
    for (const number of numbersTo(count)) {
      const loan = await sender.loan({ timeout });
      fill(loan, number);
      const sum = sumOf(loan.array);
      const processed = await sender.request(loan, { timeout });
      assert.deepEqual(processed.reply, BigUint64Array.of(BigInt(number), BigInt(sum)), 'an answer is wrong');
      assert.deepEqual(processed.replyArrayDescription.shape, [2], 'an answer has the wrong shape');
      processed.release();
      if (number === 1) say('first');
    }
    sender.close();
  },

  async read_channel(name, count) {
    const receiver = await handoff.Receiver.open(name, { attachTimeout: timeout });
    for (const got of numbersTo(count)) {
      const request = await orEnd(count, () => receiver.receive({ timeout }));
      if (request === undefined) return;
      const answer = request.describeReply({ dtype: 'uint64', shape: [2] });
      answer.set([BigInt(numberOf(request)), BigInt(sumOf(request.array))]);
      request.processed();
      if (got === 1) say('first');
    }
  },

  async write_topic(name, count) {
    const publisher = new handoff.Publisher(name, { history: 64, payloadBytes: 60 });
    await publisher.waitForSubscriber({ timeout });
    for (const number of numbersTo(count)) {
      const loan = publisher.loan();
      fill(loan, number);
      publisher.publish(loan);
      if (number === 1) say('first');
      if (count === 0) await pause(1);
    }
    publisher.close();
  },

  async read_topic(name, count) {
    const subscriber = await handoff.Subscriber.open(name, { start: 'oldest', attachTimeout: timeout });
    for (const got of numbersTo(count)) {
      const message = await orEnd(count, () => subscriber.next({ timeout }));
      if (message === undefined) return;
      const number = numberOf(message);
      if (count !== 0) assert.deepEqual([number, message.lost], [got, 0], 'a message is missing');
      message.release();
      if (got === 1) say('first');
    }
  },

  async write_latest(name, count) {
    const latest = new handoff.Latest(name, { type: BigUint64Array, length: 2 });
    for (const number of numbersTo(count)) {
      latest.write([BigInt(number), BigInt(number) ** 2n % whole]);
      if (number === 1) say('first');
      await pause(1);
    }
    return latest;
  },

  async read_latest(name, count) {
    const options = { type: BigUint64Array, length: 2, open: 'attach', attachTimeout: timeout };
    const latest = await handoff.Latest.open(name, options);
    let isFirst = true;
    for (let got = 0n; count === 0 || got !== BigInt(count); isFirst = false) {
      const { value } = await latest.waitNewer({ timeout });
      got = value[0];
      assert.equal(value[1], got ** 2n % whole, 'a value is torn');
      if (isFirst) say('first');
    }
  },
};

async function main([role, pattern, name, count, ...more]) {
  const peer = peers[`${role}_${pattern}`];
  if (peer === undefined || count === undefined || more.length > 0) {
    console.error('usage: peer write|read channel|topic|latest NAME COUNT');
    process.exit(2);
  }
  const kept = await peer(name, Number(count));
  say(`done ${count}`);
  if (role === 'write') for await (const rest of process.stdin) void rest;
  return kept;
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
