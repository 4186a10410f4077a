/** What became of tfjs' tests: passed, refused in a sentence of the tracer, or wrong. */
import type { SpecResult } from './jasmine.ts';

export interface Outcomes {
  passed: string[];
  /** Tests by the sentence that refused them, each without what differs from test to test. */
  refused: Map<string, string[]>;
  /** Tests with what they found. */
  wrong: Map<string, string>;
}

/** A sentence of the tracer, in whatever jasmine says of an error that was thrown. */
const REFUSAL = /Cannot trace (?<what>[^:]+): (?<why>.+?)(?:, received|;|\.(?:\W|$))/;

export function sortOutcomes(results: readonly SpecResult[]): Outcomes {
  const outcomes: Outcomes = { passed: [], refused: new Map(), wrong: new Map() };
  for (const { fullName, status, failedExpectations } of results) {
    const name = fullName.replace(' onnx {}', '');
    if (status === 'passed') outcomes.passed.push(name);
    if (status !== 'failed') continue;
    const messages = failedExpectations.map(({ message }) => message);
    const refusals = messages.map(refusal);
    if (!refusals.every((sentence) => sentence !== undefined)) outcomes.wrong.set(name, messages.join('\n'));
    else outcomes.refused.set(refusals[0]!, [...(outcomes.refused.get(refusals[0]!) ?? []), name]);
  }
  return outcomes;
}

function refusal(message: string): string | undefined {
  const { what, why } = REFUSAL.exec(message)?.groups ?? {};
  return what && why && `${what}: ${why}`;
}

/** The list that is kept: sentences in alphabetical order, the tests below them. */
export function formatRefused({ refused }: Outcomes): string {
  const sections = [...refused].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${sections
    .map(([sentence, names]) => [`${sentence} (${names.length})`, ...names.map((name) => `  ${name}`)].join('\n'))
    .join('\n\n')}\n`;
}
