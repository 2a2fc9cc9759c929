// Since TypeScript 5.7 typed arrays say on which buffer they are. Type check only.
import { Message, Request } from 'handoff';

export function show(message: Message, request: Request): void {
  const buffer: ArrayBuffer = message.bytes.buffer;
  const bytes: Uint8Array<ArrayBuffer> = message.bytes;
  const reply: Uint8Array<ArrayBuffer> = request.reply;
  void [buffer, bytes, reply];
}
