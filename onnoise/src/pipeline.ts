/** `@onnoise/pipeline`. */
export * from '@onnoise/pipeline';
