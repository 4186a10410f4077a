/** What an import takes and gives. */
import type { SamplerName } from '@onnoise/scheduler';
import type { PictureSize } from '@onnoise/scheduler/model';
import type { Parity } from '@onnoise/training/folder';
import type { NamedFiles } from './find-checkpoint.ts';

export interface ImportOptions extends NamedFiles {
  /** Folder of a diffusers pipeline or of its network, or a .safetensors file. */
  from: string;
  /** Model folder to write. */
  out: string;
  /** Of the pictures, where the checkpoint does not say it. */
  size?: PictureSize | undefined;
  /** Whether a picture that the network is told comes before the sample in its channels, where the config does not say. Default: false. */
  conditionFirst?: boolean | undefined;
  /** Whether to write the weights beside the network, too, for diffusers and `pipeline train --init`. Default: true. */
  weights?: boolean | undefined;
  onProgress?: ((progress: { done: number; total: number; note?: string }) => void) | undefined;
}

export interface ImportResult {
  /** How far tfjs and onnxruntime are apart. */
  parity: Parity;
  parameters: number;
  /** Size of the ONNX file. */
  bytes: number;
  /** The sampler that the checkpoint was saved with, where it is one to ask for by name. */
  sampler: SamplerName | undefined;
  /** Whether it is an autoencoder, which draws nothing by itself. */
  autoencoder: boolean;
  /** Notes for the user, one sentence each. */
  notes: string[];
}
