/** Made by the build, see ../build/assets.ts. */
declare module 'virtual:onnoise/models' {
  const models: import('./models.ts').ModelLine[];
  export default models;
}
