import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluateCommand } from '#test/evaluate/command.ts';
import { writeExactModel } from '#test/evaluate/exact-model.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { runCli } from '#test/run-cli.ts';

const { place, read, seen, evaluatePlain } = evaluateCommand();

describe('pipeline evaluate --fail-on memorisation', () => {
  test('calls out a model that copies, and ends with 3 if so asked', { tags: 'long' }, async () => {
    const { labels: _, ...own } = grainedBars({ count: 560, classes: 2 }, 1);
    await writeExactModel({ out: place('parrot'), images: own });
    const card = await readFile(place('parrot/README.md'), 'utf8');
    const args = ['--model', place('parrot'), '--data', place('plain'), '--cache-dir', place('cache'), '--no-card'];
    const test = await writeIdx(place('others'), grainedBars({ count: 150, classes: 2 }, 9));
    const others = ['--test-data', test, '--steps', '10', '--count', '100'];
    const out = place('out/parrot');
    const run = (...more: string[]) =>
      runCli('evaluate', ...args, ...others, ...seen(), '--out', out, '--json', ...more);
    const { code, stdout, stderr } = await run('--fail-on', 'memorisation');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /--fail-on memorisation: copies of training images were found among the pictures of parrot\.\n$/,
    );
    expect(JSON.parse(stdout)).toMatchObject({
      files: { html: join(out, 'report.html') },
      data: { heldOut: 150, test: 'others' },
      settings: { count: 100 },
      memorisation: { verdict: 'copies found' },
    });
    expect(await readFile(place('parrot/README.md'), 'utf8')).toBe(card);
    expect((await run('--quiet')).code).toBe(0);

    // What cannot be told has not passed.
    const unclear = await evaluatePlain('unclear', ...others, '--no-card', '--fail-on', 'memorisation', '--quiet');
    expect(unclear.code).toBe(3);
    expect(unclear.stderr).toMatch(/^--fail-on memorisation: copies cannot be ruled out among the pictures of /);
  });

  test('of a model that started from another it cannot tell, and report, card and figures say why', {
    tags: 'long',
  }, async () => {
    const [card, training] = [place('fresh/README.md'), place('fresh/training.json')];
    const [words, whole] = [await readFile(card, 'utf8'), await readFile(training, 'utf8')];
    await writeFile(training, whole.replace('"training": {', '"training": { "init": "m/private/",'));
    const args = ['--model', place('fresh'), '--data', place('bars'), '--cache-dir', place('cache'), '--steps', '10'];
    const out = place('out/started');
    const run = await runCli('evaluate', ...args, ...seen(), '--out', out, '--json', '--fail-on', 'memorisation');
    const note =
      'The model started from the weights of private, and this data says nothing about copies of the images of private. Evaluate with those, too.';
    expect([run.code, JSON.parse(run.stdout).notes]).toEqual([3, [note]]);
    expect(run.stderr).toContain(note);
    expect(await read(out)).toMatchObject({
      notes: [note],
      memorisation: { verdict: 'cannot tell', reason: `No copies of these images were found. ${note}` },
    });
    expect(await readFile(join(out, 'report.html'), 'utf8')).toContain(`<p>${note}</p>`);
    expect(await readFile(card, 'utf8')).toContain(`\n- note: ${note}\n`);
    await writeFile(training, whole);
    await writeFile(card, words);
    await rm(place('fresh/evaluation.json'));
  });

  test('a note by the measures says how many test images are training images, too', { tags: 'long' }, async () => {
    const { labels: _, ...known } = grainedBars({ count: 560, classes: 2 }, 1); // those of the data, in order
    const { labels: __, ...other } = grainedBars({ count: 150, classes: 2 }, 9);
    const bytes = 30 * 64;
    const pixels = Uint8Array.of(...known.pixels.subarray(0, bytes), ...other.pixels.subarray(bytes));
    const test = await writeIdx(place('shared'), { ...other, pixels });
    const run = await evaluatePlain('shared', '--test-data', test, '--steps', '5', '--count', '100', '--no-card');
    const { notes, memorisation } = await read(place('out/shared'));
    const { heldOut } = memorisation!.duplicates;
    expect(heldOut).toBeGreaterThan(9);
    const note = `${heldOut} of the 150 real images to compare with are training images, too: the measures of real images look better for it.`;
    expect(notes).toContain(note);
    expect(run.stderr).toContain(note);
    expect(await readFile(place('out/shared/report.html'), 'utf8')).toContain(`<p>${note}</p>`);
  });
});
