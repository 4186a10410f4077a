// The process that a server computes in: engine.mjs [milliseconds to rest before it loads its code]. Started by
// src/engine/process.ts, and ends with its parent.
// Ctrl-C in a terminal reaches every process there; when to stop is the server's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
await new Promise((rested) => setTimeout(rested, Number(process.argv[2] ?? 0)));

const { register } = await import('tsx/esm/api');
register({ tsconfig: false });
const { serveEngine } = await import('../src/engine/child.ts');
serveEngine();
