/** `pipeline audit`: what it writes and says of attacks, of copies and of privacy by training, and what it refuses. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PrivacyReport } from '#evaluation/privacy/index.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { T, writeExactModel } from '#test/evaluate/exact-model.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { exampleEvaluation, exampleMemorisation } from '#test/evaluation.ts';
import { temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { done, refusal, refuses, runCli } from '#test/run-cli.ts';
import { says } from '#test/says.ts';

/** Network and scheduler of shadows, which learn in a moment. */
const SHADOW = {
  model: { _class_name: 'SimpleUnet', channels: [4, 8], time_emb_dim: 4 },
  scheduler: { num_train_timesteps: T },
};

const root = temporaryFolder();
const place = (name: string) => join(root, name);
const text = (path: string) => readFileSync(place(path), 'utf8');
const read = (name: string): PrivacyReport => JSON.parse(text(`out/${name}/audit.json`));
const riskOf = (name: string) => text(`runs/${name}/risk.csv`).trim().split('\n').slice(1);
const unlabelled = (count: number, seed: number): ImageSet => {
  const { labels: _, ...images } = grainedBars({ count, classes: 2 }, seed);
  return images;
};
const known = unlabelled(120, 1);
const strangers = unlabelled(120, 5);

/** A folder of PNG, so that images have names. */
async function writeImages(name: string, { count, pixels }: ImageSet, from = 0): Promise<void> {
  const raw = { width: 8, height: 8, channels: 1 as const };
  const files = Array.from({ length: count }, (_, i) => {
    return [`${name}-${i}.png`, sharp(pixels.slice(i * 64, (i + 1) * 64), { raw }).png()] as const;
  });
  await writeFiles(place(name), Object.fromEntries(files.slice(from)));
}

const audit = (model: string, name: string, ...args: string[]) =>
  runCli(
    ...['audit', '--model', place(model), '--device', 'cpu', '--cache-dir', place('cache'), '--draws', '1'],
    ...['--run', place(`runs/${name}`), '--out', place(`out/${name}`), ...args],
  );
const IMAGES = ['--data', place('known'), '--test-data', place('other')];
const WHOLE = ['--validation-share', '0', ...IMAGES];
/** One attack, where the figures do not matter. */
const brief = (model: string, name: string, ...args: string[]) =>
  audit(model, name, ...WHOLE, '--attacks', 'loss', '--timesteps', '4', ...args);

/** The model that copies `images`, whose training.json says that it learnt those of `known`. */
async function writeNamed(out: string, images: ImageSet, training: object = {}, changes: object = {}): Promise<void> {
  const { hash } = read('unnamed').data;
  const data = { source: place('known'), size: 8, channels: 1, validationShare: 0 };
  const config = { ...SHADOW, data, training: { batch: 4, seed: 0, lr: 0.01, ...training }, ...changes };
  await writeExactModel({ out: place(out), images, trainedOn: { hash, config } });
}

beforeAll(async () => {
  await writeImages('known', known);
  await writeImages('other', unlabelled(110, 9));
  await writeExactModel({ out: place('unnamed'), images: strangers });
  const { stdout } = await done(brief('unnamed', 'unnamed'));
  expect(stdout).toMatch('Cannot tell: No training.json says which images the model was trained on, ');
  await writeNamed('strange', strangers);
  await writeNamed('named', known);
  // Loads all that a command loads.
}, 180_000);

describe('pipeline audit', () => {
  it('calls out a model that knows its images, names them to the owner alone, and ends with 3 if so asked', async () => {
    const { code, stdout, stderr } = await audit('named', 'named', ...IMAGES, '--fail-on', 'membership');
    expect(code).toBe(3);
    expect(stderr).toMatch(says('--fail-on membership: it can be told which images *named was trained on.\n'));
    expect(stdout).toMatch(says('Leaks: The strongest of 9 attacks, * AUC of 1.000 '));
    const found = read('named');
    const data = { training: 120, heldOut: 110, test: 'other' };
    expect(found).toMatchObject({ verdict: 'leaks', exposed: 120, data });
    const best = found.attacks[found.strongest]!;
    expect(best.auc).toMatchObject({ value: 1, interval: [expect.any(Number), 1] });
    expect(best.found).toMatchObject([
      { at: 0.01, value: 1 },
      { at: 0.001, value: null },
    ]);
    const rows = riskOf('named');
    expect(rows).toHaveLength(230);
    for (const row of rows.slice(0, 120)) expect(row).toMatch(says('known-*.png,training,*,,0.00900*,yes'));
    for (const row of rows.slice(120)) expect(row).toMatch(says('other-*.png,held-out,*,,,no'));
    for (const file of readdirSync(place('out/named'))) expect(text(`out/named/${file}`)).not.toContain('.png');
  });

  it('finds no sign in a model that saw neither, and repeats its scores to the bit', async () => {
    await done(audit('strange', 'strange', ...IMAGES, '--fail-on', 'membership'));
    const found = read('strange');
    expect(found.verdict).toBe('no sign');
    await audit('strange', 'again', ...IMAGES);
    expect({ ...read('again'), date: '' }).toEqual({ ...found, date: '' });
    expect(riskOf('again')).toEqual(riskOf('strange'));
    await audit('strange', 'few', ...IMAGES, '--count', '20', '--attacks', 'loss', '--timesteps', '9,4');
    const few = read('few');
    expect(few).toMatchObject({ data: { training: 20, heldOut: 20 }, verdict: 'cannot tell' });
    expect(few.attacks).toMatchObject([4, 9].map((timestep) => ({ attack: 'loss', timestep })));
  });

  it('trains shadows, stops when its minutes are over, goes on, and keeps what it has', async () => {
    const args = [...IMAGES, '--shadows', '4', '--steps', '12', '--attacks', 'loss,pia', '--timesteps', '4'];
    const early = await audit('strange', 'shadows', ...args, '--minutes', '0.00001');
    expect(early.code, early.stderr).toBe(0);
    expect(read('shadows').notes.join()).toContain('0 of 4 shadows are whole so far');
    expect(read('shadows').attacks).toHaveLength(2);

    await done(audit('strange', 'shadows', ...args));
    const found = read('shadows');
    expect(found.shadows).toEqual({ asked: 4, trained: 4, images: 115, steps: 12, modelSteps: null });
    expect(found.attacks.map(({ attack, calibrated }) => `${attack} ${calibrated}`)).toEqual([
      'loss false',
      'pia false',
      'loss true',
      'pia true',
      'all true',
    ]);
    expect(riskOf('shadows').every((row) => row.split(',')[3] !== '')).toBe(true);

    const again = await audit('strange', 'shadows', ...args);
    expect(again.stderr).not.toContain('learns');
    expect({ ...read('shadows'), date: '' }).toEqual({ ...found, date: '' });
    expect(await refusal(audit('strange', 'shadows', ...args.with(args.indexOf('12'), '13')))).toMatch(
      '--run must be a folder with shadows of the same steps, or a new one, received one of other steps.\n',
    );
  });

  it('takes images that training.json does not name where they are meant', async () => {
    await writeImages('unlike', known, 1);
    const others = ['--data', place('unlike'), '--test-data', place('other')];
    await refuses(
      audit('named', 'unlike', ...others),
      '--data must be the images that training.json names, images, received others (unlike). Add --other-images to audit with them all the same.',
    );
    const { stderr } = await done(audit('named', 'unlike', ...others, '--other-images'));
    expect(stderr).toContain('what is taken for training images may be none');
  });

  it('says that the start of a model may have learnt the images held out, and trains no shadows of it', async () => {
    await writeNamed('tuned', known, { init: 'models/private' });
    await refuses(
      audit('tuned', 'tuned', ...IMAGES, '--shadows', '4'),
      '--shadows must be 0 for a model that started from the weights of private, whose images shadows have not seen, received 4.',
    );
    const { stderr } = await audit('tuned', 'tuned', ...IMAGES);
    expect(stderr).toContain('what these learnt from may be among the images held out.');
  });
});

describe('the report of an audit', () => {
  /** What an evaluation of the model found, as a file in its folder. */
  function writeEvaluation(more: Parameters<typeof exampleMemorisation>[0] = {}, dataHash = read('unnamed').data.hash) {
    const hash = createHash('sha256')
      .update(readFileSync(place('unnamed/unet/model.onnx')))
      .digest('hex');
    const { model, data } = exampleEvaluation();
    const of = { model: { ...model, hash }, data: { ...data, hash: dataHash } };
    const evaluation = exampleEvaluation({ ...of, memorisation: exampleMemorisation(more) });
    writeFileSync(place('unnamed/evaluation.json'), JSON.stringify(evaluation));
  }
  const fail = (name: string, checks: string) => brief('unnamed', name, '--fail-on', checks);

  it('says without an evaluation that nobody looked for copies', () => {
    expect(read('unnamed')).toMatchObject({ copies: null, differentialPrivacy: null });
    expect(text('out/unnamed/privacy.html')).toContain('<p class="answer">Not looked for</p>');
  });

  it('has what the model folder says of copies, and passes where none were found', async () => {
    writeEvaluation();
    await done(fail('fine', 'memorisation'));
    expect(read('fine').copies).toMatchObject({ verdict: 'none found', counts: { samples: 500 } });
    expect(text('out/fine/privacy.html')).toContain('<p class="answer">None were found</p>');
    writeEvaluation({}, 'f'.repeat(64));
    await done(brief('unnamed', 'other-images'));
    const notes = expect.arrayContaining([expect.stringContaining('evaluation.json is of others.')]);
    expect(read('other-images')).toMatchObject({ copies: null, notes });
  });

  it('ends with 3 and a sentence for each check that failed, those that could not be told among them', async () => {
    writeEvaluation({ verdict: 'copies found' });
    const { code, stderr } = await fail('both', 'membership,memorisation');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      says(
        '--fail-on membership: it may be told which images *unnamed was trained on. --fail-on memorisation: copies of training images were found among pictures of *unnamed.\n',
      ),
    );
    expect((await fail('one', 'memorisation')).stderr).not.toContain('--fail-on membership');
    writeEvaluation({ verdict: 'cannot tell' });
    const unclear = expect.stringContaining('copies of training images cannot be ruled out among pictures of ');
    expect(await fail('unclear', 'memorisation')).toMatchObject({ code: 3, stderr: unclear });
  });

  it('tells the promise of a private run', async () => {
    const trainedOn = { hash: 'a'.repeat(64), config: { data: { validationShare: 0 }, training: { seed: 0 } } };
    await writeExactModel({ out: place('private'), images: strangers, trainedOn });
    const told = { epsilon: 2, delta: 1e-5, unit: 'image', records: 120, clip: 1, timesteps: 1 };
    const privacy = { ...told, noiseMultiplier: 1.2, samplingRate: 0.1, steps: 50 };
    writeFileSync(
      place('private/training.json'),
      JSON.stringify({ ...JSON.parse(text('private/training.json')), privacy }),
    );
    const { stderr } = await done(brief('private', 'private'));
    expect(stderr).toContain(
      "The hash of a private run's images is under its secret key, so whether these are the images of training cannot be checked.",
    );
    const differentialPrivacy = { epsilon: 2, started: false };
    expect(read('private')).toMatchObject({ differentialPrivacy, verdict: 'cannot tell' });
    expect(text('out/private/privacy.html')).toContain('epsilon 2, delta 0.00001');
  });
});

describe('pipeline audit refuses', () => {
  beforeAll(async () => {
    const mixed = unlabelled(30, 9);
    mixed.pixels.set(known.pixels.subarray(0, 128), 128);
    await writeImages('mixed', mixed);
    const labels = Int32Array.from({ length: 20 }, (_, i) => i % 2);
    const classes = { ...unlabelled(20, 3), labels };
    await writeIdx(place('two'), classes);
    await writeIdx(place('three'), { ...unlabelled(20, 4), labels: labels.map((label) => 2 * label) });
    await writeExactModel({ out: place('classes'), images: classes, classNames: ['0', '1'] });
    await writeNamed('other-times', known, {}, { scheduler: { num_train_timesteps: 20 } });
    await writeNamed('wide', known, { batch: 200 });
  });
  const USUAL = '--data @known --test-data @other';

  it.each([
    [
      'named',
      '--data @known',
      '--test-data must name images that the model has never seen, received nothing, and training',
    ],
    ['unnamed', '--data @known', 'received nothing, and no training.json says which images training held out.'],
    [
      'named',
      '--data @known --test-data @mixed',
      'received 2 with the pixels of training images: mixed-2.png, mixed-3.png. Take them out.',
    ],
    [
      'other-times',
      `${USUAL} --shadows 4`,
      `--shadows must be 0 for a model whose training.json has other timesteps than its scheduler, 20 and ${T}, received 4.`,
    ],
    ['named', `${USUAL} --validation-share 0.5`, '--validation-share must be as in training, 0, received 0.5.'],
    [
      'classes',
      '--validation-share 0 --data @two --test-data @three',
      '--test-data must have classes of --data alone, received also 2.',
    ],
    [
      'unnamed',
      `--validation-share 0 ${USUAL} --shadows 4`,
      '--shadows must be 0 for a model folder without training.json',
    ],
    ['named', `${USUAL} --shadows 5`, '--shadows must be 0, or an even number from 4 to 1000, received 5.'],
    ['named', `${USUAL} --minutes 5`, '--minutes must be left out without --shadows, received 5.'],
    ['named', `${USUAL} --attacks loss,guess`, 'each of --attacks must be'],
    ['named', `${USUAL} --timesteps 4.5`, 'each of --timesteps must be a whole number, received "4.5".'],
    ['named', `${USUAL} --shadows 4`, '--steps must say how long a shadow learns'],
    [
      'wide',
      `${USUAL} --shadows 4 --steps 2`,
      '--shadows must be 0 for so few images, half of 230 is 115, and a step takes 200.',
    ],
    ['named', `${USUAL} --fail-on privacy`, '--fail-on must be membership or memorisation, received "privacy".'],
    ['named', `${USUAL} --fail-on membership,copies`, 'each of --fail-on must be membership or memorisation, received'],
    [
      'named',
      `${USUAL} --evaluation @none --fail-on memorisation`,
      'none, which is not there. Evaluate the model first.',
    ],
  ])('%s with %s', async (model, typed, sentence) => {
    const args = typed.split(' ').map((word) => (word.startsWith('@') ? place(word.slice(1)) : word));
    await refuses(audit(model, 'refused', ...args), sentence);
    expect(existsSync(place('out/refused/audit.json'))).toBe(false);
  });

  it.each([
    ['o/run', '--run must lie outside --out, since it tells the risk of each image'],
    ['named/run', '--run must lie outside --model'],
    ['known', '--run must not be the folder of the images'],
  ])('to keep what is private in %s', async (run, sentence) => {
    const places = ['--out', place('o'), '--run', place(run), '--cache-dir', place('cache')];
    await refuses(runCli('audit', '--model', place('named'), ...IMAGES, ...places), sentence);
  });

  it('what evaluate cannot tell, as evaluate refuses it', async () => {
    await refuses(
      runCli('evaluate', '--fail-on', 'membership'),
      '--fail-on must be memorisation; `pipeline audit` measures membership, received "membership".',
    );
  });
});
