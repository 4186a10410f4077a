/** The tracer: a TensorFlow.js function in, an ONNX graph out. */

export { type DecodedGraph, decodeModel, NotRecovered } from './graph/decode.ts';
export {
  type Attribute,
  type Constant,
  type ConstantData,
  type Domain,
  type DType,
  type EmitOptions,
  type FileGraph,
  type Graph,
  GraphBuilder,
  type Node,
  type Port,
  type ValueType,
} from './graph/graph.ts';
export { encodeModel, OPSET } from './graph/protobuf.ts';
export { describePort, describeReport, type GraphReport, type ReportedPort, reportGraph } from './graph/report.ts';
export type { ConstantSpec, TensorSpec } from './graph/specs.ts';
export { TraceError } from './graph/trace-error.ts';
export type { NoiseInput } from './models/noise.ts';
export type { InputSizes } from './models/ports.ts';
export { type TraceModelOptions, traceModel } from './models/trace-model.ts';
export {
  type StateTensor,
  type TrainingStep,
  type TrainingStepOptions,
  traceTrainingStep,
} from './models/training-step.ts';
export { blockConvolutions } from './passes/blocked.ts';
export { chunkElementwise } from './passes/chunk.ts';
export { explainPasses } from './passes/explain.ts';
export { fuseGroupNorm } from './passes/group-norm.ts';
export { simplify } from './passes/index.ts';
export { type Joined, joinPorts } from './passes/joined.ts';
export { usePlainOperators } from './passes/plain-operators.ts';
export { foldScale } from './passes/scale.ts';
export type { Miss } from './rewrite/apply.ts';
export { traceAnyBatch } from './tracing/dynamic-batch.ts';
export { type Tensors, type TraceOptions, trace } from './tracing/trace.ts';
