/** What npm on this machine is set to. */
import { execFileSync } from 'node:child_process';

export const npmSetting = (name: string): string =>
  execFileSync('npm', ['config', 'get', name], { encoding: 'utf8', shell: process.platform === 'win32' }).trim();

/** The URL of the registry that npm asks, with a slash at its end. */
export const upstreamRegistry = (): string => npmSetting('registry').replace(/\/*$/, '/');
