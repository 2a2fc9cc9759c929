'use strict';
// The sender's side of a channel.

const { native, refuse } = require('./native');
const { Handle, Participant, disposable, nativeOf } = require('./handle');
const { openLater, openNow, opened } = require('./open');
const { Loan, Slot, arrayOn, bufferOn, bytesOf, filled, loanOf, reply } = require('./slot');
const { arrayIn, factsToShow, imageIn, kFacts, shown, shownFacts } = require('./show');
const { checkedOptions, waited } = require('./waits');

class Sender extends Participant {
  #capacity;

  constructor(name, options) {
    super(openNow('openSender', name, options));
  }

  static async open(name, options) {
    return new Sender(opened, await openLater('openSender', name, options));
  }

  /** Waits for a free slot (back-pressure). */
  async loan(options) {
    return new Loan(await waited(options, (timeout, token) => native.loan(nativeOf(this), timeout, token)));
  }

  /** A free slot, or undefined. */
  tryLoan() {
    const loan = native.tryLoan(nativeOf(this));
    return loan && new Loan(loan);
  }

  /** Work queue: sends without waiting. */
  send(loan) {
    native.send(nativeOf(this), loanOf(loan));
  }

  /** Copies these bytes into a loan, waiting for a free slot, and sends it. */
  async sendBytes(data, options) {
    this.#check(data);
    this.send(filled(await this.loan(options), data));
  }

  /** Waits for a free slot, then loans as many as are free, at most `most`. */
  async loanBatch(most, options) {
    const loan = (timeout, token) => native.loanBatch(nativeOf(this), most, timeout, token);
    return (await waited(options, loan)).map((one) => new Loan(one));
  }

  /** Sends all, in this order, with one wake-up. */
  sendBatch(loans) {
    native.sendBatch(nativeOf(this), Array.from(loans, loanOf));
  }

  /** Sends and waits for the answer. On 'timed_out' and when aborted, an unread request is withdrawn. */
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

  /** Copies these bytes into a loan, and sends it as request() does; the timeout is for slot and answer together. */
  async requestBytes(data, options) {
    this.#check(data);
    const { timeout, ...others } = checkedOptions(options);
    const begin = performance.now();
    const loan = filled(await this.loan(options), data);
    if (timeout === undefined) return this.request(loan, options);
    return this.request(loan, { timeout: Math.max(0, timeout - (performance.now() - begin)), ...others });
  }

  /** Sends, and returns at once with a handle on the answer, so that several requests can be in flight. */
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

/** A request in flight. If this is released, the request stays sent, but its answer is no longer awaited. */
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

  /** Takes the request back if no receiver holds it. False: a receiver holds it, or has answered it. */
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

/** A processed request. The answer stays in the slot until this is released, which frees the slot. */
class Processed extends Slot {
  #about;

  get #facts() {
    return (this.#about ??= shownFacts(native.aboutProcessed(nativeOf(this))));
  }

  [kFacts]() {
    if (this.released) return super[kFacts]();
    return { ...factsToShow(this.#facts), replyByteLength: this.reply.byteLength, ...super[kFacts]() };
  }

  /** The answer, as the numbers that it consists of. */
  get reply() {
    return arrayOn(new Uint8Array(bufferOn(this, reply)), this.replyImage, this.replyArrayDescription);
  }

  get image() {
    return imageIn(this.#facts.image);
  }

  get arrayDescription() {
    return arrayIn(this.#facts.image);
  }

  get replyImage() {
    return imageIn(this.#facts.replyImage);
  }

  get replyArrayDescription() {
    return arrayIn(this.#facts.replyImage);
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
