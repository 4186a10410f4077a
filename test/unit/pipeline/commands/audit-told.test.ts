/** `pipeline audit` of models that are told more than the image: masks, pictures, numbers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PrivacyReport } from '#evaluation/privacy/index.ts';
import { maskedImages, writeMasked } from '#test/evaluate/masked.ts';
import { temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { done, refuses, runCli, trainTiny } from '#test/run-cli.ts';

const COUNT = 30;

describe('pipeline audit of a model that is told', () => {
  const root = temporaryFolder();
  const place = (name: string) => join(root, name);
  const cache = ['--cache-dir', place('cache')];
  const data = ['--data', place('data/images')];
  beforeAll(() => writeMasked(place('data'), maskedImages(COUNT, 1)));

  /** Trains, exports and audits with the images that training held out. */
  async function auditTold(name: string, told: readonly string[]) {
    const split = ['--validation-share', '0.4', '--seed', '3'];
    const own = ['--steps', '2', ...split, ...cache, ...told];
    const trained = await trainTiny(place('data/images'), place(`runs/${name}`), ...own);
    expect(trained.code, trained.stderr).toBe(0);
    const exported = await runCli('export', '--run', place(`runs/${name}`), '--out', place(name));
    expect(exported.code, exported.stderr).toBe(0);
    return audit(name, ...told);
  }

  const audit = (name: string, ...args: string[]) =>
    runCli(
      ...['audit', '--model', place(name), ...data, '--device', 'cpu', '--draws', '1', '--timesteps', '50', ...cache],
      ...['--run', place(`audits/${name}`), '--out', place(`out/${name}`), ...args],
    );
  const read = (name: string): PrivacyReport =>
    JSON.parse(readFileSync(join(place(`out/${name}`), 'audit.json'), 'utf8'));

  const expectAudited = (name: string, { code, stderr }: { code: number; stderr: string }) => {
    expect(code, stderr).toBe(0);
    expect(read(name)).toMatchObject({ data: { training: 18, heldOut: 12 }, settings: { split: { seed: 3 } } });
    for (const { auc } of read(name).attacks) expect(auc.value).toBeGreaterThan(0);
  };

  it('masks, to the model and to shadows', { tags: 'long' }, async () => {
    expectAudited('masks', await auditTold('masks', ['--masks', place('data/masks')]));
    const shadows = await audit('masks', '--masks', place('data/masks'), '--shadows', '4', '--steps', '1');
    expect(shadows.code, shadows.stderr).toBe(0);
    expect(read('masks').shadows).toMatchObject({ trained: 4 });
  });

  it('numbers, of images that training held out and of others', { tags: 'long' }, async () => {
    const rows = Array.from({ length: COUNT }, (_, i) => `${i},${20 + ((i * 7) % 60)}`);
    await writeFiles(root, { 'table.csv': Buffer.from(`id,age\n${rows.join('\n')}\n`) });
    const told = ['--csv', place('table.csv'), '--condition-columns', 'age'];
    expectAudited('numbers', await auditTold('numbers', told));
    await writeMasked(place('others'), maskedImages(12, 9));
    await refuses(
      audit('numbers', ...told, '--test-data', place('others/images')),
      '--test-csv must name a table with the age of --test-data, which the model is told, received nothing.',
    );
    await writeFiles(root, { 'others.csv': Buffer.from(`id,age\n${rows.slice(0, 12).join('\n')}\n`) });
    const others = ['--test-data', place('others/images'), '--test-csv', place('others.csv')];
    await done(audit('numbers', ...told, ...others));
    expect(read('numbers').data).toMatchObject({ training: 18, heldOut: 12, test: 'images' });
  });
});
