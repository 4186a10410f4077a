/**
 * Takes a lock in a process of its own: `node --import tsx lock-holder.ts <path>`. It prints `taken`, or why not, and
 * holds the lock until its standard input ends.
 */
import { takeLock } from '#base/files/lock.ts';

const [path] = process.argv.slice(2);
try {
  const release = await takeLock(path!, { action: 'do it', doing: 'does it' });
  process.stdout.write('taken\n');
  for await (const _ of process.stdin);
  await release();
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
}
