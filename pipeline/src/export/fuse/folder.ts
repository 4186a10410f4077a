/** A fused graph for a model folder that there is. */
import { readFile } from 'node:fs/promises';
import { requireSpace } from '@onnoise/base/files';
import { readModelFolder } from '@onnoise/runtime-node';
import { requireSameWeights } from '@onnoise/training/fine-tuning';
import { checkArtefactTarget, copyArtefact } from '@onnoise/training/folder';
import { type Fused, fuse } from './fuse.ts';
import { fusedTable, type TableOptions } from './table-file.ts';

export interface FuseFolderOptions {
  /** Model folder; it stays as it is, unless it is `out`, too. */
  model: string;
  /** Model folder to write: a copy with the graph. */
  out: string;
  /** For the table that is written beside it. */
  table: TableOptions;
}

/** @throws InputError as `readModelFolder`, `fusedTable`, `fuse` and `checkArtefactTarget` do; nothing is written then. */
export async function fuseFolder({ model, out, table }: FuseFolderOptions): Promise<Fused> {
  const artefact = await readModelFolder(model);
  const compiled = fusedTable(artefact, table);
  await checkArtefactTarget(out, model);
  await requireSameWeights(model);
  const onnx = await readFile(artefact.onnx);
  await requireSpace(out, 2 * onnx.length, `write the model ${out}`);
  const fused = await fuse({ action: `fuse ${model}`, onnx, unet: artefact, table: compiled });
  await copyArtefact(model, out, fused.files);
  return fused;
}
