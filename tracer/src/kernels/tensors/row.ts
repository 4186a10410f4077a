/**
 * What a kernel row is: the lowering of one tfjs kernel to ONNX nodes.
 *
 * To support another kernel, add a row under its tfjs name (the `kernelName` constants of tfjs-core's
 * `kernel_names.ts`) to the table of its family in this folder, and what tfjs' own tests leave out to
 * test/unit/tracer/kernels.test.ts.
 */
import type { GraphBuilder } from '../../graph/graph.ts';
import type { Value } from '../../graph/layout.ts';

/** Attributes of a tfjs kernel, as the op passed them. */
// biome-ignore lint/suspicious/noExplicitAny: tfjs types attributes per kernel, and a table holds all kernels.
export type KernelAttributes = Record<string, any>;

/**
 * @param b the graph being built
 * @param inputs the kernel's inputs by tfjs' names; kernels with a list of inputs (Concat, AddN, Pack) have '0', '1'
 *   and so on
 * @returns the kernel's output or outputs
 */
export type KernelRow = (b: GraphBuilder, inputs: Record<string, Value>, attrs: KernelAttributes) => Value | Value[];

export type KernelTable = Record<string, KernelRow>;
