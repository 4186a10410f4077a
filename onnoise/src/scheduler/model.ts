/** `@onnoise/scheduler/model`. */
export * from '@onnoise/scheduler/model';
