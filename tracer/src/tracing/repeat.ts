/**
 * Does a function make the same graph every time? What it computes in JavaScript becomes constants, so random numbers
 * in it would be drawn once and for all.
 */

import type { Graph, Node } from '../graph/graph.ts';
import { TraceError } from '../graph/trace-error.ts';
import type { Written } from './backend.ts';

/** What one run of a function left: its graph, not yet simplified, and the data that it gave to tfjs. */
export interface Recording {
  graph: Graph;
  written: readonly Written[];
}

/** @throws Error that names the operator whose constant differs, or the node. */
export function requireSame(first: Recording, second: Recording): void {
  // Constants are compared as they were given: folded ones, such as the mask of a dropout, may be the same by chance.
  for (const [i, { data, op, part }] of first.written.entries()) {
    if (!sameData(data, second.written[i]?.data)) throw differs(op ?? 'the function', 'a constant', part);
  }
  for (const [i, node] of first.graph.nodes.entries()) {
    if (!sameNode(node, second.graph.nodes[i])) throw differs('the function', `the node ${node.name}`);
  }
}

function differs(what: string, of: string, part?: string): TraceError {
  const error = new TraceError(
    `Cannot trace ${what}: ${of} of it must be the same in every run, but changes, as random numbers do; ` +
      `pass noise as an input of the function.${part === undefined ? '' : ` It is asked for by ${part}.`}`,
  );
  error.part = part;
  return error;
}

function sameData(a: Written['data'], c: Written['data'] | undefined): boolean {
  if (a.length !== c?.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], c[i])) return false;
  return true;
}

const sameNode = (a: Node, c: Node | undefined): boolean =>
  a.op === c?.op &&
  a.inputs.length === c.inputs.length &&
  a.inputs.every((input, i) => input === c.inputs[i]) &&
  JSON.stringify(a.attributes) === JSON.stringify(c.attributes);
