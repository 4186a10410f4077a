/** A child process that is asked: how it is started and asked, what it answers with, and how it ended. */
export { type ChildEnd, ChildEnded, type EndKind } from './end.ts';
export { CallError } from './failure.ts';
export { endWithParent } from './lifetime.ts';
export type { Call } from './protocol.ts';
export { serveParent } from './serve.ts';
export { type Child, type ChildOptions, startChild } from './start.ts';
