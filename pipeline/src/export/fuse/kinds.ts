/** The fused graphs that a model folder can hold, and where. */

export const FUSED_KINDS = ['step', 'loop', 'loop-noise'] as const;

/** `step`: one row a call. `loop`: all rows, from seeds. `loop-noise`: all rows, from noise that is an input. */
export type FusedKind = (typeof FUSED_KINDS)[number];

export const pathOfFused = (kind: FusedKind): string => `fused/${kind}.onnx`;

/** A sampler's table for them. */
export const TABLE_FILE = 'fused/table.json';
