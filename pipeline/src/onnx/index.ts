/** The tracer: a tfjs function in, an ONNX graph out. */
export type { Graph } from './graph.ts';
export { encodeModel } from './protobuf.ts';
export { type TensorSpec, type TraceOptions, trace } from './trace.ts';
