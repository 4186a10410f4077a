/**
 * A vitest reporter, used beside another, that prints at the end which tests were skipped and why: one line per reason,
 * nothing if there were none. It leaves out to-dos, and tests excluded by `-t`, a filter of tags or a failed hook.
 *
 * The reason of a test is the nearest of: the note of `context.skip(note)`, skipBecause's (skip.ts) of the test or of a
 * suite around it, and `(skipped: reason)` in a title.
 */
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

const NAMES_SHOWN = 2;

/** The reporter, for `reporters` of a vitest configuration. It writes to vitest's own log, below the summary. */
export function skipReporter(): Reporter {
  let vitest: Vitest;
  return {
    onInit(context) {
      vitest = context;
    },
    onTestRunEnd(modules) {
      const { tagsFilter } = vitest.config;
      const lines = formatSkips(modules, vitest.getGlobalTestNamePattern(), tagsFilter !== undefined);
      if (lines.length > 0) vitest.logger.log(['Skipped:', ...lines, ''].join('\n'));
    },
  };
}

/** One line per reason: how many tests, the reason, and where they are; a fully skipped suite by its name. */
function formatSkips(modules: readonly TestModule[], pattern: RegExp | undefined, filtered: boolean): string[] {
  const groups = new Map<string | undefined, { count: number; names: Set<string> }>();
  for (const test of modules.flatMap((module) => [...module.children.allTests('skipped')])) {
    const path = pathTo(test);
    const chosen = pattern === undefined || pattern.test(path.map(({ name }) => name).join(' '));
    if (!chosen || test.options.mode === 'todo') continue;
    const reason = reasonOf(test);
    if (reason === undefined && (filtered || hasFailed(test.parent))) continue;
    const whole = path.find((task) => task === test || (task.options.mode === 'skip' && reasonOf(task) === reason));
    const group = groups.get(reason) ?? { count: 0, names: new Set() };
    group.count++;
    group.names.add(whole!.fullName);
    groups.set(reason, group);
  }
  return [...groups].map(([reason = 'no reason given', { count, names }]) => {
    const shown = [...names].slice(0, NAMES_SHOWN);
    if (names.size > NAMES_SHOWN) shown.push(`and ${names.size - NAMES_SHOWN} more`);
    return `  ${count} ${count === 1 ? 'test' : 'tests'}: ${reason} [${shown.join('; ')}]`;
  });
}

/** The suites around a test from the outermost on, and the test. */
function pathTo(task: TestCase | TestSuite): (TestCase | TestSuite)[] {
  return task.parent.type === 'module' ? [task] : [...pathTo(task.parent), task];
}

/** Whether a hook of a suite or module, or of one around it, failed. */
function hasFailed(suite: TestSuite | TestModule): boolean {
  return suite.errors().length > 0 || (suite.type === 'suite' && hasFailed(suite.parent));
}

/** Why a test or suite is skipped; undefined without a reason. */
function reasonOf(task: TestCase | TestSuite): string | undefined {
  const result = task.type === 'test' ? task.result() : undefined;
  const note = result?.state === 'skipped' ? result.note : undefined;
  const own = note ?? task.meta().skipReason ?? /\(skipped: (.+)\)/.exec(task.name)?.[1];
  return own ?? (task.parent.type === 'module' ? undefined : reasonOf(task.parent));
}
