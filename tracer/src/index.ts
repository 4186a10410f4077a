/** The tracer: a TensorFlow.js function in, an ONNX graph out. */

export { traceAnyBatch } from './dynamic-batch.ts';
export { type Constant, type Graph, GraphBuilder, type Node, type Port, type ValueType } from './graph.ts';
export { blockConvolutions } from './passes/blocked.ts';
export { fuseGroupNorm } from './passes/group-norm.ts';
export { simplify } from './passes/index.ts';
export { foldScale } from './passes/scale.ts';
export { encodeModel } from './protobuf.ts';
export { type TensorSpec, type TraceOptions, trace } from './trace.ts';
