'use strict';
// The receiver's side of a channel.

const { native, refuse } = require('./native');
const { Participant, nativeOf } = require('./handle');
const { openLater, openNow, opened } = require('./open');
const { Slot, arrayOn, bufferOn, bytesOf, reply } = require('./slot');
const { arrayIn, factsToShow, imageIn, kFacts, shown, shownFacts } = require('./show');
const { untilEnd, waited } = require('./waits');

class Receiver extends Participant {
  constructor(name, options) {
    super(openNow('openReceiver', name, options));
  }

  static async open(name, options) {
    return new Receiver(opened, await openLater('openReceiver', name, options));
  }

  /** Waits for a request. Rejects with 'end_of_stream' once every sender has left and nothing is queued. */
  async receive(options) {
    return new Request(await waited(options, (timeout, token) => native.receive(nativeOf(this), timeout, token)));
  }

  /** A request, or undefined. */
  tryReceive() {
    const request = native.tryReceive(nativeOf(this));
    return request && new Request(request);
  }

  /** Waits for a request, then takes as many as are queued, at most `most`. */
  async receiveBatch(most, options) {
    const receive = (timeout, token) => native.receiveBatch(nativeOf(this), most, timeout, token);
    return (await waited(options, receive)).map((one) => new Request(one));
  }

  /** Done, all of them, with one wake-up. The answers are what was described, or none. */
  processedBatch(requests) {
    native.processedBatch(nativeOf(this), Array.from(requests, requestOf));
  }

  /** The requests, until the stream ends or the receiver is closed. */
  requests(options) {
    return untilEnd(this, () => this.receive(options));
  }

  [Symbol.asyncIterator]() {
    return this.requests();
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

/** A request taken from the channel, until processed() or failed(). Released without either, it is delivered again. */
class Request extends Slot {
  #about;
  #described;
  #replyBytes = 0;

  get #facts() {
    return (this.#about ??= shownFacts(native.aboutRequest(nativeOf(this))));
  }

  get image() {
    return imageIn(this.#described ?? this.#facts.image);
  }

  get arrayDescription() {
    return arrayIn(this.#described ?? this.#facts.image);
  }

  get sender() {
    return this.#facts.sender;
  }

  get sequence() {
    return this.#facts.sequence;
  }

  get deliveries() {
    return this.#facts.deliveries;
  }

  /** False if no answer is awaited: it was sent with send(), or its sender stopped waiting before it was taken. */
  get awaited() {
    return this.#facts.awaited;
  }

  get sentNs() {
    return this.#facts.sentNs;
  }

  get takenNs() {
    return this.#facts.takenNs;
  }

  [kFacts]() {
    return this.released ? super[kFacts]() : { ...factsToShow(this.#facts), ...super[kFacts]() };
  }

  /** The payload for editing, on channels that are opened inPlace. */
  get editable() {
    native.checkEditable(nativeOf(this));
    return this.array;
  }

  /** Says what the edited payload is now. */
  describe(description) {
    this.#described = shown(native.describePayload(nativeOf(this), description));
    return this;
  }

  /** Room for the answer, in shared memory. */
  get reply() {
    return new Uint8Array(bufferOn(this, reply));
  }

  /** Says that the answer is this image or array, and returns the room for its numbers. */
  describeReply(description) {
    const described = native.describeReply(nativeOf(this), description);
    this.#replyBytes = described.byteLength ?? described.step * described.height;
    const room = new Uint8Array(bufferOn(this, reply), 0, this.#replyBytes);
    return arrayOn(room, imageIn(described), arrayIn(described));
  }

  /** Done. The answer: these bytes, the first so many of `reply`, what was described, or none. */
  processed(answer = this.#replyBytes) {
    const handle = nativeOf(this);
    if (typeof answer === 'number') return native.processed(handle, answer);
    const bytes = bytesOf(answer);
    const room = this.reply;
    if (bytes.byteLength <= room.byteLength) room.set(bytes);
    return native.processed(handle, bytes.byteLength);
  }

  /** Could not be done; the sender gets the reason. */
  failed(reason = '') {
    native.failed(nativeOf(this), reason);
  }
}

function requestOf(request) {
  if (!(request instanceof Request)) refuse('Requests are needed: await receiver.receiveBatch(most) makes some');
  return nativeOf(request);
}

module.exports = { Receiver, Request };
