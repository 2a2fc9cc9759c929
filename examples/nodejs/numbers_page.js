'use strict';
// A page of numbers, fed by a topic: every browser gets the newest message, at most 20 times a second.
// usage: node numbers_page.js [--name TOPIC] [--port PORT]

const http = require('node:http');
const { setTimeout: pause } = require('node:timers/promises');
const { parseArgs } = require('node:util');
const { Subscriber } = require('handoff');

const page = `<!doctype html>
<meta charset="utf-8">
<title>Numbers</title>
<style>body { font: 2em monospace } td { padding: 0 1em; text-align: right }</style>
<table id="numbers"></table>
<p id="status">waiting for the first message</p>
<script>
  const show = (id, text) => (document.getElementById(id).textContent = text);
  new EventSource('/events').onmessage = (event) => {
    const { sequence, missed, numbers } = JSON.parse(event.data);
    document.getElementById('numbers').innerHTML =
      numbers.map((number, index) => '<tr><td>' + index + '<td>' + number.toFixed(3)).join('');
    show('status', 'message ' + sequence + ', ' + missed + ' not shown');
  };
</script>
`;
const shortestPauseMs = 50;

/** Answers the page, and on /events a stream for a browser that listens. */
function serve(browsers) {
  return http.createServer((request, response) => {
    if (request.url !== '/events') {
      response.writeHead(request.url === '/' ? 200 : 404, { 'content-type': 'text/html' });
      response.end(request.url === '/' ? page : 'There is one page: /\n');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    browsers.add(response);
    response.on('close', () => browsers.delete(response));
  });
}

/** Sends each message to all browsers until the signal is aborted; a publisher that leaves may come back. */
async function feed(subscriber, browsers, signal) {
  let missed = 0;
  while (!signal.aborted) {
    try {
      const message = await subscriber.newest({ signal });
      missed += message.lost;
      const { sequence, bytes } = message;
      const numbers = [...new Float64Array(bytes.buffer, 0, bytes.length >> 3)];
      const event = JSON.stringify({ sequence, missed, numbers });
      message.release();
      for (const browser of browsers) if (!browser.writableNeedDrain) browser.write(`data: ${event}\n\n`);
      await pause(shortestPauseMs, undefined, { signal });
    } catch (error) {
      if (error.code !== 'end_of_stream' && error.name !== 'AbortError') throw error;
    }
  }
}

async function main() {
  const { values } = parseArgs({
    options: { name: { type: 'string', default: 'numbers-page' }, port: { type: 'string', default: '8080' } },
  });
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort());
  console.error(`waiting for the topic '${values.name}'`);
  const { signal } = stop;
  const subscriber = await Subscriber.open(values.name, { attachTimeout: Infinity, signal });
  const browsers = new Set();
  const server = serve(browsers).listen(Number(values.port), '127.0.0.1', () =>
    console.log(`http://127.0.0.1:${server.address().port}/`));
  await feed(subscriber, browsers, signal);
  server.close();
  server.closeAllConnections();
  subscriber.close();
}

main().catch((error) => {
  if (error.name === 'AbortError') return;
  console.error(error.message);
  process.exitCode = 1;
});
