/** Jasmine's globals, which must be there before tfjs' test files are. */
import jasmineRequire from 'jasmine-core/lib/jasmine-core/jasmine.js';

export interface SpecResult {
  fullName: string;
  status: string;
  failedExpectations: { message: string; stack?: string }[];
}

export interface Spec {
  getFullName(): string;
}

export interface JasmineEnv {
  configure(options: object): void;
  addReporter(reporter: { specDone(result: SpecResult): void }): void;
  beforeEach(fn: () => void): void;
  execute(): Promise<unknown>;
}

const jasmine = jasmineRequire.core(jasmineRequire);
export const env: JasmineEnv = jasmine.getEnv({ suppressLoadErrors: true });
Object.assign(globalThis, { jasmine }, jasmineRequire.interface(jasmine, env));
