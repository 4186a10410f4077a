/** The work of `pipeline utility`: the images are prepared, the networks trained, and each file written when it is whole. */
import { join } from 'node:path';
import { checkWritable, requireApartFromData, withLock, writeWhole } from '@onnoise/base/files';
import { sayDetail, sayNote, sayResult, withInterrupt, withProgress } from '@onnoise/base/terminal';
import { formatDuration, formatPath, plural } from '@onnoise/base/text';
import { gainLine, RUNS_FILE, type Utility, utility, utilityPage } from '@onnoise/evaluation';
import { USUAL_COUNTS } from '@onnoise/evaluation/options';
import { namedSets, type UtilityArguments } from '../options/utility-fields.ts';
import { prepareWithProgress } from './prepare-with-progress.ts';

const FIGURES = 'utility.json';
const REPORT = 'report.html';
const LOCK = '.utility.lock';

export async function measureUtility(args: UtilityArguments): Promise<void> {
  const { realCount: counts = USUAL_COUNTS, seeds, steps, syntheticShare: share, minutes, out, dryRun } = args;
  const images = namedSets(args);
  for (const data of [images.typed.source as string, images.test?.data, images.synthetic.data]) {
    await requireApartFromData('--out', join(out, REPORT), 'file', data);
  }
  const job = { images, counts, seeds, steps, share, minutes, out, dryRun };
  await withInterrupt(async (signal) => {
    const begin = performance.now();
    const measure = () =>
      utility(job, {
        stage: (label, unit, work) => withProgress(label, { unit }, work),
        prepare: (options) => prepareWithProgress(options, signal),
        onNote: sayNote,
        signal,
      });
    const secondsSince = () => Number(((performance.now() - begin) / 1000).toFixed(3));
    if (dryRun) {
      const found = await measure();
      sayResult(plannedLines(found), { ...found, seconds: secondsSince() });
      return;
    }
    await checkWritable('--out', out, 'folder');
    for (const file of [FIGURES, REPORT, RUNS_FILE]) await checkWritable(`${file} in --out`, join(out, file), 'file');
    const words = { action: `measure utility in ${formatPath(out)}`, doing: 'is measuring there' };
    await withLock(join(out, LOCK), words, async () => {
      const found = await measure();
      signal.throwIfAborted();
      const files = { json: join(out, FIGURES), html: join(out, REPORT), runs: join(out, RUNS_FILE) };
      await writeWhole(files.json, `${JSON.stringify(found, undefined, 2)}\n`);
      await writeWhole(files.html, await utilityPage(found));
      const seconds = secondsSince();
      sayDetail(`Took ${formatDuration(seconds)}`);
      sayResult(
        [
          ...found.gains.map(gainLine),
          ...found.limits.map((limit) => `Limit: ${limit}`),
          ...unfinished(found),
          `Report: ${formatPath(files.html)}`,
        ],
        { ...found, files, seconds },
      );
    });
  });
}

const unfinished = ({ runs: { done, planned } }: Utility): string[] =>
  done === planned ? [] : [`${done} of ${plural(planned, 'run')} are done: the same command goes on.`];

function plannedLines({ data, synthetic, settings, runs }: Utility): string[] {
  const { counts, seeds, steps, batch } = settings;
  return [
    `Real images: ${data.name}, ${data.pool} to choose from, ${data.test} to test on${data.testName === undefined ? '' : ` of ${data.testName}`}`,
    `Synthetic images: ${synthetic.name}, ${synthetic.count}`,
    `Runs: ${runs.planned} of ${plural(steps, 'step')} with ${plural(batch, 'image')}, for ${counts.join(', ')} real images and ${plural(seeds, 'seed')}; ${runs.done} are done`,
  ];
}
