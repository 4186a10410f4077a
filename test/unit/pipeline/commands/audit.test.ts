import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Audit } from '#evaluation/membership/index.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { T, writeExactModel } from '#test/evaluate/exact-model.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { refusal, runCli } from '#test/run-cli.ts';

/** Network and scheduler of shadows, which learn in a moment. */
const SHADOW = {
  model: { _class_name: 'SimpleUnet', channels: [4, 8], time_emb_dim: 4 },
  scheduler: { num_train_timesteps: T },
};

const read = (out: string): Audit => JSON.parse(readFileSync(join(out, 'audit.json'), 'utf8'));
const linesOf = (path: string) => readFileSync(path, 'utf8').trim().split('\n').slice(1);

describe('pipeline audit', () => {
  const root = temporaryFolder();
  const place = (name: string) => join(root, name);
  const unlabelled = (count: number, seed: number): ImageSet => {
    const { labels: _, ...images } = grainedBars({ count, classes: 2 }, seed);
    return images;
  };
  const known = unlabelled(120, 1);

  /** A folder of PNG, so that images have names. */
  async function writeImages(name: string, { count, pixels }: ImageSet, from = 0): Promise<void> {
    const files: Record<string, Buffer> = {};
    for (let i = from; i < count; i++) {
      const raw = { width: 8, height: 8, channels: 1 as const };
      files[`${name}-${i}.png`] = await sharp(pixels.slice(i * 64, (i + 1) * 64), { raw })
        .png()
        .toBuffer();
    }
    await writeFiles(place(name), files);
  }

  const audit = (model: string, name: string, ...args: string[]) =>
    runCli(
      ...['audit', '--model', place(model), '--device', 'cpu', '--cache-dir', place('cache'), '--draws', '1'],
      ...['--run', place(`runs/${name}`), '--out', place(`out/${name}`), ...args],
    );
  const against = (data: string, test: string) => ['--data', place(data), '--test-data', place(test)];
  const first = () => ['--validation-share', '0', ...against('known', 'other')];

  /** The model that copies `images`, whose training.json says that it learnt those of `known`. */
  async function writeNamed(out: string, images: ImageSet, training: object = {}): Promise<void> {
    const { hash } = read(place('out/parrot')).data;
    const data = { source: place('known'), size: 8, channels: 1, validationShare: 0 };
    const config = { ...SHADOW, data, training: { batch: 4, seed: 0, lr: 0.01, ...training } };
    await writeExactModel({ out: place(out), images, trainedOn: { hash, config } });
  }

  beforeAll(async () => {
    await writeImages('known', known);
    await writeImages('other', unlabelled(110, 9));
    await writeExactModel({ out: place('parrot'), images: known });
    const { code, stderr } = await audit('parrot', 'parrot', ...first());
    expect(code, stderr).toBe(0);
    await writeNamed('strange', unlabelled(120, 5));
    await writeNamed('named', known);
    // Loads all that a command loads.
  }, 180_000);

  it('calls out a model that knows its images, names them to the owner alone, and ends with 3 if so asked', async () => {
    const { code, stdout, stderr } = await audit('named', 'named', ...first().slice(2), '--fail-on', 'membership');
    expect(code).toBe(3);
    expect(stderr).toMatch(/--fail-on membership: it can be told which images .*named was trained on\.\n$/);
    expect(stdout).toMatch(/^Leaks: The strongest of 9 attacks, .* AUC of 1\.000 /);
    const found = read(place('out/named'));
    expect(found).toMatchObject({
      verdict: 'leaks',
      exposed: 120,
      data: { training: 120, heldOut: 110, test: 'other' },
    });
    const best = found.attacks[found.strongest]!;
    expect(best.auc).toMatchObject({ value: 1, interval: [expect.any(Number), 1] });
    expect(best.found.map(({ at, value }) => [at, value])).toEqual([
      [0.01, 1],
      [0.001, null],
    ]);
    const rows = linesOf(place('runs/named/risk.csv'));
    expect(rows).toHaveLength(230);
    for (const row of rows.slice(0, 120)) expect(row).toMatch(/^known-\d+\.png,training,[\d.]+,,0\.00900\d+,yes$/);
    for (const row of rows.slice(120)) expect(row).toMatch(/^other-\d+\.png,held-out,.*,,,no$/);
    for (const file of readdirSync(place('out/named'))) {
      expect(readFileSync(join(place('out/named'), file), 'utf8')).not.toContain('.png');
    }
  });

  it('finds no sign in a model that saw neither, and repeats its scores to the bit', async () => {
    const { code, stderr } = await audit('strange', 'strange', ...first().slice(2), '--fail-on', 'membership');
    expect(code, stderr).toBe(0);
    const found = read(place('out/strange'));
    expect(found.verdict).toBe('no sign');
    for (const { auc } of found.attacks) {
      expect(auc.joint[0]).toBeLessThan(0.5);
      expect(auc.joint[1]).toBeGreaterThan(0.5);
    }
    await audit('strange', 'again', ...first().slice(2));
    expect({ ...read(place('out/again')), date: '' }).toEqual({ ...found, date: '' });
    expect(readFileSync(place('runs/again/risk.csv'))).toEqual(readFileSync(place('runs/strange/risk.csv')));
    await audit('strange', 'seeded', ...first().slice(2), '--seed', '1', '--attacks', 'loss', '--timesteps', '9,4');
    const seeded = read(place('out/seeded'));
    expect(seeded.attacks.map(({ attack, timestep }) => [attack, timestep])).toEqual([
      ['loss', 4],
      ['loss', 9],
    ]);
  });

  it('says so where nothing names the training images, and of too few images how many it takes', async () => {
    await writeExactModel({ out: place('unnamed'), images: unlabelled(120, 5) });
    const { stdout } = await audit('unnamed', 'unnamed', ...first());
    expect(stdout).toMatch(/^Cannot tell: No training\.json says which images the model was trained on, /);
    await audit('strange', 'few', ...first().slice(2), '--count', '20');
    expect(read(place('out/few'))).toMatchObject({ data: { training: 20, heldOut: 20 }, verdict: 'cannot tell' });
    expect(read(place('out/few')).reason).toContain('takes at least 100 of each');
  });

  it('trains shadows, stops when its minutes are over, goes on, and keeps what it has', async () => {
    const args = [...first().slice(2), '--shadows', '4', '--steps', '12', '--attacks', 'loss,pia', '--timesteps', '4'];
    const early = await audit('strange', 'shadows', ...args, '--minutes', '0.00001');
    expect(early.code, early.stderr).toBe(0);
    expect(read(place('out/shadows')).notes.join()).toContain('0 of 4 shadows are whole so far');
    expect(read(place('out/shadows')).attacks).toHaveLength(2);

    const { code, stderr } = await audit('strange', 'shadows', ...args);
    expect(code, stderr).toBe(0);
    const found = read(place('out/shadows'));
    expect(found.shadows).toEqual({ asked: 4, trained: 4, images: 115, steps: 12, modelSteps: null });
    expect(found.attacks.map(({ attack, calibrated }) => [attack, calibrated])).toEqual([
      ['loss', false],
      ['pia', false],
      ['loss', true],
      ['pia', true],
      ['all', true],
    ]);
    expect(linesOf(place('runs/shadows/risk.csv')).every((row) => row.split(',')[3] !== '')).toBe(true);

    const again = await audit('strange', 'shadows', ...args);
    expect(again.stderr).not.toContain('learns');
    expect({ ...read(place('out/shadows')), date: '' }).toEqual({ ...found, date: '' });

    const other = await refusal(audit('strange', 'shadows', ...args.with(args.indexOf('12'), '13')));
    expect(other).toMatch(
      /--run must be a folder with shadows of the same steps, or a new one, received one of other steps\.\n$/,
    );
  });

  it('tells model and shadows the classes of the images', { tags: 'long' }, async () => {
    const images = [3, 4].map((seed) => grainedBars({ count: 20, classes: 2 }, seed));
    for (const [i, set] of images.entries()) {
      await writeIdx(place(`labelled-${i}`), { ...set, labels: Int32Array.from(set.labels!) });
    }
    const args = against('labelled-0', 'labelled-1');
    const exact = { images: images[0]!, classNames: ['0', '1'] };
    await writeExactModel({ ...exact, out: place('first') });
    expect((await audit('first', 'first', '--validation-share', '0', ...args)).code).toBe(0);
    const data = { source: place('labelled-0'), size: 8, channels: 1, validationShare: 0 };
    const model = { ...SHADOW.model, num_class_embeds: 2 };
    const config = { ...SHADOW, model, data, training: { batch: 4, seed: 0 } };
    await writeExactModel({
      ...exact,
      out: place('told'),
      trainedOn: { hash: read(place('out/first')).data.hash, config },
    });
    const { code, stderr } = await audit('told', 'told', ...args, '--shadows', '4', '--steps', '3');
    expect(code, stderr).toBe(0);
    expect(read(place('out/told'))).toMatchObject({ verdict: 'leaks', shadows: { trained: 4, images: 20 } });
  });

  describe('refuses', () => {
    const sentence = async (model: string, args: string[]) => {
      const said = await refusal(audit(model, 'refused', ...args));
      expect(existsSync(place('out/refused/audit.json'))).toBe(false);
      return said;
    };

    it('to audit without images held out', async () => {
      expect(await sentence('named', ['--data', place('known')])).toContain(
        '--test-data must name images that the model has never seen, received nothing, and training held none out.',
      );
      expect(await sentence('parrot', ['--data', place('known')])).toContain(
        'received nothing, and no training.json says which images training held out.',
      );
    });

    it('images that are in both folders, and names them', async () => {
      const mixed = unlabelled(30, 9);
      mixed.pixels.set(known.pixels.subarray(0, 128), 128);
      await writeImages('mixed', mixed);
      expect(await sentence('named', against('known', 'mixed'))).toContain(
        '--test-data must be images that the model has not seen, received 2 with the pixels of training images: mixed-2.png, mixed-3.png. Take them out.',
      );
    });

    it('too few images', async () => {
      await writeImages('seven', unlabelled(7, 9));
      expect(await sentence('named', against('known', 'seven'))).toContain(
        'there must be at least 8 held-out images, received 7. A true positive rate at 1 % false positives needs at least 100 of each.',
      );
    });

    it('images that training.json does not name, unless they are meant', async () => {
      await writeImages('unlike', known, 1);
      const args = against('unlike', 'other');
      expect(await sentence('named', args)).toContain(
        '--data must be the images that training.json names, images, received others (unlike). Add --other-images to audit with them all the same.',
      );
      const { code, stderr } = await audit('named', 'unlike', ...args, '--other-images');
      expect(code, stderr).toBe(0);
      expect(stderr).toContain('what is taken for training images may be none');
    });

    it('shadows of a model with other timesteps than its training.json says', async () => {
      const config = { ...SHADOW, scheduler: { num_train_timesteps: 20 }, data: { size: 8 } };
      await writeExactModel({ images: known, out: place('other-times'), trainedOn: { hash: 'a'.repeat(64), config } });
      expect(await sentence('other-times', [...against('known', 'other'), '--shadows', '4'])).toContain(
        `--shadows must be 0 for a model whose training.json has other timesteps than its scheduler, 20 and ${T}, received 4.`,
      );
    });

    it('another split than that of training', async () => {
      expect(await sentence('named', [...against('known', 'other'), '--validation-share', '0.5'])).toContain(
        '--validation-share must be as in training, 0, received 0.5.',
      );
    });

    it('classes that only one of the folders has', async () => {
      const { labels: _, ...images } = grainedBars({ count: 20, classes: 2 }, 3);
      const labels = Int32Array.from({ length: 20 }, (_, i) => i % 2);
      await writeIdx(place('two'), { ...images, labels });
      const { labels: __, ...others } = grainedBars({ count: 20, classes: 2 }, 4);
      await writeIdx(place('three'), { ...others, labels: labels.map((label) => 2 * label) });
      await writeExactModel({ out: place('classes'), images: { ...images, labels }, classNames: ['0', '1'] });
      expect(await sentence('classes', ['--validation-share', '0', ...against('two', 'three')])).toContain(
        '--test-data must have classes of --data alone, received also 2.',
      );
    });

    it('shadows of a model without training.json, and of one that started from others', async () => {
      expect(await sentence('parrot', [...first(), '--shadows', '4'])).toContain(
        '--shadows must be 0 for a model folder without training.json, which has the settings to train them with, received 4.',
      );
      await writeNamed('tuned', known, { init: 'models/private' });
      const args = first().slice(2);
      expect(await sentence('tuned', [...args, '--shadows', '4'])).toContain(
        '--shadows must be 0 for a model that started from the weights of private, whose images shadows have not seen, received 4.',
      );
      const { stderr } = await audit('tuned', 'tuned', ...args);
      expect(stderr).toContain('what these learnt from may be among the images held out.');
    });

    it.each([
      [
        'an odd number of shadows',
        ['--shadows', '5'],
        '--shadows must be 0, or an even number from 4 to 1000, received 5.',
      ],
      ['minutes of no shadows', ['--minutes', '5'], '--minutes must be left out without --shadows, received 5.'],
      ['an unknown attack', ['--attacks', 'loss,guess'], 'each of --attacks must be'],
      [
        'a timestep beyond the last',
        ['--timesteps', '99'],
        'each of --timesteps must be an integer from 1 to 98, received 99.',
      ],
      [
        'a timestep that is none',
        ['--timesteps', '4.5'],
        'each of --timesteps must be a whole number, received "4.5".',
      ],
      ['no draws', ['--draws', '0'], '--draws must be an integer from 1 to 1000, received 0.'],
      ['shadows of unknown length', ['--shadows', '4'], '--steps must say how long a shadow learns'],
    ])('%s', async (_, args, message) => {
      const given =
        args[0] === '--draws' ? ['--data', place('known'), '--test-data', place('other')] : first().slice(2);
      const run = ['audit', '--model', place('named'), '--device', 'cpu', '--cache-dir', place('cache'), ...given];
      expect(await refusal(runCli(...run, '--run', place('runs/x'), '--out', place('out/refused'), ...args))).toContain(
        message,
      );
    });

    it('to keep what is private beside what is passed on, or among the images', async () => {
      const args = ['audit', '--model', place('named'), ...first().slice(2), '--cache-dir', place('cache')];
      expect(await refusal(runCli(...args, '--out', place('o'), '--run', place('o/run')))).toContain(
        '--run must lie outside --out, since it tells the risk of each image',
      );
      expect(await refusal(runCli(...args, '--out', place('o'), '--run', place('named/run')))).toContain(
        '--run must lie outside --model',
      );
      expect(await refusal(runCli(...args, '--out', place('o'), '--run', place('known')))).toContain(
        '--run must not be the folder of the images',
      );
    });

    it('a batch larger than half of the images', async () => {
      await writeNamed('wide', known, { batch: 200 });
      expect(await sentence('wide', [...first().slice(2), '--shadows', '4', '--steps', '2'])).toContain(
        '--shadows must be 0 for so few images, half of 230 is 115, and a step takes 200.',
      );
    });
  });

  it('exposes the images of a network that was trained on few of them for long', { tags: 'long' }, async () => {
    await writeImages('planted', unlabelled(24, 1));
    const [run, model] = [place('planted-run'), place('planted-model')];
    const trained = await runCli(
      ...['train', '--data', place('planted'), '--out', run, '--cache-dir', place('cache'), '--validation-share', '0'],
      ...[
        '--size',
        '8',
        '--batch',
        '8',
        '--steps',
        '1500',
        '--lr',
        '0.002',
        '--sample-steps',
        '2',
        '--sample-count',
        '1',
      ],
      ...['--model._class_name', 'SimpleUnet', '--model.channels', '16,32', '--model.time_emb_dim', '16'],
      ...['--scheduler.num_train_timesteps', '100'],
    );
    expect(trained.code, trained.stderr).toBe(0);
    expect((await runCli('export', '--run', run, '--out', model)).code).toBe(0);
    const { code, stderr } = await audit('planted-model', 'planted', ...against('planted', 'other'));
    expect(code, stderr).toBe(0);
    const found = read(place('out/planted'));
    expect(found.verdict).toBe('leaks');
    expect(found.attacks[found.strongest]!.auc.value).toBeGreaterThan(0.9);
    const exposed = linesOf(place('runs/planted/risk.csv')).filter((row) => row.endsWith('yes'));
    expect(exposed.length).toBe(found.exposed);
    expect(exposed.length).toBeGreaterThan(12);
    for (const row of exposed) expect(row).toMatch(/^planted-\d+\.png,training,/);
  });
});
