/** `pipeline serve` as a user starts it: signals, output, refusals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isRunning } from '#base/files/running.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { PIPELINE, refusal, refuses, runCli } from '#test/run-cli.ts';
import { says } from '#test/says.ts';
import { skipBecause } from '#test/skip.ts';

interface Served {
  child: ChildProcess;
  url: string;
  /** Waits until standard error has the text. */
  says(text: string): Promise<void>;
  /** Waits for the end. */
  code(): Promise<number | null>;
}

const serve = (...args: string[]) => serveWith({}, ...args);

async function serveWith(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Served> {
  const { child, says, said, code } = launch(env, ...args);
  await says('Listening at ');
  return { child, url: /Listening at (\S+)/.exec(said())![1]!, says, code };
}

function launch(env: NodeJS.ProcessEnv, ...args: string[]): Omit<Served, 'url'> & { said: () => string } {
  const given = [PIPELINE, 'serve', '--port', '0', '--log-level', 'error', '--drain-delay', '0', ...args];
  const child = spawn(process.execPath, given, { env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const says = (text: string) => expect.poll(() => said, { timeout: 20_000 }).toContain(text);
  return { child, says, said: () => said, code: async () => (await ended)[0] as number | null };
}

const generate = async (url: string, body: object) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v1/images/generations`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, json: (await answer.json()) as { data?: { b64_json: string }[] } };
};

const NEEDS_PROC = skipBecause(
  process.platform === 'linux' ? undefined : 'the process of an engine is found in /proc: run on Linux',
);
const slow = () => tinyArtefact({ shape: [1, 64, 64], T: 1000 });

describe('pipeline serve', () => {
  it('loads the models anew at SIGHUP, and keeps those of before where that fails', async () => {
    const model = await tinyArtefact({ gain: 0.5 });
    const other = await tinyArtefact({ gain: 0.9 });
    const { child, url, says } = await serve('--model', `tiny=${model}`);
    const picture = async () => (await generate(url, { seed: 1, steps: 2 })).json.data![0]!.b64_json;
    const before = await picture();

    await writeFile(join(model, 'unet', 'model.onnx'), 'broken');
    child.kill('SIGHUP');
    await says('The models stay as they were: Cannot load the model');
    expect(await picture()).toBe(before);

    await rm(model, { recursive: true });
    await cp(other, model, { recursive: true });
    child.kill('SIGHUP');
    await says('The models were reloaded.');
    expect(await picture()).not.toBe(before);
  });

  it('takes a SIGHUP that comes as it starts', async () => {
    const starting = launch({}, '--model', `tiny=${await tinyArtefact()}`);
    let hungUp = false;
    starting.child.stderr!.on('data', () => {
      if (!hungUp && starting.said().includes('Model tiny')) hungUp = starting.child.kill('SIGHUP');
    });
    await starting.says('Listening at ');
    expect(hungUp).toBe(true);
    await starting.says('The models are as they were, and were not loaded again.');
    starting.child.kill('SIGTERM');
    expect(await starting.code(), starting.said()).toBe(0);
  });

  it('says that everyone may ask where it listens for all and has no keys', async () => {
    const model = await tinyArtefact();
    const open = await serve('--model', `tiny=${model}`, '--host', '0.0.0.0');
    await open.says('Anyone who can reach this address can use it.');
    const keys = join(await temporaryFolder(), 'keys');
    await writeFile(keys, 'a-key-of-sixteen-and-more\n');
    const closed = await serve('--model', `tiny=${model}`, '--api-key-file', keys);
    expect((await fetch(`${closed.url}/v1/models`)).status).toBe(401);
  });

  it('leaves no engine and no copy of a model behind however it ends', NEEDS_PROC, async () => {
    const TMPDIR = await temporaryFolder();
    const { child, url } = await serveWith({ TMPDIR }, '--model', `tiny=${await tinyArtefact()}`);
    await generate(url, { steps: 1 });
    const engine = await engineOf(child.pid!);
    child.kill('SIGKILL');
    await expect.poll(() => isRunning(engine), { timeout: 20_000 }).toBe(false);
    const left = await readdir(TMPDIR);
    expect(left.filter((name) => name.startsWith('onnoise-'))).toEqual([]);
  });

  it('keeps jobs in a folder, which no second server takes, over a kill', async () => {
    const folder = join(await temporaryFolder(), 'jobs');
    const given = ['--model', `slow=${await slow()}`, '--jobs', folder];
    const first = await serveWith({ REDIS_URL: '' }, ...given);
    await first.says(`Jobs are kept in ${folder}, and made here while no request needs the engines.`);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ n: 4, shard: 2, steps: 50 });
    const { id } = (await (await fetch(`${first.url}/v1/jobs`, { method: 'POST', headers, body })).json()) as {
      id: string;
    };
    expect(await refusal(runCli('serve', '--port', '0', ...given))).toMatch(
      says('Cannot keep jobs in *: another process (pid *, since *) keeps jobs there. '),
    );
    first.child.kill('SIGKILL');
    await first.code();
    const next = await serveWith({ REDIS_URL: '' }, ...given);
    const job = async () => (await (await fetch(`${next.url}/v1/jobs/${id}`)).json()) as { status: string };
    await expect.poll(async () => (await job()).status, { timeout: 60_000 }).toBe('completed');
    expect((await fetch(`${next.url}/v1/jobs/${id}/pictures`)).headers.get('content-type')).toBe('application/x-tar');
    next.child.kill('SIGTERM');
    expect(await next.code()).toBe(0);
    expect((await readdir(folder)).sort()).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), id]);
  });

  it('refuses in a sentence, before anything runs', async () => {
    const taken = createSocket().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const model = await tinyArtefact();
    // The error comes before the search for the model, which does not exist.
    const nowhere = '--model nowhere';
    const own = `--model ${model} --port 0`;
    const cases = [
      [nowhere, 'Cannot load the model: nowhere must be a model folder, but there is none.'],
      [`${own} --model ${model}/`, 'Cannot start the server: names of models must differ, received model twice'],
      [`--model ${model} --port 70000`, 'Cannot serve: --port must be an integer from 0 to 65535, received 70000.'],
      [`${nowhere} --max-batch 0`, 'Cannot serve: --max-batch must be an integer from 1 to 1024, received 0.'],
      [`${nowhere} --queue 4 --max-images 5`, 'Cannot serve: --max-images must be at most --queue, 4, received 5'],
      [`${nowhere} --cors-origin https://a.org/`, 'Cannot serve: --cors-origin must be * or an origin'],
      [`${nowhere} --job-queue redis://localhost`, 'Cannot serve: --job-queue must be left out without --jobs'],
      [`${nowhere} --max-job-images 10`, 'Cannot serve: --max-job-images must be left out without --jobs'],
      [`${nowhere} --host 192.0.2.1`, 'not of this machine.'],
      [`${nowhere} --port ${port}`, 'already in use'],
      [`${own} --api-key-file nowhere`, 'Cannot read API keys: nowhere must be a file that can be read'],
      [`${own} --jobs ${model}/unet/config.json`, '--jobs must be a folder'],
      [`${own} --jobs ${await temporaryFolder()} --job-queue localhost:6379`, '--job-queue must be redis:'],
    ] as const;
    for (const [typed, sentence] of cases) await refuses(runCli('serve', ...typed.split(' ')), sentence);
  });
});

/** Process id of the engine that a server has started. */
async function engineOf(pid: number): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
  const lines = await Promise.all(children.map((child) => readFile(`/proc/${child}/cmdline`, 'utf8')));
  return Number(children[lines.findIndex((line) => line.includes('engine.mjs'))]);
}
