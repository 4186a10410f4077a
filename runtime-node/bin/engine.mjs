// The process that a server computes in; started by src/engine/process.ts, and ends with its parent.
// Ctrl-C in a terminal reaches every process there; when to stop is the server's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const { register } = await import('tsx/esm/api');
register({ tsconfig: false });
const { serveEngine } = await import('../src/engine/child.ts');
serveEngine();
