'use strict';
// Topics: every subscriber gets every message, or the number of those that it missed.

const { native } = require('./native');
const { Participant, disposable, nativeOf } = require('./handle');
const { openLater, openNow, opened } = require('./open');
const { Loan, Slot, arrayOn, bytesOf, filled, loanOf } = require('./slot');
const { Room } = require('./room');
const { arrayIn, factsToShow, imageIn, kFacts, showing, shown, shownFacts } = require('./show');
const { checkedFields, checkedOptions, onceReady, untilEnd, waited } = require('./waits');

class Publisher extends Participant {
  constructor(name, options) {
    super(openNow('openPublisher', name, options));
  }

  static async open(name, options) {
    return new Publisher(opened, await openLater('openPublisher', name, options));
  }

  /** A slot, at once: a publisher never waits for a subscriber. */
  loan() {
    return new Loan(native.publisherLoan(nativeOf(this)));
  }

  /** Makes the loan the newest message, and returns its sequence. */
  publish(loan) {
    return native.publish(nativeOf(this), loanOf(loan));
  }

  /** Makes a copy of these bytes the newest message, and returns its sequence. */
  publishBytes(data) {
    return this.publish(filled(this.loan(), data));
  }

  async waitForSubscriber(options) {
    await waited(options, (timeout, token) => native.waitForSubscriber(nativeOf(this), timeout, token));
  }

  info() {
    return shown(native.topicInfo(nativeOf(this)));
  }

  state() {
    return native.topicState(nativeOf(this));
  }
}

/** With as many pins as a loop needs: while it takes the next message, its variable still holds the one before. */
function withPins(options) {
  const { pins = 2, readOnly = false } = checkedOptions(options);
  return { ...options, pins: readOnly === true ? 0 : pins };
}

class Subscriber extends Participant {
  #info;
  #room;

  constructor(name, options, pins) {
    if (name !== opened) {
      options = withPins(options);
      pins = options.pins;
    }
    super(openNow('openSubscriber', name, options));
    this.#info = native.topicInfo(nativeOf(this));
    this.#room = new Room(this.#info.payloadBytes);
    Object.defineProperty(this, 'pins', { value: pins, enumerable: true });
  }

  static async open(name, options) {
    const all = withPins(options);
    return new Subscriber(opened, await openLater('openSubscriber', name, all), all.pins);
  }

  /** The oldest unread message that is still there; waits for one. */
  async next(options) {
    return this.#pinned(false, options);
  }

  /** The newest message, if it is unread; waits for one. */
  async newest(options) {
    return this.#pinned(true, options);
  }

  tryNext() {
    return this.#tryPinned(false);
  }

  tryNewest() {
    return this.#tryPinned(true);
  }

  /** As next, but a copy, in `into` or in memory of its own: it needs no pin, and there is nothing to release. */
  async copyNext(options) {
    return this.#copied(false, options);
  }

  async copyNewest(options) {
    return this.#copied(true, options);
  }

  async #pinned(isNewest, options) {
    const next = (timeout, token) => native.next(nativeOf(this), isNewest, timeout, token);
    return new Message(await waited(options, next));
  }

  #tryPinned(isNewest) {
    const message = native.tryNext(nativeOf(this), isNewest);
    return message && new Message(message);
  }

  async #copied(isNewest, options) {
    const { into, ...wait } = checkedFields(options, ['timeout', 'signal', 'into']);
    const copy = (room) =>
      waited(wait, (timeout, token) => native.copyNext(nativeOf(this), isNewest, room, timeout, token));
    if (into !== undefined) return this.#copiedInto(into, isNewest, wait);
    const { about, buffer } = await this.#room.fill(copy);
    return new MessageCopy(about, new Uint8Array(buffer));
  }

  /** The buffer may be taken away while we wait: it is looked at when there is something. */
  async #copiedInto(into, isNewest, wait) {
    const copyNow = () => new MessageCopy(native.copyNow(nativeOf(this), isNewest, bytesOf(into)), bytesOf(into));
    return onceReady(this, wait, copyNow);
  }

  /** The messages, until the stream ends or the subscriber is closed; copies if `pins` is 0. */
  messages(options) {
    return untilEnd(this, () => (this.pins > 0 ? this.next(options) : this.copyNext(options)));
  }

  [Symbol.asyncIterator]() {
    return this.messages();
  }

  info() {
    return shown({ ...this.#info });
  }

  state() {
    return native.topicState(nativeOf(this));
  }
}

/** A message, pinned: its bytes stay whole and in place until it is released, whatever the publishers do. */
class Message extends Slot {
  #about;

  get #facts() {
    return (this.#about ??= shownFacts(native.aboutMessage(nativeOf(this))));
  }

  [kFacts]() {
    return this.released ? super[kFacts]() : { ...factsToShow(this.#facts), ...super[kFacts]() };
  }

  get image() {
    return imageIn(this.#facts.image);
  }

  get arrayDescription() {
    return arrayIn(this.#facts.image);
  }

  get sequence() {
    return this.#facts.sequence;
  }

  get lost() {
    return this.#facts.lost;
  }

  get publishedNs() {
    return this.#facts.publishedNs;
  }
}

/** A copy of a message, in memory of its own. */
class MessageCopy {
  #description;

  constructor(facts, room) {
    const { byteLength, image, sequence, lost, publishedNs } = shownFacts(facts);
    this.bytes = room.subarray(0, byteLength);
    this.#description = image;
    Object.assign(this, { image: imageIn(image), sequence, lost, publishedNs });
    Object.freeze(this);
  }

  [kFacts]() {
    const { bytes, ...facts } = this;
    return factsToShow({ byteLength: bytes.byteLength, ...facts, image: this.#description });
  }

  get array() {
    return arrayOn(this.bytes, this.image, this.arrayDescription);
  }

  get arrayDescription() {
    return arrayIn(this.#description);
  }

  /** Nothing to do: for loops over messages and copies alike. */
  release() {}

  get released() {
    return false;
  }
}
disposable(MessageCopy, 'release');
showing(MessageCopy);

module.exports = { Message, MessageCopy, Publisher, Subscriber };
