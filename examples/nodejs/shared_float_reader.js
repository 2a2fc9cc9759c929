'use strict';
// Prints the float that shared_float_writer (C++) writes, whenever it is a new one: its number and the value.
// usage: node shared_float_reader.js [--name NAME] [--count N] [--wait SECONDS]

const { parseArgs } = require('node:util');
const { Latest } = require('handoff');

async function main() {
  const { values } = parseArgs({
    options: {
      name: { type: 'string', default: 'shared_float' },
      count: { type: 'string', default: '0' },
      wait: { type: 'string', default: '10' },
    },
  });
  const count = Number(values.count);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const shared = new Latest(values.name, { type: Float32Array });
  for (let printed = 0; count === 0 || printed < count; ++printed) {
    const { value, sequence } = await shared.waitNewer({ timeout: 1000 * Number(values.wait), signal: stop.signal });
    console.log(sequence, value[0]);
  }
  shared.close();
}

main().catch((error) => {
  if (error.name === 'AbortError') return;  // Ctrl-C is how most people end it
  console.error(error.message);
  process.exitCode = error.code === 'timed_out' ? 4 : 1;
});
