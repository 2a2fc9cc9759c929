'use strict';
// What the tests share: names of their own, other processes, and waiting for a state with a deadline.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
require('handoff');  // its farewell comes before ours

const longTimeout = 20_000 * Number(process.env.HANDOFF_TEST_TIMEOUT_SCALE ?? 1);
const shm = '/dev/shm';
let names = 0;

const segments = (name) => fs.readdirSync(shm).filter((file) => file.startsWith(`handoff.${name}`));

/** A name of its own. */
const nameFor = () => `node-${process.pid}-${++names}`;

// A segment in which something is unread stays, as it should; not here.
process.on('exit', () => {
  for (const file of segments(`node-${process.pid}-`)) fs.unlinkSync(path.join(shm, file));
});

/** Closes what a test opened, also when it failed. */
function closing(test, handle) {
  test.after(() => handle.close());
  return handle;
}

async function until(state, words) {
  const end = performance.now() + longTimeout;
  while (!state()) {
    assert.ok(performance.now() < end, `in time: ${words}`);
    await pause(5);
  }
}

/** Another Node that runs `code`, which may say() lines; it ends when its stdin does. */
class Other {
  constructor(test, code, { env, nodeOptions = [] } = {}) {
    const script = `'use strict';
      const handoff = require('handoff');
      const say = (line) => process.stdout.write(line + '\\n');
      (async () => { ${code} })().catch((error) => { console.error(error); process.exit(1); });`;
    this.process = spawn(process.execPath, [...nodeOptions, '-e', script], { env: { ...process.env, ...env } });
    this.errors = '';
    this.lines = [];
    let rest = '';
    this.process.stderr.on('data', (text) => (this.errors += text));
    this.process.stdout.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      this.lines.push(...lines);
    });
    this.ended = once(this.process, 'close');
    test.after(() => this.kill());
  }

  async expect(line) {
    await until(() => this.lines.length > 0 || this.process.exitCode !== null, `'${line}' of the other process`);
    assert.equal(this.lines.shift(), line, this.errors);
  }

  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  /** It ends by itself, and well. */
  async end() {
    const [code, signal] = await this.ended;
    assert.deepEqual([code, signal, this.errors], [0, null, '']);
  }
}

/** What a refusal looks like. */
const refusal = (code, words = /\w+/) => (error) => {
  assert.equal(error.constructor.name, 'HandoffError', error.stack);
  assert.equal(error.code, code, error.stack);
  assert.match(error.message, words);
  assert.ok(error.message.length > 20, `a sentence, not '${error.message}'`);
  return true;
};

module.exports = { Other, closing, nameFor, longTimeout, pause, refusal, segments, until };
