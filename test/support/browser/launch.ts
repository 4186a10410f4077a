/** How the tests, the screenshots and the benchmark start Chromium. */
import type { LaunchOptions } from 'playwright-core';
import { findChromium } from './chromium.ts';

const QUIET = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
];

/** A camera that shows a moving pattern, and whose use is granted. */
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/**
 * For the tests: WebAssembly's functions are checked and compiled when they are first called, and not a second time for speed. A page
 * calls a small part of onnxruntime's 27 MB for a few steps, and every page of a test begins anew.
 */
export const QUICK_WASM = '--js-flags=--wasm-lazy-compilation,--wasm-lazy-validation,--liftoff-only';

export interface BrowserOptions {
  /** WebGPU on Chromium's software renderer. Default: true. */
  webgpu?: boolean;
  /** More of the program's arguments. */
  args?: string[];
}

/** What `chromium.launch` of playwright-core takes. Chromium's sandbox is off: it needs what containers deny. */
export async function launchOptions({ webgpu = true, args = [] }: BrowserOptions = {}): Promise<LaunchOptions> {
  const { executablePath, env } = await findChromium();
  return {
    executablePath,
    env: { ...(process.env as Record<string, string>), ...env },
    args: ['--no-sandbox', ...QUIET, ...CAMERA, ...(webgpu ? ['--enable-unsafe-webgpu'] : []), ...args],
  };
}
