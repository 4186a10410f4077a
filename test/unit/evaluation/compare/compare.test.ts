import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder, openSides, shortNames } from '#evaluation/compare/folders.ts';
import { formatComparison } from '#evaluation/compare/page.ts';
import { differingSettings } from '#evaluation/compare/settings.ts';
import { writeReport } from '#evaluation/report/write.ts';
import { toLines, writeEvaluatedModel, writeRun } from '#test/compare-folders.ts';
import { exampleEvaluation, exampleMeasures, examplePictures } from '#test/evaluation.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { refusal, runCli } from '#test/run-cli.ts';

describe('openSides', () => {
  it('reads runs, models and evaluations', async () => {
    const folder = temporaryFolder();
    const run = await writeRun(join(folder, 'a'), { steps: 300 });
    const model = await writeEvaluatedModel(join(folder, 'b'));
    mkdirSync(join(folder, 'c'));
    writeFileSync(join(folder, 'c', 'evaluation.json'), JSON.stringify(exampleEvaluation()));
    const sides = await openSides([run, model, join(folder, 'c')]);
    expect(sides.map(({ name, kind }) => [name, kind])).toEqual([
      ['a', 'run'],
      ['b', 'model'],
      ['c', 'evaluation'],
    ]);
    expect(sides[0]!.metrics).toHaveLength(300);
    expect(sides[0]!.validation.map(({ step }) => step)).toEqual([150, 300]);
    expect(sides[1]!.config).toMatchObject({ training: { lr: 0.002 } });
    expect(sides[2]!.evaluation?.model?.name).toBe('rings');
  });

  it('says what a run or a model does not have yet, and leaves out figures of other weights', async () => {
    const folder = temporaryFolder();
    const run = await writeRun(join(folder, 'a'), { steps: 0 });
    const [same, bare, other] = await Promise.all(
      ['b', 'c', 'd'].map((name) => writeEvaluatedModel(join(folder, name))),
    );
    rmSync(join(bare!, 'evaluation.json'));
    writeFileSync(join(other!, 'unet', 'model.onnx'), 'others');
    const sides = await openSides([run, same!, bare!, other!]);
    expect(sides.map(({ evaluation, notes }) => [evaluation?.settings.count, notes])).toEqual([
      [undefined, ['It has not trained a step yet.']],
      [500, []],
      [undefined, ['It has not been evaluated.']],
      [undefined, ['Its evaluation is of other weights than it has now, so it is left out.']],
    ]);
  });

  it('takes the newest sheet of a run that has no samples.png', async () => {
    const folder = temporaryFolder();
    const runs = [await writeRun(join(folder, 'a')), await writeRun(join(folder, 'b'))];
    rmSync(join(runs[0]!, 'samples.png'));
    mkdirSync(join(runs[0]!, 'samples'));
    for (const step of ['00000900', '00001000']) writeFileSync(join(runs[0]!, 'samples', `step-${step}.png`), step);
    expect(Buffer.from((await openSides(runs))[0]!.sheet!).toString()).toBe('00001000');
  });

  it.each<[what: string, make: (folder: string, run: string) => string[], sentence: RegExp]>([
    ['none', () => [], /the folders must be at least two, received none\.$/],
    ['one', (_, run) => [run], /at least two, received only .*a\.$/],
    ['one without a name', (_, run) => [run, ''], /each folder must be named, received "" for one\.$/],
    ['the same twice', (_, run) => [run, run], /each folder must be given once, received .*a twice\.$/],
    ['the same by another name', (_, run) => [run, join(run, '..', 'link')], /received .*link twice, which is .*a\.$/],
    [
      'what is not there',
      (folder, run) => [run, join(folder, 'z')],
      /z must be the folder of a run, .* there is none\.$/,
    ],
    ['a file', (_, run) => [run, join(run, 'config.json')], /config\.json must be the folder .* received a file\.$/],
    ['an empty folder', (folder, run) => [run, join(folder, 'empty')], /empty must be .* received an empty folder\.$/],
    ['pictures', (folder, run) => [run, join(folder, 'photos')], /photos must be .* received one with 1\.png\.$/],
  ])('refuses %s', async (_, make, sentence) => {
    const folder = temporaryFolder();
    const run = await writeRun(join(folder, 'a'), { steps: 2 });
    symlinkSync(run, join(folder, 'link'));
    for (const name of ['empty', 'photos']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'photos', '1.png'), '');
    await expect(openSides(make(folder, run))).rejects.toThrow(sentence);
  });

  it('names the file that is broken, or of another version', async () => {
    const folder = temporaryFolder();
    const run = await writeRun(join(folder, 'a'), { steps: 2 });
    const model = await writeEvaluatedModel(join(folder, 'b'));
    writeFileSync(join(model, 'evaluation.json'), '{');
    await expect(openSides([run, model])).rejects.toThrow(/^Cannot read .*b\/evaluation\.json: it must be JSON/);
    writeFileSync(join(model, 'evaluation.json'), '{"version": 7}');
    await expect(openSides([run, model])).rejects.toThrow(/evaluation\.json: version must be 1, received 7\./);
  });

  it.each(['metrics.jsonl', 'validation.jsonl'])('refuses a damaged %s, wherever the damage is', async (name) => {
    const folder = temporaryFolder();
    const runs = [await writeRun(join(folder, 'a'), { steps: 300 }), await writeRun(join(folder, 'b'))];
    const path = join(runs[0]!, name);
    const whole = readFileSync(path, 'utf8').trimEnd().split('\n');
    const notNumbers = fc.constantFrom(
      'garbage',
      '\0\0\0',
      '<html>',
      'null',
      '[]',
      '5',
      '{"loss":1}',
      '{"step":1,"loss":"x"}',
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), notNumbers, fc.boolean(), async (at, damage, ended) => {
        writeFileSync(path, whole.toSpliced(at, 1, damage).join('\n') + (ended ? '\n' : ''));
        const refused = await openSides(runs).catch((error: Error) => error);
        // Cut short by a kill: the last line, without its end.
        if (!ended && at >= whole.length - 1 && damage.startsWith('{')) return;
        expect(refused).toMatchObject({
          message: expect.stringMatching(
            new RegExp(
              `^Cannot read .*a/${name}: line ${at + 1} must be JSON with numbers for step, loss(, seconds)?, received `,
            ),
          ),
        });
      }),
      { numRuns: 60 },
    );
    writeFileSync(path, `${whole.join('\n')}\n${whole.at(-1)!.slice(0, -5)}`);
    expect((await openSides(runs))[0]!.metrics).toHaveLength(300);
  });
});

describe('inOrder', () => {
  const line = (step: number, loss = step) => ({ step, loss });
  it('drops what a killed run wrote after the step that it went on from', () => {
    const lines = [line(1), line(2), line(3), line(4), line(2, 20), line(3, 30)];
    expect(inOrder(lines)).toEqual([line(1), line(2, 20), line(3, 30)]);
  });
});

it('shortNames tells folders of the same name apart', () => {
  expect(shortNames(['/x/runs/a', '/x/runs/b'])).toEqual(['a', 'b']);
  expect(shortNames(['/x/runs/a', '/y/runs/a', '/x/b'])).toEqual(['x/runs/a', 'y/runs/a', 'b']);
});

describe('differingSettings', () => {
  it('gives dotted names and JSON values, and a setting that one side lacks', () => {
    const one = { training: { batch: 32, ema: null, widths: [1, 2] }, seed: 1 };
    const other = { training: { batch: 64, ema: null, widths: [1, 2], extra: 'x' }, seed: 1 };
    expect(differingSettings([one, undefined, other])).toEqual([
      { name: 'training.batch', values: ['32', undefined, '64'] },
      { name: 'training.extra', values: [undefined, undefined, '"x"'] },
    ]);
  });
});

describe('formatComparison', () => {
  it('shows losses, measures with intervals, pictures and differing settings, and no scripts', async () => {
    const folder = temporaryFolder();
    const report = await formatComparison(
      await openSides([
        await writeRun(join(folder, 'a')),
        await writeRun(join(folder, '<script>alert(1)'), { lr: 0.002 }),
        await writeEvaluatedModel(join(folder, 'c'), { measures: exampleMeasures(12.1) }),
      ]),
    );
    expect(report.replace(/"[^"]*"/g, '""')).not.toMatch(/<script/);
    expect(report).toContain('aria-label="Loss by step: a ends at ');
    expect(report).toContain('12.1<br><small>11.3 to 13.2</small>');
    expect(report).toMatch(/<code>training\.lr<\/code><\/th><td><code>0\.001<\/code><\/td><td><code>0\.002<\/code>/);
    expect(report.match(/data:image\/png/g)).toHaveLength(3);
  });

  it('warns where figures must not be held against each other', async () => {
    const folder = temporaryFolder();
    const { features, settings, data } = exampleEvaluation();
    const report = await formatComparison(
      await openSides([
        await writeEvaluatedModel(join(folder, 'a')),
        await writeEvaluatedModel(join(folder, 'b'), {
          features: { ...features, hash: 'f' },
          settings: { ...settings, count: 400 },
          data: { ...data, hash: 'd' },
        }),
      ]),
    );
    for (const words of ['The features are not', 'The numbers of pictures are not', 'The images are not the same']) {
      expect(report).toContain(words);
    }
  });

  it('takes runs of one step, losses that are the same, and a sheet that is broken', async () => {
    const folder = temporaryFolder();
    const runs = [await writeRun(join(folder, 'a'), { steps: 1 }), await writeRun(join(folder, 'b'), { steps: 1 })];
    writeFileSync(join(runs[0]!, 'metrics.jsonl'), toLines([{ step: 1, seconds: 0, loss: 0 }]));
    writeFileSync(join(runs[0]!, 'samples.png'), 'no picture');
    const report = await formatComparison(await openSides(runs));
    expect(report).not.toMatch(/NaN|Infinity|undefined/);
    expect(report).toContain('The sheet cannot be read.');
  });
});

describe('pipeline compare', () => {
  it('writes the file, and with --json says the figures', async () => {
    const folder = temporaryFolder();
    const run = await writeRun(join(folder, 'a'), { steps: 3 });
    const model = await writeEvaluatedModel(join(folder, 'b'));
    const out = join(folder, 'new', 'compare.html');
    const { code, stdout, stderr } = await runCli('compare', run, model, '--out', out, '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      out,
      folders: [
        { name: 'a', kind: 'run', steps: 3, heldOutLoss: null, measures: null, memorisation: null },
        { name: 'b', kind: 'model', steps: null, loss: null, measures: { frechet: 18.2 }, memorisation: 'none found' },
      ],
    });
    expect(readFileSync(out, 'utf8')).toMatch(/^<!doctype html>/);
    expect(await refusal(runCli('compare', 'a', 'b', '--out', 'report'))).toContain(
      '--out must be the name of an .html file, received "report"',
    );
  });

  it('replaces its own file, and no other', async () => {
    const folder = temporaryFolder();
    const run = await writeRun(join(folder, 'a'), { steps: 2 });
    await writeReport(exampleEvaluation(), examplePictures(), join(folder, 'b'));
    const compare = (name: string) => runCli('compare', run, join(folder, 'b'), '--out', join(folder, name));
    for (const _ of [1, 2]) expect((await compare('compare.html')).code).toBe(0);

    const report = join(folder, 'b/report.html');
    const before = readFileSync(report, 'utf8');
    expect(await refusal(compare('b/report.html'))).toMatch(
      /^Cannot compare: --out must be a new file or an earlier comparison, received \S+report\.html, which is a file of \S+\/b\.\n$/,
    );
    expect(readFileSync(report, 'utf8')).toBe(before);
    writeFileSync(join(folder, 'thesis.html'), '<h1>Mine</h1>');
    expect((await compare('thesis.html')).stderr).toMatch(/received \S+thesis\.html, which is another page\.\n$/);
    expect(readFileSync(join(folder, 'thesis.html'), 'utf8')).toBe('<h1>Mine</h1>');
  });
});
