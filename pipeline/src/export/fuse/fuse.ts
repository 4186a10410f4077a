/** The fused graph of a network, with a table to run it by, as files of a model folder. */
import { createHash } from 'node:crypto';
import { InputError, PACKED_COLUMNS } from '@onnoise/scheduler';
import type { NetworkShape } from '@onnoise/scheduler/model';
import { type DecodedGraph, decodeModel, encodeModel, NotRecovered, OPSET } from '@onnoise/tracer';
import { loopGraph } from './loop.ts';
import { type FusedParity, requireFusedParity } from './parity.ts';
import { type FusedTable, formatTable, TABLE_FILE } from './table-file.ts';

export const LOOP_FILE = 'fused/loop.onnx';

export interface FuseOptions {
  /** What fails, after "Cannot": `fuse models/digits`. */
  action: string;
  /** `unet/model.onnx` */
  onnx: Uint8Array;
  unet: NetworkShape;
  table: FusedTable;
}

export interface Fused {
  /** By their path in the folder. */
  files: Record<string, Uint8Array | string>;
  /** Size of the graph. */
  bytes: number;
  /** How far it is from sampling step by step. */
  parity: FusedParity;
}

/** What there is to say about it. */
export const reportOf = ({ bytes, parity }: Fused): Omit<Fused, 'files'> => ({ bytes, parity });

/** @throws InputError where the network's file cannot be built into another, or the pictures would differ. */
export async function fuse({ action, onnx, unet, table }: FuseOptions): Promise<Fused> {
  const network = readNetwork(action, onnx);
  // What the graph was made of, and the columns that it reads.
  const metadata = {
    ...network.metadata,
    network_sha256: createHash('sha256').update(onnx).digest('hex'),
    columns: PACKED_COLUMNS.join(','),
  };
  const graph = encodeModel(loopGraph(network, unet), metadata);
  const parity = await requireFusedParity(action, { network: onnx, graph, unet, table });
  return { files: { [LOOP_FILE]: graph, [TABLE_FILE]: formatTable(table) }, bytes: graph.length, parity };
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
