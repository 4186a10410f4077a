/** `@onnoise/scheduler`. */
export * from '@onnoise/scheduler';
