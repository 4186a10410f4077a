/** From a run of an autoencoder to its folder: trace both halves, check them against tfjs, write. */
import { basename } from 'node:path';
import { requireSpace } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import { encodeHalves, measureHalves, vaeFiles, whiten, writeAutoencoder } from '@onnoise/training/autoencoder';
import { LEARNT_FROM_PHANTOMS, requireParity } from '@onnoise/training/folder';
import { countParameters, type Model } from '@onnoise/training/model';
import type { LatentsFile } from '@onnoise/training/pictures';
import { learntFromPhantoms, type OpenedRun, readJson, runPaths } from '@onnoise/training/saved';
import { describeKnown } from './images-seen.ts';
import { readIfThere } from './read-if-there.ts';
import type { ExportResult } from './result.ts';
import { cardOf, type Learnt } from './run-card.ts';

export interface AutoencoderExport {
  run: string;
  out: string;
  opened: OpenedRun;
  model: Model & Required<Pick<Model, 'halves'>>;
  parameters: ReadonlyMap<string, Float32Array>;
  /** Whether to write the weights for diffusers. */
  weights: boolean;
  report: (done: number, note: string) => void;
}

const BYTES_A_WEIGHT = 4;

/** @throws InputError as `exportRun` does, and for a run that has not drawn yet, whose latents nobody has measured. */
export async function exportAutoencoder(job: AutoencoderExport): Promise<ExportResult> {
  const { run, out, opened, model, weights, report } = job;
  const { info } = opened.checkpoint;
  const latents = await readLatents(run);
  const { values: parameters, scale } = whiten(job.parameters, latents);
  const notes =
    latents.step === info.step
      ? opened.notes
      : [...opened.notes, `How latents are scaled was measured after step ${latents.step}, not ${info.step}.`];
  const copies = weights ? 2 : 1;
  await requireSpace(out, copies * BYTES_A_WEIGHT * countParameters(model), `write the model ${out}`);
  report(1, 'tracing');
  const halves = encodeHalves(model, parameters, { run: basename(run), step: String(info.step) });
  report(2, 'comparing with tfjs');
  const parity = await measureHalves(model, parameters, halves);
  requireParity(`export ${run}`, parity);
  const paths = runPaths(run);
  const exported = { run, out, opened, model, parity };
  const card = await cardOf({ ...exported, limits: (learnt) => limitsOf(model, learnt) });
  await writeAutoencoder({
    out,
    model,
    files: await vaeFiles(model, parameters, halves, scale, weights),
    card: { ...card, scale },
    samplesPng: await readIfThere(paths.sheetOf(info.step)),
    curvePng: await readIfThere(paths.loss),
  });
  return { parity, step: info.step, bytes: halves.encoder.length + halves.decoder.length, autoencoder: true, notes };
}

async function readLatents(run: string): Promise<LatentsFile> {
  const latents = await readJson(runPaths(run).latents);
  if (latents !== undefined) return latents as LatentsFile;
  throw new InputError(
    `Cannot export ${run}: it must have measured its latents, which a run does where it draws, but it has not yet. Continue it with --resume.`,
  );
}

function limitsOf({ shape }: Model, { data, seen }: Learnt): string[] {
  const [, height, width] = shape;
  return [
    `It takes images of ${width} x ${height} pixels, and others only for a diffusion model of their size.`,
    `It knows ${describeKnown(seen)}: images of another kind come back wrong.`,
    'A diffusion model that learns its latents draws no finer than it gives images back.',
    ...(learntFromPhantoms(data) ? [LEARNT_FROM_PHANTOMS] : []),
  ];
}
