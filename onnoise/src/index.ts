/** Sampling in Node, `@onnoise/runtime-node`; `onnoise/pipeline`, `onnoise/scheduler` and `onnoise/tracer` are the other libraries. */
export * from '@onnoise/runtime-node';
