'use strict';
// The sender's side of a channel.

const { native, refuse } = require('./native');
const { Handle, Participant, disposable, nativeOf } = require('./handle');
const { openLater, openNow, opened } = require('./open');
const { Loan, Slot, arrayOn, bufferOn, bytesOf, filled, loanOf, reply } = require('./slot');
const { kFacts, shown, shownFacts } = require('./show');
const { checkedOptions, waited } = require('./waits');

class Sender extends Participant {
  #capacity;

  constructor(name, options) {
    super(openNow('openSender', name, options));
  }

  static async open(name, options) {
    return new Sender(opened, await openLater('openSender', name, options));
  }

  /** Waits for a free slot. */
  async loan(options) {
    return new Loan(await waited(options, (timeout, token) => native.loan(nativeOf(this), timeout, token)));
  }

  /** A free slot, or undefined. */
  tryLoan() {
    const loan = native.tryLoan(nativeOf(this));
    return loan && new Loan(loan);
  }

  /** Sends, and waits for nobody. */
  send(loan) {
    native.send(nativeOf(this), loanOf(loan));
  }

  /** Copies these bytes into a slot, once one is free, and sends them. */
  async sendBytes(data, options) {
    this.#check(data);
    this.send(filled(await this.loan(options), data));
  }

  /** For many small messages: waits for a free slot, and takes as many as there are, at most `most`. */
  async loanBatch(most, options) {
    const loan = (timeout, token) => native.loanBatch(nativeOf(this), most, timeout, token);
    return (await waited(options, loan)).map((one) => new Loan(one));
  }

  /** Sends all of them, in this order, with one wake-up. */
  sendBatch(loans) {
    native.sendBatch(nativeOf(this), Array.from(loans, loanOf));
  }

  /** Sends, and waits for the answer. A request that nobody has read is withdrawn when the wait ends without one. */
  async request(loan, options) {
    const request = (timeout, token) => native.request(nativeOf(this), loanOf(loan), timeout, token);
    return new Processed(await waited(options, request));
  }

  /** Refuses what can never be sent before anything is waited for. */
  #check(data) {
    const { byteLength } = bytesOf(data);
    this.#capacity ??= this.info().payloadBytes;
    if (byteLength > this.#capacity)
      refuse(`${byteLength} bytes do not fit into a slot: ${this.#capacity} (payloadBytes) do`, 'too_large');
  }

  /** The same with a copy of these bytes; the timeout is for the slot and the answer together. */
  async requestBytes(data, options) {
    this.#check(data);
    const { timeout, ...others } = checkedOptions(options);
    const begin = performance.now();
    const loan = filled(await this.loan(options), data);
    if (timeout === undefined) return this.request(loan, options);
    return this.request(loan, { timeout: Math.max(0, timeout - (performance.now() - begin)), ...others });
  }

  /** Sends, and returns at once with a handle on the answer. */
  requestAsync(loan) {
    return new Pending(native.requestAsync(nativeOf(this), loanOf(loan)));
  }

  async waitForReceiver(options) {
    await waited(options, (timeout, token) => native.waitForReceiver(nativeOf(this), timeout, token));
  }

  get id() {
    return native.senderId(nativeOf(this));
  }

  info() {
    return shown(native.channelInfo(nativeOf(this)));
  }

  state() {
    return native.channelState(nativeOf(this));
  }

  whoHolds() {
    return native.whoHolds(nativeOf(this));
  }
}

/** A request in flight. Released, it stays sent, but nobody waits for its answer any more. */
class Pending extends Handle {
  /** Waits for the answer. After 'timed_out', 'stopped' and 'removed' it may be waited for again. */
  async wait(options) {
    const wait = (timeout, token) => native.pendingWait(nativeOf(this), timeout, token);
    return new Processed(await waited(options, wait));
  }

  get wasAnswered() {
    return native.pendingWasAnswered(nativeOf(this));
  }

  get sequence() {
    return native.pendingSequence(nativeOf(this));
  }

  /** Takes the request back if it is in nobody's hands. False: a receiver has it, or has answered it. */
  withdraw() {
    return native.pendingWithdraw(nativeOf(this));
  }

  release() {
    native.close(nativeOf(this));
  }

  get released() {
    return !native.isOpen(nativeOf(this));
  }

  [kFacts]() {
    return this.released ? { released: true } : { sequence: this.sequence, wasAnswered: this.wasAnswered };
  }
}
disposable(Pending, 'release');

/** A request that came back with its answer. */
class Processed extends Slot {
  #about;

  get #facts() {
    return (this.#about ??= shownFacts(native.aboutProcessed(nativeOf(this))));
  }

  [kFacts]() {
    if (this.released) return super[kFacts]();
    return { ...this.#facts, replyByteLength: this.reply.byteLength, ...super[kFacts]() };
  }

  /** The answer, as the numbers that it consists of. */
  get reply() {
    return arrayOn(new Uint8Array(bufferOn(this, reply)), this.replyImage);
  }

  get image() {
    return this.#facts.image;
  }

  get replyImage() {
    return this.#facts.replyImage;
  }

  get sequence() {
    return this.#facts.sequence;
  }

  get deliveries() {
    return this.#facts.deliveries;
  }

  get roundTripNs() {
    return this.#facts.roundTripNs;
  }
}

module.exports = { Pending, Processed, Sender };
