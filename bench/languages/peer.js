'use strict';
// peer.js WAY WORK WHERE: the Node.js side of a trial of run.py; the other side is camera.cpp.

const fs = require('node:fs');
const net = require('node:net');

const [way, work, where] = process.argv.slice(2);
const isBack = work === 'back';
const frameBytes = 1920 * 1080 * 3;
const lineBytes = 64;
const sum = new BigUint64Array(1);

/** Reads a byte of each cache line. */
function sumOfLines(bytes) {
  let all = 0;
  for (let at = 0; at < bytes.length; at += lineBytes) all += bytes[at];
  sum[0] = BigInt(all);
  return Buffer.from(sum.buffer);
}

/** Changes a byte of each cache line. */
function turnLines(bytes) {
  for (let at = 0; at < bytes.length; at += lineBytes) bytes[at] ^= 0xff;
  return bytes;
}

async function handoff(wait) {
  const { Receiver } = require('handoff');
  const receiver = await Receiver.open(where, { attachTimeout: 30_000, inPlace: isBack, wait });
  for await (const request of receiver) {
    if (isBack) {
      turnLines(request.editable);
      request.processed();
    } else {
      request.processed(sumOfLines(request.bytes));
    }
  }
  receiver.close();
}

async function zeromq() {
  const { Reply } = require('zeromq');
  const answering = new Reply();
  answering.connect(where);
  for await (const [bytes] of answering) {
    if (bytes.length === 0) break;
    await answering.send(isBack ? turnLines(bytes) : sumOfLines(bytes));
  }
  answering.close();
}

/** The socket reads into the frame itself. */
function socket() {
  const frame = Buffer.alloc(frameBytes);
  let have = 0;
  const onread = { buffer: () => frame.subarray(have), callback: arrived };
  const connected = new net.Socket({ fd: Number(where.split(',')[0]), readable: true, writable: true, onread });
  function arrived(count) {
    have += count;
    if (have < frameBytes) return;
    have = 0;
    connected.write(isBack ? turnLines(frame) : sumOfLines(frame));
  }
  connected.on('end', () => connected.end());
}

/** As fast as a pipe can be here: nothing else happens in this process meanwhile. */
function pipe() {
  const frame = Buffer.alloc(frameBytes);
  const [source, target] = where.split(',').map(Number);
  for (;;) {
    for (let have = 0; have < frameBytes; ) {
      const count = fs.readSync(source, frame, have, frameBytes - have, null);
      if (count === 0) return;
      have += count;
    }
    const answer = isBack ? turnLines(frame) : sumOfLines(frame);
    for (let sent = 0; sent < answer.length; ) sent += fs.writeSync(target, answer, sent);
  }
}

const ways = { handoff: () => handoff('balanced'), handoff_sleep: () => handoff('sleep'), zeromq, socket, pipe };
if (ways[way] === undefined) throw new Error('this is a part of bench/languages/run.py: start that');
ways[way]();
