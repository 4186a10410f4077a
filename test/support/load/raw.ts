/** HTTP by hand, for requests that no well-behaved client sends. */
import { connect, type Socket } from 'node:net';

export interface RawConnection {
  socket: Socket;
  /** Everything received so far. */
  text: () => string;
  /** Resolves when both sides have ended, or the other has reset. */
  closed: Promise<void>;
}

/** @param localAddress another of the loopback's addresses makes another client. */
export function open(port: number, localAddress = '127.0.0.1'): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    const closed = new Promise<void>((done) => socket.once('close', () => done()));
    socket.on('end', () => socket.end());
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => {}); // the tests provoke resets
      resolve({ socket, text: () => Buffer.concat(chunks).toString(), closed });
    });
  });
}

/** A request as bytes. */
export function post(path: string, body: object | string, headers: Record<string, string> = {}): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = { host: 'localhost', 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(text)}` };
  const lines = Object.entries({ ...all, ...headers }).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${path} HTTP/1.1`, ...lines, '', text].join('\r\n');
}

export const GENERATE = '/v1/images/generations';

export interface Answer {
  status: number;
  body: string;
}

/** Answers one after the other, as HTTP/1.1 with content-length delimits them. What is not complete is left out, and 102. */
export function answersIn(text: string): Answer[] {
  const answers: Answer[] = [];
  for (let rest = text; ; ) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return answers;
    const head = rest.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    if (body.length < length) return answers;
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
    if (status !== 102) answers.push({ status, body });
    rest = rest.slice(end + 4 + length);
  }
}

/** Sends bytes, reads until the server closes. @returns its last answer. */
export async function exchange(port: number, bytes: string): Promise<Answer> {
  const { socket, closed, text } = await open(port);
  socket.write(bytes, 'latin1');
  await closed;
  const answer = answersIn(text()).at(-1);
  if (answer === undefined)
    throw new Error(`No answer to ${JSON.stringify(bytes.slice(0, 80))}: ${text().slice(0, 200)}`);
  return answer;
}
