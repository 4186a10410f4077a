/** `@onnoise/tracer`. */
export * from '@onnoise/tracer';
