'use strict';
// Uses the installed Node.js package: prints its version after a message went through a channel.
const path = require('node:path');
const { Receiver, Sender, version } = require('handoff');

const name = `package-node-${process.pid}`;
const sender = new Sender(name, { payloadBytes: 5 });
const receiver = new Receiver(name);
sender.send(sender.tryLoan().write(Buffer.from('hello')));
const request = receiver.tryReceive();
if (Buffer.from(request.bytes).toString() !== 'hello') throw new Error('the message came out wrong');
request.processed();
console.log(`${version} in ${path.dirname(require.resolve('handoff'))}`);
