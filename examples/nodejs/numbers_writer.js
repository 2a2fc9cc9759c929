'use strict';
// Publishes eight numbers that wander about; numbers_page.js shows them.
// usage: node numbers_writer.js [--name TOPIC] [--interval MS] [--count N]

const { setTimeout: pause } = require('node:timers/promises');
const { parseArgs } = require('node:util');
const { Publisher } = require('handoff');

async function main() {
  const { values } = parseArgs({
    options: {
      name: { type: 'string', default: 'numbers-page' },
      interval: { type: 'string', default: '20' },
      count: { type: 'string', default: '0' },
    },
  });
  const numbers = new Float64Array(8);
  const publisher = new Publisher(values.name, { payloadBytes: numbers.byteLength });
  let isStopped = false;
  process.once('SIGINT', () => (isStopped = true));
  for (let sent = 0; !isStopped && sent !== (Number(values.count) || Infinity); ++sent) {
    for (let index = 0; index < numbers.length; ++index) numbers[index] += Math.random() - 0.5;
    publisher.publish(publisher.loan().write(numbers));
    await pause(Number(values.interval));
  }
  publisher.close();
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
