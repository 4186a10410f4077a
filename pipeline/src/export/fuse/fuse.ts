/** Fused graphs of a network, with the table to run them by, as files of a model folder. */
import { createHash } from 'node:crypto';
import { InputError, PACKED_COLUMNS } from '@onnoise/scheduler';
import type { NetworkShape } from '@onnoise/scheduler/model';
import { type DecodedGraph, decodeModel, encodeModel, type FileGraph, NotRecovered, OPSET } from '@onnoise/tracer';
import { FUSED_KINDS, type FusedKind, pathOfFused, TABLE_FILE } from './kinds.ts';
import { loopGraph } from './loop.ts';
import { type FusedParity, requireFusedParity } from './parity.ts';
import { stepGraph } from './step.ts';
import { type FusedTable, formatTable } from './table-file.ts';

export interface FuseOptions {
  /** What fails, after "Cannot": `fuse models/digits`. */
  action: string;
  kinds: readonly FusedKind[];
  /** `unet/model.onnx` */
  onnx: Uint8Array;
  unet: NetworkShape;
  table: FusedTable;
}

export interface Fused {
  /** By their path in the folder. */
  files: Record<string, Uint8Array | string>;
  kinds: FusedKind[];
  /** Size of the graphs. */
  bytes: number;
  /** How far they are from sampling step by step. */
  parity: FusedParity;
}

const GRAPH_OF: Readonly<Record<FusedKind, (network: FileGraph, unet: NetworkShape) => FileGraph>> = {
  step: stepGraph,
  loop: (network, unet) => loopGraph(network, unet, 'seed'),
  'loop-noise': (network, unet) => loopGraph(network, unet, 'noise'),
};

/** What there is to say about them. */
export const reportOf = ({ kinds, bytes, parity }: Fused): Omit<Fused, 'files'> => ({ kinds, bytes, parity });

/** @throws InputError where the network's file cannot be built into another, or the pictures would differ. */
export async function fuse({ action, kinds, onnx, unet, table }: FuseOptions): Promise<Fused> {
  const network = readNetwork(action, onnx);
  // What a runtime compares with the folder before it uses one.
  const metadata = {
    ...network.metadata,
    network_sha256: createHash('sha256').update(onnx).digest('hex'),
    columns: PACKED_COLUMNS.join(','),
  };
  const graphs = new Map(
    FUSED_KINDS.filter((kind) => kinds.includes(kind)).map((kind) => [
      kind,
      encodeModel(GRAPH_OF[kind](network, unet), metadata),
    ]),
  );
  const parity = await requireFusedParity(action, onnx, graphs, { unet, table });
  const files = Object.fromEntries([...graphs].map(([kind, bytes]) => [pathOfFused(kind), bytes]));
  const bytes = [...graphs.values()].reduce((sum, { length }) => sum + length, 0);
  return { files: { ...files, [TABLE_FILE]: formatTable(table) }, kinds: [...graphs.keys()], bytes, parity };
}

function readNetwork(action: string, onnx: Uint8Array): DecodedGraph {
  const refuse = (rule: string): never => {
    throw new InputError(`Cannot ${action}: its network must be as pipeline export writes it, ${rule}.`);
  };
  try {
    const network = decodeModel(onnx);
    if (network.opset !== OPSET) refuse(`with opset ${OPSET}, received opset ${network.opset}`);
    return network;
  } catch (error) {
    if (error instanceof NotRecovered) return refuse(error.message);
    throw error;
  }
}
