/**
 * The folder of a data set of nnU-Net, version 2: `dataset.json`, each channel of an image as a file in `imagesTr`, `case_0000.nii.gz`,
 * and its mask in `labelsTr`, `case.nii.gz`. Source: MIC-DKFZ/nnUNet, documentation/dataset_format.md.
 *
 * Limits: a colour picture that is one file for three channels is not read.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { namesFault } from '@onnoise/scheduler/model';
import { object, text } from '@onnoise/scheduler/rules';
import type { ChannelPatterns } from '../set/channel-patterns.ts';

const MASKS = 'labelsTr';

export interface NnunetFolder {
  channels: ChannelPatterns;
  /** Which files are masks. */
  masks: string;
  /** What the values of masks are called, as `labels.json` has it. */
  labels: Readonly<Record<string, string>>;
}

/** Undefined for any other folder. */
export function readNnunet(folder: string): NnunetFolder | undefined {
  const { channel_names: channels, labels, file_ending: ending } = describedIn(join(folder, 'dataset.json'));
  if (!object.holds(channels) || !object.holds(labels) || !text.holds(ending)) return undefined;
  const numbers = Object.keys(channels);
  const names = numbers.map((number) => String(channels[number]).replaceAll(/[^A-Za-z0-9_-]+/g, '_'));
  const differ = new Set(names).size === names.length && namesFault(names) === undefined;
  const named = differ ? names : numbers.map((number) => `channel_${number}`);
  const patternOf = (number: string) => `imagesTr/*_${number.padStart(4, '0')}${ending}`;
  return {
    channels: Object.fromEntries(numbers.map((number, i) => [named[i]!, patternOf(number)])),
    masks: `${MASKS}/*${ending}`,
    // A region of several values has a name of its own, but no value.
    labels: Object.fromEntries(
      Object.entries(labels)
        .map(([name, values]) => [[values].flat(), name] as const)
        .filter(([values]) => values.length === 1)
        .map(([[value], name]) => [String(value), name]),
    ),
  };
}

/** `--masks` as a pattern where it names the masks of nnU-Net's folder. */
export function masksOfNnunet(data: string, masks: string): string | undefined {
  if (masks !== MASKS && resolve(masks) !== resolve(data, MASKS)) return undefined;
  return readNnunet(data)?.masks;
}

function describedIn(path: string): Readonly<Record<string, unknown>> {
  try {
    const described: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return object.holds(described) ? described : {};
  } catch {
    return {};
  }
}
