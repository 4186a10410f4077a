/** What an export gives. */
import type { Parity } from '@onnoise/training/folder';

export interface ExportResult {
  /** How far tfjs and onnxruntime are apart. */
  parity: Parity;
  /** Step of the exported checkpoint. */
  step: number;
  /** Size of the ONNX file. */
  bytes: number;
  /** Whether it is an autoencoder, which draws nothing by itself. */
  autoencoder: boolean;
  /** Notes for the user, one sentence each. */
  notes: string[];
}
