/** What `pipeline audit` says of copies and of privacy by training, and what `--fail-on` makes of it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PrivacyReport } from '#evaluation/privacy/index.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { writeExactModel } from '#test/evaluate/exact-model.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { exampleEvaluation, exampleMemorisation } from '#test/evaluation.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { refusal, runCli } from '#test/run-cli.ts';

describe('pipeline audit', () => {
  const root = temporaryFolder();
  const place = (name: string) => join(root, name);
  const bars = (count: number, seed: number): ImageSet => {
    const { labels: _, ...images } = grainedBars({ count, classes: 2 }, seed);
    return images;
  };
  const read = (name: string): PrivacyReport =>
    JSON.parse(readFileSync(join(place(`out/${name}`), 'audit.json'), 'utf8'));
  const audit = (name: string, ...args: string[]) => auditModel('model', name, ...args);
  const auditModel = (model: string, name: string, ...args: string[]) =>
    runCli(
      ...['audit', '--model', place(model), '--data', place('known'), '--test-data', place('other')],
      ...['--validation-share', '0', '--device', 'cpu', '--cache-dir', place('cache'), '--draws', '1'],
      ...[
        '--attacks',
        'loss',
        '--timesteps',
        '4',
        '--run',
        place(`runs/${name}`),
        '--out',
        place(`out/${name}`),
        ...args,
      ],
    );

  /** What an evaluation of the model found, as a file in its folder. */
  function writeEvaluation(more: Parameters<typeof exampleMemorisation>[0] = {}, dataHash?: string): void {
    const onnx = readFileSync(join(place('model'), 'unet', 'model.onnx'));
    const { model, data } = exampleEvaluation();
    const hash = createHash('sha256').update(onnx).digest('hex');
    const evaluation = exampleEvaluation({
      model: { ...model, hash },
      data: { ...data, hash: dataHash ?? read('first').data.hash },
      memorisation: exampleMemorisation(more),
    });
    writeFileSync(join(place('model'), 'evaluation.json'), JSON.stringify(evaluation));
  }

  beforeAll(async () => {
    await writeIdx(place('known'), bars(120, 1));
    await writeIdx(place('other'), bars(110, 9));
    await writeExactModel({ out: place('model'), images: bars(120, 5) });
    const { code, stderr } = await audit('first');
    expect(code, stderr).toBe(0);
  }, 180_000);

  it('writes one page without an evaluation, which says that nobody looked for copies', () => {
    expect(read('first')).toMatchObject({ copies: null, differentialPrivacy: null });
    const page = readFileSync(place('out/first/privacy.html'), 'utf8');
    expect(page).toContain('<p class="answer">Not looked for</p>');
  });

  it('takes what the model folder has of copies, and passes where none were found', async () => {
    writeEvaluation();
    const { code, stderr } = await audit('fine', '--fail-on', 'memorisation');
    expect(code, stderr).toBe(0);
    expect(read('fine').copies).toMatchObject({ verdict: 'none found', counts: { samples: 500 } });
    expect(readFileSync(place('out/fine/privacy.html'), 'utf8')).toContain('<p class="answer">None were found</p>');
  });

  it('ends with 3 and a sentence for each check that failed, those that could not be told among them', async () => {
    writeEvaluation({ verdict: 'copies found' });
    // No training.json says which images it was trained on.
    const { code, stderr } = await audit('both', '--fail-on', 'membership,memorisation');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /--fail-on membership: it may be told which images .*model was trained on\. --fail-on memorisation: copies of training images were found among pictures of .*model\.\n$/,
    );
    expect((await audit('one', '--fail-on', 'memorisation')).stderr).not.toContain('--fail-on membership');
    writeEvaluation({ verdict: 'cannot tell' });
    const unclear = await audit('unclear', '--fail-on', 'memorisation');
    expect([unclear.code, unclear.stderr]).toEqual([
      3,
      expect.stringContaining('copies of training images cannot be ruled out among pictures of '),
    ]);
  });

  it('passes over an evaluation of other images with a note, and refuses it where it is asked for', async () => {
    writeEvaluation({}, 'f'.repeat(64));
    const { code, stderr } = await audit('other-images');
    expect(code, stderr).toBe(0);
    expect(read('other-images')).toMatchObject({
      copies: null,
      notes: expect.arrayContaining([expect.stringContaining('evaluation.json is of others.')]),
    });
    expect(await refusal(audit('refused', '--evaluation', place('model')))).toContain(
      '--evaluation must be of the images of --data, received one of others (rings).',
    );
    expect(await refusal(audit('refused', '--evaluation', place('nowhere'), '--fail-on', 'memorisation'))).toContain(
      'nowhere, which is not there. Evaluate the model first.',
    );
    expect(existsSync(place('out/refused/audit.json'))).toBe(false);
  });

  it('tells the promise of a private run', async () => {
    await writeExactModel({
      out: place('private'),
      images: bars(120, 5),
      trainedOn: { hash: 'a'.repeat(64), config: { data: { validationShare: 0 }, training: { seed: 0 } } },
    });
    const path = join(place('private'), 'training.json');
    const told = { epsilon: 2, delta: 1e-5, unit: 'image', records: 120, clip: 1, timesteps: 1 };
    const privacy = { ...told, noiseMultiplier: 1.2, samplingRate: 0.1, steps: 50 };
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), privacy }));
    const { code, stderr } = await auditModel('private', 'private');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(
      "The hash of a private run's images is under its secret key, so whether these are the images of training cannot be checked.",
    );
    expect(read('private')).toMatchObject({
      differentialPrivacy: { epsilon: 2, started: false },
      verdict: 'cannot tell',
    });
    expect(readFileSync(place('out/private/privacy.html'), 'utf8')).toContain('epsilon 2, delta 0.00001');
  });
});

describe('--fail-on refuses', () => {
  it.each([
    ['audit', 'privacy', '--fail-on must be membership or memorisation, received "privacy".'],
    ['audit', 'membership,copies', 'each of --fail-on must be membership or memorisation, received "copies".'],
    [
      'audit',
      'membership,',
      '--fail-on must be a list separated by commas, as membership,memorisation, received "membership,".',
    ],
    [
      'evaluate',
      'membership',
      '--fail-on must be memorisation; `pipeline audit` measures membership, received "membership".',
    ],
  ])('%s --fail-on "%s"', async (command, value, sentence) => {
    const model = command === 'audit' ? ['--model', 'models/digits'] : [];
    expect(await refusal(runCli(command, ...model, '--fail-on', value))).toContain(sentence);
  });
});
