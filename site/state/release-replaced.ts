/**
 * Lets go of what Preact has replaced. Where a component renders by itself, Preact 11 leaves the node that stood for it in the
 * `props.children` of its parent, with all that it had drawn; children that were skipped since link it to every later drawing,
 * so that nothing the component ever drew is freed: https://github.com/preactjs/preact/issues/4909.
 *
 * Limit: it uses names that Preact shortens, as @preact/signals does. test/browser/library/leaks.test.ts finds out if they change.
 */
import { options, type VNode } from 'preact';

interface Drawn extends VNode {
  /** The component, with the node that stands for it. */
  __c: { __v: Drawn } | null;
  /** Children. */
  __k: unknown[] | null;
}

interface Hooks {
  vnode?(node: Drawn): void;
  /** After the work on a root, or on a component that renders by itself. */
  __c?(root: Drawn, queue: unknown[]): void;
}

const hooks = options as unknown as Hooks;
const { vnode: made, __c: committed } = hooks;
const replaced = new WeakMap<Drawn, Drawn>();

hooks.vnode = (node) => {
  // A node that is made with its component is a copy, to be drawn in place of the one before.
  if (node.__c) replaced.set(node, node.__c.__v);
  made?.(node);
};

hooks.__c = (root, queue) => {
  const before = replaced.get(root);
  if (before) before.__k = null;
  replaced.delete(root);
  committed?.(root, queue);
};
