/**
 * Drives the WebKit of a Debian, its MiniBrowser by WebKitWebDriver: the engine of Safari in another body, without Safari's own code
 * for graphics and memory. It shows itself on a screen that is none, by Xvfb.
 *
 * Source: https://www.w3.org/TR/webdriver2/
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Element, findProgram, type Installed, isProgram, PATIENCE, pageOf } from './installed.ts';

const DRIVER = findProgram('WebKitWebDriver');
const SCREEN = findProgram('Xvfb');
const BROWSER = findMiniBrowser();

/** Why there is no WebKit to test in, for skipBecause; undefined if there is one. */
export const LACKS_WEBKIT =
  DRIVER && SCREEN && BROWSER ? undefined : 'WebKit is not installed: apt-get install webkit2gtk-driver xvfb';

function findMiniBrowser(): string | undefined {
  const libraries = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  try {
    return readdirSync(libraries)
      .filter((name) => name.startsWith('webkit'))
      .map((name) => join(libraries, name, 'MiniBrowser'))
      .find(isProgram);
  } catch {
    return undefined; // no Debian
  }
}

/** Errors that MiniBrowser writes as the page's console has them. */
const PROBLEM = /^CONSOLE (\w+ )?ERROR /;

export async function launchWebKit(): Promise<Installed> {
  const screen = spawn(SCREEN!, ['-displayfd', '1', '-screen', '0', '1280x800x24'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const display = await firstLine(screen);
  const port = await freePort();
  const driver = spawn(DRIVER!, [`--port=${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DISPLAY: `:${display}` },
  });
  let said = '';
  for (const stream of [driver.stdout, driver.stderr]) {
    stream.on('data', (part) => {
      said += part;
    });
  }
  const kill = async () => {
    for (const program of [driver, screen]) {
      const ended = new Promise<void>((resolve) => program.once('close', () => resolve()));
      program.kill();
      if (program.exitCode === null && program.signalCode === null) await ended;
    }
  };
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(JSON.stringify(value));
    return value;
  };
  try {
    const args = ['--automation', '--enable-write-console-messages-to-stdout=true'];
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary: BROWSER, args } } };
    const opened = (await patiently(() => ask('POST', '/session', { capabilities }))) as { sessionId: string };
    const session = `/session/${opened.sessionId}`;
    await ask('POST', `${session}/timeouts`, { script: PATIENCE, pageLoad: PATIENCE, implicit: 0 });
    const page = pageOf({
      navigate: async (url) => void (await ask('POST', `${session}/url`, { url })),
      execute: (script, args) => ask('POST', `${session}/execute/sync`, { script, args }),
      find: (value) => ask('POST', `${session}/element`, { using: 'xpath', value }) as Promise<Element>,
      click: async (element) => void (await ask('POST', `${session}/element/${Object.values(element)[0]}/click`, {})),
    });
    return {
      ...page,
      problems: async () => said.split('\n').filter((line) => PROBLEM.test(line)),
      close: async () => {
        await ask('DELETE', session).catch(() => undefined);
        await kill();
      },
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** Until the program listens. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + PATIENCE; ; await sleep(100)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TypeError) || Date.now() > end) throw error;
    }
  }
}

const firstLine = (program: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    program.once('error', reject);
    program.once('close', () => reject(new Error(`${SCREEN} did not start.`)));
    program.stdout!.once('data', (part) => resolve(String(part).trim()));
  });

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
