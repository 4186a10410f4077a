/** Servers to measure, each in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ServerOptions } from '#server/index.ts';
import type { FromServer, Measured } from './server.ts';

export interface Measurable {
  port: number;
  /** What the server measured while `work` ran. */
  measure(work: () => Promise<unknown>): Promise<Measured>;
  stop(): void;
}

export async function start(options: ServerOptions): Promise<Measurable> {
  const script = fileURLToPath(new URL('./server.ts', import.meta.url));
  const child = fork(script, [JSON.stringify(options)], { execArgv: ['--import', 'tsx'] });
  const next = async () => (await once(child, 'message'))[0] as FromServer;
  const { port } = (await next()) as { port: number };
  return {
    port,
    async measure(work) {
      child.send('begin');
      await work();
      child.send('end');
      return (await next()) as Measured;
    },
    stop: () => child.disconnect(),
  };
}
