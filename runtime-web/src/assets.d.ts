/** Files whose address the bundler gives. */
declare module '*.wasm?url' {
  const url: string;
  export default url;
}
