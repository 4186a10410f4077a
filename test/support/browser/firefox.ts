/**
 * Drives a Firefox as it is installed, by Marionette, its own protocol for tests: JSON over a socket, so neither a driver nor a
 * package is needed. Playwright's way into a stock Firefox needs commands that its long-term releases lack.
 *
 * Source: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
 */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The one that FIREFOX_PATH names, else the first on the path. */
export const FIREFOX =
  process.env.FIREFOX_PATH ||
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => ['firefox', 'firefox-esr'].map((name) => join(folder, name)))
    .find(isProgram);

/** Why there is no Firefox to test in, for skipBecause; undefined if there is one. */
export const LACKS_FIREFOX = FIREFOX
  ? undefined
  : 'Firefox is not installed: apt-get install firefox-esr, or FIREFOX_PATH=path/to/firefox npm run test:firefox';

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

const PATIENCE = 60_000;
/** Key of an element's reference in the WebDriver standard. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export interface Firefox {
  goto(url: string): Promise<void>;
  /** Runs a function in the page, which takes and gives JSON, or a promise of it. */
  run<Args extends unknown[], T>(work: (...args: Args) => T, ...args: Args): Promise<Awaited<T>>;
  /** Runs it until it gives something, at most a minute. */
  until<Args extends unknown[], T>(work: (...args: Args) => T | null, ...args: Args): Promise<T>;
  /** Clicks, as a mouse does, the button of these words. */
  click(words: string): Promise<void>;
  /** Errors of pages so far, one line each: exceptions, and what the Content-Security-Policy forbids. */
  problems(): Promise<string[]>;
  close(): Promise<void>;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function launchFirefox(): Promise<Firefox> {
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
    return { ...pageOf(send), close };
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

function pageOf(send: Send): Omit<Firefox, 'close'> {
  const resultOf = async (answer: Promise<unknown>) => ((await answer) as { value: unknown }).value;
  const script = (text: string, args: unknown[]) => resultOf(send('WebDriver:ExecuteScript', { script: text, args }));

  const run: Firefox['run'] = async (work, ...args) => (await script(`return (${work})(...arguments);`, args)) as never;

  const until: Firefox['until'] = async (work, ...args) => {
    for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(100)) {
      const found = (await run(work, ...args)) as Awaited<ReturnType<typeof work>>;
      if (found !== null) return found as never;
    }
    const text = await run(() => document.body.textContent);
    throw new Error(`Nothing after ${PATIENCE} ms: ${work}\nThe page says:\n${text}`);
  };

  return {
    run,
    until,
    goto: async (url) => void (await send('WebDriver:Navigate', { url })),
    async click(words) {
      const value = `//button[normalize-space()=${JSON.stringify(words)} and not(@disabled)]`;
      await until((path: string) => {
        const { ANY_UNORDERED_NODE_TYPE } = XPathResult;
        return document.evaluate(path, document, null, ANY_UNORDERED_NODE_TYPE).singleNodeValue && true;
      }, value);
      const found = (await resultOf(send('WebDriver:FindElement', { using: 'xpath', value }))) as Record<
        string,
        string
      >;
      await send('WebDriver:ElementClick', { id: found[ELEMENT] });
    },
    /** The browser's console, which has what came before the first call as well. */
    async problems() {
      await send('Marionette:SetContext', { value: 'chrome' });
      try {
        const text = `return Services.console.getMessageArray()
          .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & Ci.nsIScriptError.warningFlag))
          .filter(({ sourceName }) => /^https?:/.test(sourceName))
          .map(({ errorMessage, sourceName, lineNumber }) => errorMessage + ' (' + sourceName + ':' + lineNumber + ')');`;
        return (await script(text, [])) as string[];
      } finally {
        await send('Marionette:SetContext', { value: 'content' });
      }
    },
  };
}
