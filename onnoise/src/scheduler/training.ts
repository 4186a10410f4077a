/** `@onnoise/scheduler/training`. */
export * from '@onnoise/scheduler/training';
