/** schemathesis, which tries out an API by its description: no answer may differ from what that says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { keepJobs } from '#pipeline/jobs/keep-jobs.ts';
import { runHere } from '#pipeline/jobs/run-here.ts';
import { createServer } from '#server/index.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';

const CONFIG = join(import.meta.dirname, 'schemathesis.toml');

it('schemathesis finds nothing wrong with any operation, by all its checks', {
  ...skipBecause(lacksPython('schemathesis')),
  timeout: 300_000,
}, async () => {
  const models = { tiny: await tinyArtefact({ T: 100, classes: 3 }) };
  const folder = await temporaryFolder();
  const jobs = keepJobs({ folder, createRunner: (host) => runHere(host, folder) });
  const server = await createServer({ models, device: 'cpu', rate: 0, jobs });
  onTestFinished(() => server.close());
  const url = await server.listen({ port: 0 });
  const args = ['--config-file', CONFIG, 'run', `${url}/openapi.json`, '--checks', 'all', '--max-examples', '25'];
  const given = ['-m', 'schemathesis.cli', ...args, '--seed', '1', '--no-color', '--workers', '1'];
  const child = spawn(PYTHON, given, { cwd: await temporaryFolder() }); // it keeps what it found there
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const [code] = await once(child, 'exit');
  expect(code, said).toBe(0);
  expect(said).toMatch(/\d+ generated/);
});
