// What people write with the package, under any TypeScript from 5.2 on. Type check only.
import { Sender, Receiver, Publisher, Subscriber, Latest, HandoffError, waitAny, version } from 'handoff';
import * as all from 'handoff';
import handoff from 'handoff';
import { writeFile } from 'node:fs/promises';

async function main(signal: AbortSignal): Promise<void> {
  using sub = await Subscriber.open('cam', { attachTimeout: 10, signal });
  using message = await sub.next({ timeout: 10, signal });
  await writeFile('x', message.bytes);
  new Blob([message.bytes]);
  await crypto.subtle.digest('SHA-256', message.bytes);
  new Blob([message.bytes.slice()]);
  await fetch('http://x', { method: 'POST', body: message.bytes });
  const pixels: number = message.image!.width * message.image!.channels;
  for await (const m of sub) {
    const b: Uint8Array = m.bytes;
    m.release();
    void b;
  }
  const into = new Uint8Array(pixels);
  const copy = await sub.copyNewest({ into, timeout: 1 });
  void copy.array;
  const config = new Latest('config', { type: Float64Array, length: 3 });
  const reading = config.read();
  if (reading) {
    const v: Float64Array = reading.value;
    void v;
  }
  const s = new Sender('c', { payloadBytes: 10, replyBytes: 4 });
  const p = await s.request((await s.loan()).write(Buffer.from('x')), { timeout: 1 });
  const n: bigint = p.roundTripNs;
  void [n, handoff.version, all, version, waitAny([sub, config]), Receiver, Publisher];
  try {
  } catch (e) {
    if (e instanceof HandoffError) {
      const c: 'timed_out' | string = e.code;
      void c;
    }
  }
}
void main;
