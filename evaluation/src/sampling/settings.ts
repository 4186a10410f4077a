/** Settings of sampling, checked against a model before anything is computed, and as a report tells them. */
import { completeRequest, type Device, type ModelFolder } from '@onnoise/runtime-node';
import { optionsOfSampler, picturesCalled, SAMPLER_OPTIONS } from '@onnoise/scheduler';
import type { SampledSettings } from '@onnoise/scheduler/evaluation';
import { sizeOf, toldInPictures, usualSampling } from '@onnoise/scheduler/model';
import type { Asked } from './ask.ts';
import type { SamplingSettings } from './sample.ts';

/** Class numbers, or a picture, for a model that must be told some: whatever they show. */
function anyTold(model: ModelFolder) {
  const conditionImage = toldInPictures(model);
  if (conditionImage === undefined) return {};
  const { shape, mask } = conditionImage;
  return { conditionImages: mask ? new Uint8Array(shape[1] * shape[2]) : new Float32Array(sizeOf(shape)) };
}

/** Pictures whose requests are checked at a time: what they are told takes memory. */
const CHECKED = 64;

/** Throws InputError for settings that this model cannot be sampled with; it asks for any class and numbers. */
export function checkSettings(model: ModelFolder, settings: SamplingSettings, batch: number | undefined): void {
  const conditions = Object.fromEntries(model.conditions.map(({ name, min }) => [name, min]));
  const labels = model.classes > 0 && { labels: [0] };
  completeRequest(model, { ...settings, count: 1, conditions, batch, ...labels, ...anyTold(model) });
}

/** The same for all that will be asked for, such as a number that training did not have. */
export function checkAsked(model: ModelFolder, { count, request }: Asked, seed: number): void {
  for (let first = 0; first < count; first += CHECKED) {
    const last = Math.min(count, first + CHECKED);
    completeRequest(model, { count: last - first, seed: seed + first, ...request(first, last) });
  }
}

/** What sampling makes of the settings, its defaults filled in. */
export function completeSettings(
  model: ModelFolder,
  settings: SamplingSettings,
  { count, seed, device }: { count: number; seed: number; device: Device },
): SampledSettings {
  const sampler = settings.sampler ?? usualSampling(model).sampler;
  const conditions = Object.fromEntries(model.conditions.map(({ name, min }) => [name, min]));
  const { table, guidance } = completeRequest(model, { ...settings, count: 1, conditions, ...anyTold(model) });
  const options = optionsOfSampler(sampler).map((name) => [name, settings[name] ?? SAMPLER_OPTIONS[name].default]);
  return {
    count,
    sampler,
    steps: table.steps,
    calls: picturesCalled(table.rows, guidance),
    ...(guidance && { guidance }),
    seed,
    device,
    options: Object.fromEntries(options),
  };
}
