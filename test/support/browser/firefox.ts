/**
 * Drives a Firefox as it is installed, by Marionette, its own protocol for tests: JSON over a socket, so neither a driver nor a
 * package is needed. Playwright's way into a stock Firefox needs commands that its long-term releases lack.
 *
 * Source: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Element, findProgram, type Installed, PATIENCE, pageOf } from './installed.ts';

/** The one that FIREFOX_PATH names, else the first on the path. */
const FIREFOX = process.env.FIREFOX_PATH || findProgram('firefox', 'firefox-esr');

/** Why there is no Firefox to test in, for skipBecause; undefined if there is one. */
export const LACKS_FIREFOX = FIREFOX
  ? undefined
  : 'Firefox is not installed: apt-get install firefox-esr, or FIREFOX_PATH=path/to/firefox npx vitest run --project installed';

/** No updates, no first-run pages, no services; a free port. */
const PREFERENCES = {
  'marionette.port': 0,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'browser.tabs.remote.separatePrivilegedContentProcess': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.startup.max_resumed_crashes': -1,
} as const;

export async function launchFirefox(): Promise<Installed> {
  const profile = await mkdtemp(join(tmpdir(), 'onnoise-firefox-'));
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  await writeFile(join(profile, 'user.js'), lines.join(''));
  const args = ['--headless', '--marionette', '--remote-allow-system-access', '--no-remote', '--profile', profile];
  const program = spawn(FIREFOX!, args, { stdio: 'ignore', env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' } });
  const ended = new Promise<void>((resolve) => program.once('close', () => resolve()));
  const close = async () => {
    program.kill();
    await ended;
    await rm(profile, { recursive: true, force: true });
  };
  try {
    const send = openMarionette(await connected(profile));
    await send('WebDriver:NewSession', { strictFileInteractability: true });
    await send('WebDriver:SetTimeouts', { script: PATIENCE, pageLoad: PATIENCE, implicit: 0 });
    return { ...pageOf(commandsOf(send)), problems: () => problemsOf(send), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Firefox writes its port into the profile once it listens. */
async function connected(profile: string): Promise<Socket> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(100)) {
    const port = Number(await readFile(join(profile, 'MarionetteActivePort'), 'utf8').catch(() => ''));
    if (port > 0) return connect(port, '127.0.0.1');
  }
  throw new Error(`${FIREFOX} did not start.`);
}

type Send = (command: string, parameters?: object) => Promise<unknown>;

function openMarionette(socket: Socket): Send {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  let pending: Buffer = Buffer.alloc(0);
  const end = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
  };
  socket.on('error', end);
  socket.on('close', () => end(new Error('Firefox has ended.')));
  // `length:json`; the first is a greeting, and then come answers: [1, id, error, result].
  socket.on('data', (part) => {
    pending = Buffer.concat([pending, part]);
    for (;;) {
      const colon = pending.indexOf(':');
      const length = Number(pending.subarray(0, Math.max(0, colon)));
      if (colon < 1 || pending.length < colon + 1 + length) return;
      const message = JSON.parse(pending.subarray(colon + 1, colon + 1 + length).toString()) as unknown;
      pending = pending.subarray(colon + 1 + length);
      if (!Array.isArray(message)) continue;
      const [, id, error, result] = message as [number, number, { error: string; message: string } | null, unknown];
      if (error) waiting.get(id)?.reject(new Error(`${error.error}: ${error.message}`));
      else waiting.get(id)?.resolve(result);
      waiting.delete(id);
    }
  });
  return (command, parameters = {}) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      const text = JSON.stringify([0, id, command, parameters]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
}

const resultOf = async (answer: Promise<unknown>) => ((await answer) as { value: unknown }).value;
const execute = (send: Send, script: string, args: unknown[]) =>
  resultOf(send('WebDriver:ExecuteScript', { script, args }));

const commandsOf = (send: Send) => ({
  navigate: async (url: string) => void (await send('WebDriver:Navigate', { url })),
  execute: (script: string, args: unknown[]) => execute(send, script, args),
  find: async (value: string) => (await resultOf(send('WebDriver:FindElement', { using: 'xpath', value }))) as Element,
  click: async (element: Element) => void (await send('WebDriver:ElementClick', { id: Object.values(element)[0] })),
});

/** The browser's console, which has what came before the first call as well. */
async function problemsOf(send: Send): Promise<string[]> {
  await send('Marionette:SetContext', { value: 'chrome' });
  try {
    const text = `return Services.console.getMessageArray()
      .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & Ci.nsIScriptError.warningFlag))
      .filter(({ sourceName }) => /^https?:/.test(sourceName))
      .map(({ errorMessage, sourceName, lineNumber }) => errorMessage + ' (' + sourceName + ':' + lineNumber + ')');`;
    return (await execute(send, text, [])) as string[];
  } finally {
    await send('Marionette:SetContext', { value: 'content' });
  }
}
