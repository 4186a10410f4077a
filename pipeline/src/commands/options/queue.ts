/** The options that `pipeline generate` and `pipeline worker` share: which Redis, and which keys in it. */
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { parseQueueUrl } from '../../bulk/redis-url.ts';

export interface QueueArguments {
  queue?: string | undefined;
  name: string;
}

/** As yargs wants them, in one group of the help. */
export function queueOptions(group: string) {
  return {
    queue: {
      ...({ group, string: true, requiresArg: true } as const),
      describe: 'Redis of the queue, such as redis://localhost:6379; use REDIS_URL if it has a password',
      defaultDescription: '$REDIS_URL',
    },
    name: {
      ...({ group, string: true, requiresArg: true, default: 'onnoise' } as const),
      describe: 'Prefix of all keys in Redis',
    },
  } as const;
}

/** The queue's address and name: `--queue`, else REDIS_URL, which other users do not see in the list of processes. */
export function readQueue(
  { queue, name }: QueueArguments,
  flags = { queue: '--queue', name: '--name' },
): { url: string; name: string } {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    refuse('use the queue', flags.name, 'letters, digits, dots, dashes and underscores', name);
  }
  const url = queue ?? process.env.REDIS_URL;
  if (url === undefined || url === '') {
    throw new InputError(
      `Cannot use the queue: ${flags.queue} must be given, as redis://localhost:6379, or REDIS_URL must be set.`,
    );
  }
  parseQueueUrl(url, flags.queue);
  return { url, name };
}
