/** The work of `pipeline anomaly`: images are prepared, reconstructed and scored, and each file is written when it is whole. */
import { join } from 'node:path';
import { requireSpace, writeWhole } from '@onnoise/base/files';
import { sayNote, withProgress } from '@onnoise/base/terminal';
import { formatPath, plural } from '@onnoise/base/text';
import type { DeviceChoice, ReconstructionPlan } from '@onnoise/runtime-node';
import { sizeOf } from '@onnoise/scheduler/model';
import type { Dataset, PrepareOptions } from '@onnoise/training/data';
import { callsFor, findAnomalies } from '../../anomaly/find.ts';
import { keepHighest, mapNames, SCORES, SHEET, writeMap, writeSheet } from '../../anomaly/report.ts';
import type { Side } from '../../anomaly/score.ts';
import { matchTruth, type Truth } from '../../anomaly/truth.ts';
import { prepareWithProgress } from './prepare-with-progress.ts';

/** Chance that the interval of the AUROC is wrong. */
const CHANCE = 0.05;

export interface Search extends ReconstructionPlan {
  /** As it was typed. */
  model: string;
  folder: string;
  device: DeviceChoice;
  images: PrepareOptions;
  draws: number;
  seed: number;
  side: Side;
  truth: Truth | undefined;
  truthPath: string | undefined;
  out: string;
  /** Images on the sheet. */
  show: number;
  /** Network calls for a batch and a draw. */
  calls: number;
}

export async function searchImages(job: Search, signal: AbortSignal) {
  const { images, truth, truthPath, out, seed } = job;
  const begin = performance.now();
  const dataset = await prepareWithProgress(images, signal);
  try {
    const { areaUnderCurve, imageNames } = await import('@onnoise/evaluation');
    const { nameOf, order } = await imageNames(images, dataset);
    const names = Array.from({ length: dataset.count }, (_, image) => nameOf(image));
    const abnormal = truth && matchTruth(truth, names, truthPath!);
    for (const note of dataset.notes) sayNote(note);
    if (order !== undefined) sayNote(`Images are called by their number, ${order}.`);
    const maps = mapNames(names);
    const scores = await score(job, dataset, maps, signal);
    const scored = (kind: boolean) => ({ scores: scores.filter((_, i) => abnormal?.[i] === kind) });
    const area = abnormal && areaUnderCurve(scored(true), scored(false));
    const auroc: Auroc | undefined = area && { value: area.value, interval: area.interval(CHANCE) };
    const rows = names.map((file, i) => ({
      file,
      score: Number(scores[i]!.toFixed(6)),
      ...(abnormal && { abnormal: abnormal[i] }),
      map: maps[i],
    }));
    rows.sort((a, b) => b.score - a.score);
    const { model, method, strength, steps, sampler, draws, side } = job;
    const settings = { model, data: images.data, method, strength, steps, sampler, draws, seed, side };
    const result = { settings, ...(auroc && { auroc }), skipped: dataset.skipped, images: rows };
    await writeWhole(join(out, SCORES), `${JSON.stringify(result, undefined, 2)}\n`);
    const seconds = Number(((performance.now() - begin) / 1000).toFixed(3));
    const lines = [
      `Scores: ${plural(rows.length, 'image')} in ${formatPath(join(out, SCORES))}, the highest ${rows[0]!.score.toFixed(3)} of ${rows[0]!.file}`,
      `Sheet: ${formatPath(join(out, SHEET))}: input, reconstruction, difference`,
      ...(auroc ? [aurocLine(auroc)] : []),
    ];
    return { lines, result: { out, count: rows.length, ...result, seconds } };
  } finally {
    dataset.close();
  }
}

interface Auroc {
  value: number;
  /** Of 95 %. */
  interval: readonly [low: number, high: number];
}

const aurocLine = ({ value, interval: [low, high] }: Auroc) =>
  `AUROC: ${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;

/** The score of each image; their maps and the sheet are written meanwhile. */
async function score(job: Search, dataset: Dataset, maps: readonly string[], signal: AbortSignal) {
  const { folder, device, out, show, calls, method, strength, steps, sampler, draws, seed, side } = job;
  const how = { method, strength, steps, sampler, draws, seed, side };
  const { loadModel } = await import('@onnoise/runtime-node');
  const model = await loadModel(folder, {
    device,
    onDevice: ({ device, reason }) => sayNote(`Device: ${device} (${reason})`),
  });
  const scores = new Float64Array(dataset.count);
  const highest = keepHighest(show);
  try {
    const { shape } = model;
    await requireSpace(out, dataset.count * sizeOf(shape), `write ${out}`);
    const total = callsFor(dataset.count, calls, draws, shape);
    await withProgress('Reconstructing', { unit: 'calls' }, async (report) => {
      let done = 0;
      await findAnomalies(model, dataset, {
        ...how,
        signal,
        onCall: () => report({ done: ++done, total }),
        onFinding: async (finding) => {
          scores[finding.image] = finding.score;
          highest.add(finding);
          await writeMap(join(out, maps[finding.image]!), finding, shape);
        },
      });
    });
    await writeSheet(out, highest.kept, model);
    return scores;
  } finally {
    await model.dispose();
  }
}
