/** Calls to a child process: starts it, calls its methods, serves them, and reports how it ended. */
export { type ChildEnd, ChildEnded, type EndKind } from './end.ts';
export { CallError } from './failure.ts';
export { endWithParent } from './lifetime.ts';
export type { Call } from './protocol.ts';
export { serveParent } from './serve.ts';
export { type Child, type ChildOptions, startChild } from './start.ts';
