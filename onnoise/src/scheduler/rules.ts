/** `@onnoise/scheduler/rules`. */
export * from '@onnoise/scheduler/rules';
