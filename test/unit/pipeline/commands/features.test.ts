/** An autoencoder's loss in features that the command learns from the same images before it begins. */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const lossesIn = (run: string) =>
  readFileSync(at(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).loss as number);

test('a run learns its features once, says so, and goes on with its own copy', { tags: 'long' }, async () => {
  const pictures = Array.from({ length: 12 }, (_, i) => [
    `${'ab'[i % 2]}/${i}.png`,
    grayPicture(16, 16, (x, y) => (i % 2 === 0 ? (x < i + 2 ? 230 : 20) : y < i + 2 ? 230 : 20)),
  ]);
  await writeFiles(at('images'), Object.fromEntries(pictures));
  const tiny = ['--size', '16', '--model.block_out_channels', '8,8', '--batch', '2', '--validation-share', '0'];
  const begin = (run: string, steps: string) =>
    runCli(
      ...['train', '--preset', 'autoencoder', '--data', at('images'), '--cache-dir', at('cache'), ...tiny],
      ...['--feature-weight', '0.5', '--steps', steps, '--sample-every', 'off', '--out', at(run)],
    );
  const whole = await begin('whole', '3');
  expect(whole.code, whole.stderr).toBe(0);
  expect(whole.stderr).toContain('Training the features');
  expect(whole.stderr).toMatch(/Features: \d+ layers of classifier of images count 0\.5: /);

  const parts = await begin('parts', '1');
  expect(parts.stderr).not.toContain('Training the features');
  await rm(at('cache'), { recursive: true });
  await runCli('train', '--resume', '--out', at('parts'), '--steps', '3');
  expect(lossesIn('parts')).toEqual(lossesIn('whole'));
});
