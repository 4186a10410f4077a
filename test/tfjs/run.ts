/**
 * Runs the tests that tfjs-core's npm package ships, as they are, and writes what became of each to the file that is named
 * first, with the kernels that ran. `--constants`, `--channels-first` and `--reversed` say how tensors reach the
 * graph; `--only=words` runs the tests whose names match the regular expression.
 * This is what bundle.ts bundles; 'tfjs:tests' stands for the test files.
 */
import { writeFileSync } from 'node:fs';
import { uniforms } from '#test/models/traced.ts';
import { ran } from './environment.ts';
import { env, type Spec, type SpecResult } from './jasmine.ts';
import 'tfjs:tests';

// Tests of random numbers are to end the same every time.
Math.random = uniforms(1);

const results: Pick<SpecResult, 'fullName' | 'status' | 'failedExpectations'>[] = [];
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length) ?? '';
const wanted = new RegExp(only, 'i');
env.configure({ random: false, failFast: false, specFilter: (spec: Spec) => wanted.test(spec.getFullName()) });
env.addReporter({
  specDone: ({ fullName, status, failedExpectations }) => results.push({ fullName, status, failedExpectations }),
});
env.execute().then(() => {
  writeFileSync(process.argv[2]!, JSON.stringify({ results, ran: [...ran] }));
  process.exit(0);
});
