'use strict';
// handoff: frames and messages from one process to another through shared memory, without copying them. index.d.ts says
// what there is, docs/nodejs.md how it is meant.

const { HandoffError, native } = require('./lib/native');
const { checkedFields, waitAny } = require('./lib/waits');
const { Sender, Pending, Processed } = require('./lib/sender');
const { Receiver, Request } = require('./lib/receiver');
const { Publisher, Subscriber, Message, MessageCopy } = require('./lib/topic');
const { Latest } = require('./lib/latest');
const { Loan } = require('./lib/slot');

const version = native.version();
const { clean, handleSigbus, listSegments } = native;
const remove = (name, options) => native.remove(name, checkedFields(options, ['force']).force);

module.exports = {
  HandoffError,
  Latest,
  Loan,
  Message,
  MessageCopy,
  Pending,
  Processed,
  Publisher,
  Receiver,
  Request,
  Sender,
  Subscriber,
  clean,
  handleSigbus,
  listSegments,
  remove,
  version,
  waitAny,
};
