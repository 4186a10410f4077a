/** Types that the two routes share. */
import type { NativeInstall, NativeKind } from '@onnoise/training/engines';
import type { HttpClient } from './http-client.ts';

/** How a set-up reports what it does. */
export interface Hooks {
  /** A result: what a dry run would do, and what came of a set-up. */
  say(line: string): void;
  /** What it is doing. */
  note(line: string): void;
  /** Runs work that reports bytes done and bytes in all. */
  progress<T>(label: string, work: (report: (done: number, total: number) => void) => Promise<T>): Promise<T>;
}

export interface SetupJob {
  kind: NativeKind;
  /** Of the npm package. */
  folder: string;
  /** Where downloads and libraries live, outside node_modules. */
  cache: string;
  /** What is set up now; undefined for nothing. */
  installed: NativeInstall | undefined;
  /** Whether no file of `installed` is missing or truncated. */
  whole: boolean;
  /** Whether to do everything again. */
  force: boolean;
  /** Whether to get CUDA's libraries; undefined: if there is a driver. */
  cuda: boolean | undefined;
  /** The index of Python packages. */
  index: string;
  http: HttpClient;
  hooks: Hooks;
  signal?: AbortSignal;
}

/** What a route will do, checked as far as possible beforehand. */
export interface Plan {
  /** The steps in words, a line each. */
  lines: string[];
  /** Whether the package's `deps` and `lib` are replaced. */
  changes: boolean;
  /** Does what can be done without touching the package. */
  prepare(): Promise<void>;
  /** Gives the package its `deps` and addon. */
  install(): Promise<NativeInstall>;
}
