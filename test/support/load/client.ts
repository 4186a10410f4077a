/** A well-behaved client, with or without keep-alive connections. */
import { Agent, request } from 'node:http';

export interface Reply {
  status: number;
  /** Of JSON; undefined for other types. */
  json: { data?: { b64_json: string; seed: number }[]; error?: { code: string } } | undefined;
  text: string;
}

export interface AskOptions {
  agent?: Agent;
  path?: string;
  signal?: AbortSignal;
  /** Gets the answer as it comes. */
  onText?: (text: string) => void;
}

/** Posts a body. Rejects if the connection ends before the answer does. */
export function ask(port: number, body: object, { agent, path, signal, onText }: AskOptions = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path: path ?? '/v1/images/generations',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        ...(agent && { agent }),
        ...(signal && { signal }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          onText?.(chunk.toString());
        });
        incoming.on('error', reject);
        incoming.on('end', () => {
          const answer = Buffer.concat(chunks).toString();
          const isJson = incoming.headers['content-type']?.startsWith('application/json') ?? false;
          resolve({ status: incoming.statusCode!, text: answer, json: isJson ? JSON.parse(answer) : undefined });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

/** Keep-alive connections, until the test ends. */
export const keepAlive = (connections: number): Agent => new Agent({ keepAlive: true, maxSockets: connections });

/** `work` for 0 to count - 1, `lanes` at a time. */
export async function inLanes(count: number, lanes: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** The complete events of a stream. */
export function eventsIn(text: string): { event: string; data: Record<string, unknown> }[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .filter((block) => block.includes('event: '))
    .map((block) => ({
      event: /event: (.+)/.exec(block)![1]!,
      data: JSON.parse(/data: (.+)/.exec(block)![1]!),
    }));
}
