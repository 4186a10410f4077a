/** A child of tests: it answers when told to, in parts, never, with errors, and dies in ways that they choose. */
import { writeSync } from 'node:fs';
import { type Call, serveParent } from '#runtime-node/child/index.ts';

export type Program = {
  /** @param how `fail`, `exit` and `never`: it does not become ready */
  start(how: 'well' | 'fail' | 'exit' | 'never'): Promise<string>;
  /** Answers with the name once `release` names it. */
  hold(name: string, call: Call<never>): Promise<string>;
  release(name: string): void;
  /** The calls of `hold` that were given up. */
  givenUp(): string[];
  /** Tells 0 to n - 1, then answers with n. */
  count(n: number, call: Call<number>): Promise<number>;
  fail(error: 'RangeError' | 'text' | 'function'): unknown;
  /** Sends messages that nobody asked for. */
  say(messages: unknown[]): void;
  /** Writes to both outputs, then ends. */
  die(how: { signal: NodeJS.Signals } | { code: number }): Promise<never>;
  spin(): never;
};

class OwnError extends RangeError {}

const held = new Map<string, () => void>();
const givenUp: string[] = [];

const parent = serveParent<Program, string>(
  {
    async start(how) {
      if (how === 'fail') throw new OwnError('it has no wish to');
      if (how === 'exit') {
        writeSync(2, 'it goes\n');
        process.exit(3);
      }
      if (how === 'never') await new Promise(() => {});
      return `process ${process.pid}`;
    },
    hold: (name, { signal }) =>
      new Promise((resolve, reject) => {
        held.set(name, () => resolve(name));
        signal.addEventListener('abort', () => {
          givenUp.push(name);
          reject(signal.reason);
        });
      }),
    release: (name) => held.get(name)!(),
    givenUp: () => givenUp,
    async count(n, { tell }) {
      for (let i = 0; i < n; i++) {
        tell(i);
        await null;
      }
      return n;
    },
    fail(error) {
      if (error === 'function') return () => 'what no process can send';
      throw error === 'text' ? 'only a text' : new OwnError('out of range');
    },
    say(messages) {
      for (const message of messages) process.send!(message as object);
    },
    die(how) {
      writeSync(1, 'first words\n');
      writeSync(2, 'last words\n');
      if ('code' in how) process.exit(how.code);
      process.kill(process.pid, how.signal);
      return new Promise(() => {});
    },
    spin() {
      for (;;);
    },
  },
  {
    kindOf: (error) => (error instanceof OwnError ? 'own' : error.name),
    drained: async (): Promise<void> => parent.emit('drained'),
  },
);
