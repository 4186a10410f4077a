/** What became of tfjs' tests: passed, refused in a sentence of the tracer, or wrong. */
import type { SpecResult } from './jasmine.ts';

export interface Outcomes {
  passed: string[];
  /** Tests by the sentence that refused them, each without what differs from test to test. */
  refused: Map<string, string[]>;
  /** Tests with what they found. */
  wrong: Map<string, string>;
}

/** A sentence of the tracer, in whatever jasmine says of an error that was thrown. What was received differs from test to test. */
const REFUSAL = /Cannot trace (?<what>[^:]+): (?<why>.+?)(?:, received [^;]*?)?(?:; (?<instead>.+?))?\.(?:\W|$)/;

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
  const { what, why, instead } = REFUSAL.exec(message)?.groups ?? {};
  return what && why && `${what}: ${why}${instead === undefined ? '' : `; ${instead}`}`;
}

/** The list that is kept: how many pass, then sentences in alphabetical order, the tests below them. */
export function formatRefused({ passed, refused }: Pick<Outcomes, 'passed' | 'refused'>): string {
  const sections = [...refused].sort(([a], [b]) => (a < b ? -1 : 1));
  const lists = sections.map(([sentence, names]) =>
    [`${sentence} (${names.length})`, ...names.map((name) => `  ${name}`)].join('\n'),
  );
  return `${[`${passed.length} tests pass`, ...lists].join('\n\n')}\n`;
}

const START = "<!-- from tfjs' own tests: `npx vitest run --project tfjs -u` writes this -->";
const END = '<!-- end -->';

/** A text whose part between two marks is what `list`, of formatRefused, says: counts, and a row for each kernel. */
export function withRefused(text: string, list: string): string {
  const passed = Number(list.split(' ', 1)[0]);
  const rows = [...list.matchAll(/^(\S.*?): (.+?)(?:; (.+))? \((\d+)\)$/gm)].map(
    ([, what, why, instead = '', count]) => [what!.replace('the tfjs kernel ', ''), count!, why!, instead],
  );
  const total = rows.reduce((sum, [, count]) => sum + Number(count), 0);
  const part = [
    START,
    `Of the tests that tfjs-core ships, ${passed} pass and ${total} are refused:`,
    '',
    ...padded([['kernel', 'tests', 'why', 'in its place'], ...rows]),
    '',
    END,
  ];
  return text.replace(new RegExp(`${START}[^]*?${END}`), () => part.join('\n'));
}

/** A table in the form that Biome gives tables: columns as wide as their widest cell. */
function padded(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const [head, ...others] = rows.map(line);
  return [head!, line(widths.map((width) => '-'.repeat(width))), ...others];
}
