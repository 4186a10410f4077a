/** Made by the build, see ../build/assets.ts. */
declare module 'virtual:onnoise/models' {
  const models: import('./model-line.ts').ModelLine[];
  export default models;
}
