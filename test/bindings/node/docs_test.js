'use strict';
// docs/nodejs.md as a reader would try it: pasted into two files. And the examples.
const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { Publisher, Subscriber } = require('handoff');
const { closing, nameFor, longTimeout, segments, until } = require('./kit');

const root = path.resolve(__dirname, '../../..');
const examples = path.join(root, 'examples/nodejs');

/** A program that runs until it ends, or the test does. */
class Program {
  constructor(t, command, ...args) {
    this.process = spawn(command, args);
    this.out = '';
    this.errors = '';
    this.process.stdout.on('data', (text) => (this.out += text));
    this.process.stderr.on('data', (text) => (this.errors += text));
    this.ended = once(this.process, 'close');
    t.after(() => this.process.kill('SIGKILL'));
  }

  async end() {
    const [code] = await this.ended;
    assert.equal(code, 0, this.errors);
    return this.out;
  }
}
const run = (t, file, ...args) => new Program(t, process.execPath, file, ...args);

const page = fs.readFileSync(path.join(root, 'docs/nodejs.md'), 'utf8');
const blocks = (language) => [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text);
const [tryIt, install] = blocks('sh')[0].split('\n').map((line) => line.replace(/ +#.*/, ''));

/** A folder with `build/node` in it, as the page has it. */
function folderFor(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'handoff-pasted-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.mkdirSync(path.join(folder, 'build'));
  fs.symlinkSync(process.env.NODE_PATH, path.join(folder, 'build/node'));
  return folder;
}

/** A line of the page in bash; `node` is the one that runs this. */
const inFolder = (t, folder, line) =>
  new Program(t, 'bash', '-c', `cd ${folder}; PATH=${path.dirname(process.execPath)}:$PATH; exec env ${line}`);

test('every block of the page is run here', () => {
  assert.deepEqual(['js', 'sh', 'text'].map((language) => blocks(language).length), [3, 2, 1]);
  assert.equal(page.match(/^```/gm).length, 2 * 6);
});

test('the first lines of the page work when they are pasted', async (t) => {
  const [receiver, sender] = blocks('js');
  const [output] = blocks('text');
  assert.equal(receiver.trimEnd().split('\n').length, 10);
  const folder = folderFor(t);
  const name = nameFor();
  for (const [file, code] of [['receiver.js', receiver], ['sender.js', sender]]) {
    assert.ok(code.includes("'numbers'"));
    fs.writeFileSync(path.join(folder, file), code.replace("'numbers'", `'${name}'`));
  }
  const receiving = inFolder(t, folder, tryIt);
  assert.equal(await run(t, path.join(folder, 'sender.js')).end(), output);
  assert.equal(await receiving.end(), '');
  assert.deepEqual(segments(name), []);
});

const npmIsThere = !spawnSync('npm', ['--version']).error;  // Debian's nodejs comes without it
if (npmIsThere) test('npm installs it as the page says', async (t) => {
  const folder = folderFor(t);
  fs.writeFileSync(path.join(folder, 'package.json'), '{}');
  await inFolder(t, folder, `npm_config_offline=true npm_config_update_notifier=false ${install}`).end();
  const uses = 'NODE_PATH= node -p "Object.keys(require(\'handoff\')).includes(\'Sender\')"';
  assert.equal(await inFolder(t, folder, uses).end(), 'true\n');
});

test('a loan is described and filled as the page does it', (t) => {
  const publisher = closing(t, new Publisher(nameFor(), { payloadBytes: 1280 * 720 * 3 }));
  const loan = publisher.loan();
  new Function('loan', blocks('js')[2])(loan);
  assert.equal(loan.array.length, 1280 * 720 * 3);
  assert.ok(loan.array.every((byte) => byte === 128));
  loan.release();
});

test('the examples are started as the page says', async (t) => {
  const name = nameFor();
  const [where, cpp, reader, both] = blocks('sh')[1].trimEnd().split('\n').map((line) => line.replace(/ +#.*/, '')
    .replaceAll('node ', `timeout 60 ${process.execPath} `).replace('build/bin', `timeout 60 ${process.env.HANDOFF_BIN_DIR}`)
    .replace(/(shared_float_writer|\w+\.js)/g, `$1 --name ${name}`)
    .replace('$PWD/build/node', process.env.NODE_PATH).replace('reader.js', '$& --count 2').replace('page.js', '$& --port 0'));
  const shell = (lines) => new Program(t, 'bash', '-c', `cd ${root}; unset NODE_PATH\n${where}\n${lines}\nkill $(jobs -p); wait`);
  assert.match(await shell(`${cpp}\n${reader}`).end(), /^\d+ [\d.]+\n\d+ [\d.]+\n$/);
  const pair = shell(`${both} &\nread`);
  await until(() => pair.out.includes('http://127.0.0.1:'), `an address; ${pair.errors}`);
  pair.process.stdin.end('\n');
  await pair.end();
});

test('the names of index.d.ts are those of index.js', () => {
  const declared = fs.readFileSync(path.join(root, 'bindings/node/index.d.ts'), 'utf8');
  const names = [...declared.matchAll(/^export (?:class|const|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(names.sort(), Object.keys(require('handoff')).sort());
  for (const [, name, body] of declared.matchAll(/^export class (\w+)[^\n]*\{\n(.*?)^\}/gms)) {
    const Class = require('handoff')[name];
    for (const [, isStatic, member] of body.matchAll(/^ {2}(static )?(?!private|constructor|readonly)(\w+)[<(]/gm))
      assert.equal(typeof (isStatic ? Class : Class.prototype)[member], 'function', `${name}.${member}`);
  }
});

test('a float of C++ is printed', async (t) => {
  const name = nameFor();
  const reader = run(t, path.join(examples, 'shared_float_reader.js'), '--name', name, '--count', '3');
  const writer = new Program(t, path.join(process.env.HANDOFF_BIN_DIR, 'examples/shared_float_writer'), '--name', name,
                             '--interval', '1');
  const lines = (await reader.end()).trim().split('\n').map((line) => line.split(' ').map(Number));
  assert.equal(lines.length, 3);
  for (const [number, value] of lines) assert.equal(value, 0.25 * (number % 4001));  // it begins again after 1000
  writer.process.kill('SIGINT');
  await writer.end();
});

test('nobody writes a float', async (t) => {
  const reader = run(t, path.join(examples, 'shared_float_reader.js'), '--name', nameFor(), '--wait', '0.05');
  const [code] = await reader.ended;
  assert.equal(code, 4, reader.errors);
});

const get = (url) => new Promise((resolve, reject) => http.get(url, resolve).on('error', reject));

test('a page shows the numbers of a topic', async (t) => {
  const name = nameFor();
  const publisher = closing(t, new Publisher(name, { payloadBytes: 16 }));
  const server = run(t, path.join(examples, 'numbers_page.js'), '--name', name, '--port', '0');
  await until(() => server.out.includes('\n'), `an address; ${server.errors}`);
  const address = server.out.trim();
  let page = '';
  for await (const text of await get(address)) page += text;
  assert.match(page, /EventSource\('\/events'\)/);
  assert.equal((await get(`${address}nothing`)).resume().statusCode, 404);
  const events = await get(`${address}events`);
  publisher.publish(publisher.loan().write(Float64Array.of(1.5, -2)));
  const [event] = await once(events, 'data');
  assert.deepEqual(JSON.parse(/^data: (.*)\n\n$/.exec(event)[1]), { sequence: 1, missed: 0, numbers: [1.5, -2] });
  server.process.kill('SIGTERM');
  await server.end();
  events.destroy();
});

test('the numbers of the page wander', async (t) => {
  const name = nameFor();
  const subscriber = closing(t, new Subscriber(name, { payloadBytes: 64, start: 'oldest', pins: 0 }));
  const writer = run(t, path.join(examples, 'numbers_writer.js'), '--name', name, '--count', '3', '--interval', '1');
  const got = [];
  for await (const { bytes, sequence } of subscriber.messages({ timeout: longTimeout })) {
    got.push([sequence, new Float64Array(bytes.slice().buffer).every((number) => Math.abs(number) <= 0.5 * sequence)]);
    if (got.length === 3) break;
  }
  assert.deepEqual(got, [[1, true], [2, true], [3, true]]);
  await writer.end();
});
