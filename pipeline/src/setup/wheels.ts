/**
 * Which files of PyPI hold libtensorflow, and which of their entries are needed.
 *
 * The wheel called tensorflow is the build for CUDA 12; it computes on the CPU where there is no GPU. CUDA itself is in
 * the wheels that its metadata names, and is opened when TensorFlow starts.
 */
import type { NativeKind } from '@onnoise/training/engines';
import { PINNED } from './pinned.ts';
import type { Wheel } from './wheel.ts';

export const TENSORFLOW = '2.18.1';

/** `tensorflow-cpu`, as the index calls it. */
export const projectOf = ({ file }: Pick<Wheel, 'file'>) => file.split('-')[0]!.replaceAll('_', '-');
export const versionOf = ({ file }: Pick<Wheel, 'file'>) => file.split('-')[1]!;

/** The wheel with libtensorflow. */
export function tensorflowWheel(kind: NativeKind): Wheel {
  const project = kind === 'tfjs-node' ? 'tensorflow-cpu' : 'tensorflow';
  return PINNED.find((wheel) => projectOf(wheel) === project)!;
}

/** The wheels with CUDA. */
export const cudaWheels = (): readonly Wheel[] => PINNED.filter(({ folder }) => folder !== 'tensorflow');

const TENSORFLOW_FILES = [
  /^libtensorflow_(cc|framework)\.so\.2$/,
  /^include\/(tensorflow\/c|xla\/tsl\/c)\/.*\.h$/,
  /^include\/(tensorflow\/core|tsl)\/platform\/ctstring(_internal)?\.h$/,
  /^(THIRD_PARTY_NOTICES\.txt|include\/LICENSE)$/,
];
const CUDA_FILES = [/^lib\/.*\.so/, /^(bin|nvvm)\//];

/** Where an entry goes inside the wheel's folder; undefined for what is not needed. */
export function keep(folder: string, entry: string): string | undefined {
  if (entry.endsWith('/')) return undefined;
  if (/\.dist-info\/(licenses\/)?licen[sc]e[^/]*$/i.test(entry)) return entry.slice(entry.lastIndexOf('/') + 1);
  if (!entry.startsWith(`${folder}/`)) return undefined;
  const path = entry.slice(folder.length + 1);
  const wanted = folder === 'tensorflow' ? TENSORFLOW_FILES : CUDA_FILES;
  return wanted.some((pattern) => pattern.test(path)) && !path.endsWith('.py') ? path : undefined;
}
