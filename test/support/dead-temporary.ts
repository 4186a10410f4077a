/** Names of temporary files as a process that is gone would have left them. */
import { spawnSync } from 'node:child_process';
import { asideName, temporaryName } from '#pipeline/files/output.ts';

const gone = spawnSync(process.execPath, ['-e', '']).pid;

/** The temporary name of a path, of a process that is gone. */
export const deadTemporary = (path: string) => dead(temporaryName(path));

/** The name that a process which is gone had moved a path to. */
export const deadAside = (path: string) => dead(asideName(path));

const dead = (name: string) => name.replace(`-${process.pid}-`, `-${gone}-`);
