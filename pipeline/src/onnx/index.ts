/** The tracer: a tfjs function in, an ONNX graph out. */

export { blockSize } from './block-size.ts';
export { traceAnyBatch } from './dynamic-batch.ts';
export type { Graph } from './graph.ts';
export { blockConvolutions } from './passes/blocked.ts';
export { encodeModel } from './protobuf.ts';
export { type TensorSpec, type TraceOptions, trace } from './trace.ts';
