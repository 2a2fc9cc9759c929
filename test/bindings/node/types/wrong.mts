// What the types refuse. Type check only: each line under @ts-expect-error must be an error.
import { Sender, Subscriber } from 'handoff';

export async function wrong(sub: Subscriber, sender: Sender): Promise<void> {
  // @ts-expect-error: misspelled
  new Sender('c', { payloadbytes: 10 });
  // @ts-expect-error: a number of milliseconds
  await sub.next({ timeout: '10' });
  // @ts-expect-error: bytes are sent with sendBytes()
  sender.send(new Uint8Array(3));
}
