/** `pipeline serve` as a user starts it, with all models. A picture is there when its PNG has come. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { singles } from '../serve/work.ts';
import type { Drawers } from './drawers.ts';
import { type Opened, type Setting, timed } from './piece.ts';

const PIPELINE = fileURLToPath(new URL('../../../pipeline/bin/pipeline.mjs', import.meta.url));
const LISTENS = /Listening at http:\/\/[^:]+:(\d+)/;

export async function openServer({ all }: Drawers, { pictures, clients }: Setting): Promise<Opened> {
  const models = all.flatMap(({ name, folder }) => ['--model', `${name}=${folder}`]);
  const more = ['--device', 'cpu', '--port', '0', '--rate', '0', '--timeout', '600', '--drain-delay', '0'];
  const child = spawn(process.execPath, [PIPELINE, 'serve', ...models, ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  let port: number | undefined;
  for await (const line of createInterface({ input: child.stderr })) {
    said += `${line}\n`;
    port = Number(LISTENS.exec(line)?.[1] ?? Number.NaN);
    if (port) break;
  }
  if (!port) throw new Error(`The server ended: ${said.trim()}`);
  child.stderr.resume();
  const address = port;
  const ways = [
    { count: 1, lanes: 1 },
    { count: pictures, lanes: clients },
  ].flatMap((way) => all.map((drawer) => ({ ...way, drawer })));
  return {
    pieces: ways.map(({ count, lanes, drawer: { name, conditions } }) => ({
      place: 'server',
      model: name,
      pictures: count,
      round: (times) => timed(times, () => singles(address, count, lanes, [{ model: name, condition: conditions }])),
    })),
    async stop() {
      const ended = once(child, 'close');
      child.kill();
      await ended;
    },
  };
}
