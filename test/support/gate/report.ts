/**
 * A reporter of vitest, used beside another: prints why tests were skipped, and leaves what the run found in the file that an environment
 * variable names.
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

export const REPORT = 'ONNOISE_TEST_REPORT';

export interface Failure {
  /** Names of the suites and of the test; empty where the file itself failed. */
  test: string;
  /** The first line of its error. */
  error: string;
}

export interface FileReport {
  project: string;
  /** From the root, with slashes. */
  file: string;
  /** Of its imports, hooks and tests. */
  seconds: number;
  passed: number;
  skipped: number;
  failures: Failure[];
}

export interface RunReport {
  files: FileReport[];
  /** First lines of errors that belong to no file. */
  errors: string[];
}

/** For `reporters` of a configuration. */
export function gateReporter(): Reporter {
  let vitest: Vitest;
  return {
    onInit(context) {
      vitest = context;
    },
    onTestRunEnd(modules, unhandled) {
      const { root, tagsFilter } = vitest.config;
      const lines = skips(modules, tagsFilter !== undefined || vitest.getGlobalTestNamePattern() !== undefined);
      if (lines.length > 0) vitest.logger.log(['Skipped:', ...lines, ''].join('\n'));
      const path = process.env[REPORT];
      if (path === undefined) return;
      const files = modules.map((module) => fileReport(module, root));
      const errors: string[] = [];
      for (const error of unhandled) {
        const owner = files.find(({ file }) => file === fromRoot(`${error.VITEST_TEST_PATH}`, root));
        if (owner === undefined) errors.push(firstLine(error));
        else owner.failures.push({ test: '', error: firstLine(error) });
      }
      writeFileSync(path, JSON.stringify({ files, errors } satisfies RunReport));
    },
  };
}

function fileReport(module: TestModule, root: string): FileReport {
  const tests = [...module.children.allTests()];
  const count = (state: 'passed' | 'skipped') => tests.filter((test) => test.result().state === state).length;
  const broken: (TestModule | TestSuite | TestCase)[] = [module, ...module.children.allSuites(), ...tests];
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } = module.diagnostic();
  const milliseconds = environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration;
  return {
    project: module.project.name,
    file: fromRoot(module.moduleId, root),
    seconds: milliseconds / 1000,
    passed: count('passed'),
    skipped: count('skipped'),
    failures: broken.flatMap((task) => {
      const [error] = task.type === 'test' ? (task.result().errors ?? []) : task.errors();
      const failed = task.type === 'test' ? task.result().state === 'failed' : error !== undefined;
      return failed ? [{ test: task.type === 'module' ? '' : task.fullName, error: firstLine(error) }] : [];
    }),
  };
}

const fromRoot = (path: string, root: string) => relative(root, path).replaceAll('\\', '/');

const firstLine = (error: { message?: string; name?: string } | undefined) =>
  `${error?.name ?? 'Error'}: ${error?.message ?? 'no message'}`.split('\n', 1)[0]!;

/** A line for each reason: that of `context.skip(note)`, or skipBecause's (skip.ts) of the test or of a suite around it. */
function skips(modules: readonly TestModule[], filtered: boolean): string[] {
  const counts = new Map<string, number>();
  for (const test of modules.flatMap((module) => [...module.children.allTests('skipped')])) {
    const reason = reasonOf(test) ?? (filtered ? undefined : 'no reason given');
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `  ${count} ${count === 1 ? 'test' : 'tests'}: ${reason}`);
}

function reasonOf(task: TestCase | TestSuite): string | undefined {
  const result = task.type === 'test' ? task.result() : undefined;
  const note = result?.state === 'skipped' ? result.note : undefined;
  return note ?? task.meta().skipReason ?? (task.parent.type === 'module' ? undefined : reasonOf(task.parent));
}
