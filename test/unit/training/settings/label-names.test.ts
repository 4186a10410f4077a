import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeOrder } from '#pipeline/bulk/order.ts';
import { grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';
import { ask, IMAGES, useServer } from '#test/server.ts';

const folder = temporaryFolder();
const [run, model, csv] = ['run', 'hands', 'bones.csv'].map((name) => join(folder, name)) as [string, string, string];
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** The images and the network of a run of a few steps. */
const IMAGES_AND_NETWORK = [
  ...['--data', join(folder, 'bones'), '--csv', csv, '--label-column', 'male', '--condition-columns', 'boneage'],
  ...['--size', '8', '--batch', '2', '--sample-count', '2', '--sample-steps', '2'],
  ...['--model._class_name', 'SimpleUnet', '--model.channels', '4,8', '--model.time_emb_dim', '4'],
  ...['--scheduler.num_train_timesteps', '10', '--label-dropout', '0.2'],
];
const train = (...args: string[]) => runCli('train', ...IMAGES_AND_NETWORK, ...args);
const CACHE = ['--cache-dir', join(folder, 'cache')];

/** Trains and exports on a table as the RSNA Bone Age challenge has it: id,boneage,male with True and False. */
beforeAll(async () => {
  const ids = Array.from({ length: 12 }, (_, i) => 1377 + i);
  const picture = (i: number) => grayPicture(8, 8, (x, y) => (20 * i + 8 * x + 4 * y) % 256);
  await writeFiles(join(folder, 'bones'), Object.fromEntries(ids.map((id, i) => [`${id}.png`, picture(i)])));
  const rows = ids.map((id, i) => `${id},${30 + 15 * i},${i % 2 === 0 ? 'True' : 'False'}`);
  writeFileSync(csv, `id,boneage,male\n${rows.join('\n')}\n`);
  const trained = await train('--label-names', 'False=female,True=male', '--steps', '3', ...CACHE, '--out', run);
  expect([trained.code, trained.stderr]).toEqual([0, expect.stringContaining('male" of bones.csv: female, male')]);
  const exported = await runCli('export', '--run', run, '--out', model);
  expect([exported.code, exported.stderr]).toEqual([0, expect.anything()]);
}, 60_000);

describe('a model of a table with named labels', () => {
  it('knows the names in its folder, in the order of the values', () => {
    expect(readJson(model, 'model_index.json').id2label).toEqual({ 0: 'female', 1: 'male' });
    expect(readFileSync(join(model, 'README.md'), 'utf8')).toContain('- classes: 0: female, 1: male');
    expect(readJson(run, 'config.json').data.labelNames).toEqual({ False: 'female', True: 'male' });
  });

  it('samples a class by its name as by its number', async () => {
    const sample = async (label: string, name: string) => {
      const out = join(folder, name);
      const asked = ['--condition', 'boneage=120', '--label', label];
      const result = await runCli('sample', '--model', model, ...asked, '--count', '2', '--steps', '3', '--out', out);
      return { ...result, pixels: result.code === 0 ? await sharp(out).raw().toBuffer() : undefined };
    };
    const female = await sample('female', 'a.png');
    const [zero, one] = [await sample('0', 'b.png'), await sample('1', 'c.png')];
    expect(female).toMatchObject({ code: 0, stdout: expect.stringContaining('of class female at boneage 120') });
    expect(female.pixels).toEqual(zero.pixels);
    expect(female.pixels).not.toEqual(one.pixels);
    const old = await sample('False', 'd.png');
    expect([old.code, old.stderr]).toEqual([
      2,
      expect.stringContaining('one of female, male, or a number from 0 to 1'),
    ]);
  }, 60_000);

  it('is ordered from the queue by the names', async () => {
    const order = { count: 4, shard: 2, steps: 3, conditions: { boneage: [120] } };
    const byName = await makeOrder(model, { ...order, labels: ['female', 'male'] });
    expect(byName).toEqual(await makeOrder(model, { ...order, labels: [0, 1] }));
  });

  it('goes on with its names, and with others tells so and keeps the numbers', {
    tags: 'long',
    timeout: 60_000,
  }, async () => {
    const more = (...args: string[]) => runCli('train', '--out', run, '--resume', ...args);
    const same = await more('--steps', '4');
    expect([same.code, same.stderr]).toEqual([0, expect.not.stringContaining('--label-names was')]);
    expect(readJson(run, 'data.json').classNames).toEqual(['female', 'male']);
    const other = await more('--steps', '5', '--label-names', 'False=girl,True=boy');
    expect([other.code, other.stderr]).toEqual([
      0,
      expect.stringContaining(
        '--label-names was {"False":"female","True":"male"} and is now {"False":"girl","True":"boy"}.',
      ),
    ]);
    const renamed = join(folder, 'renamed');
    expect(await runCli('export', '--run', run, '--out', renamed)).toMatchObject({ code: 0 });
    expect(readJson(renamed, 'model_index.json').id2label).toEqual({ 0: 'girl', 1: 'boy' });
  });

  it('refuses names that the table does not have before it prepares the images', async () => {
    const unused = join(folder, 'unused');
    const places = ['--cache-dir', unused, '--out', join(folder, 'refused')];
    const { code, stderr } = await train('--label-names', 'false=f', '--steps', '1', ...places);
    expect([code, stderr]).toEqual([
      2,
      'Cannot prepare images: --label-names must name values of the column "male" of bones.csv, which are False, True, received "false". Did you mean "False"?\n',
    ]);
    expect(existsSync(unused)).toBe(false);
  });

  it('takes the names from a file of settings, and tells them in a dry run', async () => {
    const config = join(folder, 'names.json');
    writeFileSync(config, JSON.stringify({ data: { labelNames: { True: 'male, left hand' } } }));
    const { code, stdout } = await train('--config', config, '--steps', '1', ...CACHE, '--dry-run');
    expect([code, stdout]).toEqual([0, expect.stringContaining('2 classes (False, "male, left hand")')]);
    writeFileSync(config, JSON.stringify({ data: { labelNames: { True: '' } } }));
    expect((await train('--config', config, '--dry-run')).stderr).toContain(
      'data.labelNames (--label-names) must be an object with a name for each value',
    );
  });
});

describe('a server with such a model', () => {
  const server = useServer(() => ({ models: { hands: model }, device: 'cpu' }));

  it('takes the names, and tells them to pages', async () => {
    const asked = { condition: { boneage: 120 }, seed: 3, steps: 3 };
    const byName = await ask(server(), IMAGES, { body: { ...asked, label: 'female' } });
    const byNumber = await ask(server(), IMAGES, { body: { ...asked, label: 0 } });
    expect(byName.json.data).toEqual(byNumber.json.data);
    expect(byName.json.data[0]).toMatchObject({ label: 0, class_name: 'female' });
    const listed = await ask(server(), '/v1/models/hands');
    expect(JSON.stringify(listed.json)).toContain('"female","male"');
  });
});
