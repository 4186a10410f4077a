/** What the two routes have in common. */
import type { NativeInstall, NativeKind } from '../train/engines/native/install.ts';
import type { Network } from './network.ts';

/** How a set-up tells what it does. */
export interface Hooks {
  say(line: string): void;
  /** Runs work that reports bytes done and bytes in all. */
  progress<T>(label: string, work: (report: (done: number, total: number) => void) => Promise<T>): Promise<T>;
}

export interface Job {
  kind: NativeKind;
  /** Of the npm package. */
  folder: string;
  /** Where downloads and libraries live, outside node_modules. */
  cache: string;
  /** What is set up now; null for nothing. */
  installed: NativeInstall | null;
  /** Whether no file of `installed` is gone or was cut. */
  whole: boolean;
  /** Whether to do everything again. */
  force: boolean;
  /** Whether CUDA's libraries are wanted; undefined: where there is a driver. */
  cuda: boolean | undefined;
  /** The index of Python packages. */
  index: string;
  network: Network;
  hooks: Hooks;
  signal?: AbortSignal;
}

/** What a route is going to do, checked as far as it can be before it is done. */
export interface Plan {
  /** In words, a line each. */
  lines: string[];
  /** Whether `deps` and `lib` of the package are made anew. */
  changes: boolean;
  /** Brings what can be brought without touching the package. */
  prepare(): Promise<void>;
  /** The package has `deps` and an addon after it. */
  install(): Promise<NativeInstall>;
}
