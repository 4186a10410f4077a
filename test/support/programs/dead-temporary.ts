/** Names of temporary files that a dead process would have left. */
import { spawnSync } from 'node:child_process';
import { asideName, temporaryName } from '#base/files/output.ts';

const gone = spawnSync(process.execPath, ['-e', '']).pid;

/** A dead process's temporary name for a path. */
export const deadTemporary = (path: string) => dead(temporaryName(path));

/** The name to which a dead process had moved a path aside. */
export const deadAside = (path: string) => dead(asideName(path));

const dead = (name: string) => name.replace(`-${process.pid}-`, `-${gone}-`);
