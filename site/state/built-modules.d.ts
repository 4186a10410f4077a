/** Made by the build, see ../build/assets.ts. */
declare module 'virtual:onnoise/models' {
  const models: import('./model-line.ts').ModelLine[];
  export default models;
}

/** Made by the build, see ../build/runtime/plugin.ts; undefined where there is none. */
declare module 'virtual:onnoise/small-runtime' {
  const small: import('@onnoise/runtime-web').SmallRuntime | undefined;
  export default small;
}
