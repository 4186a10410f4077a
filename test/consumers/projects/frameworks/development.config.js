/** Vite 6 and 7 lose the worker and the model when they bundle packages for development. Their builds need no setting. */
export default { optimizeDeps: { exclude: ['@onnoise/runtime-web', '@onnoise/model-digits'] } };
