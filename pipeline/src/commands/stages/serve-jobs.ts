/** The jobs of `pipeline serve`: where they are kept, and whether this server or workers make them. */
import { join } from 'node:path';
import { checkWritable, takeLock } from '@onnoise/base/files';
import { loadOptional, QUEUE_PACKAGES } from '@onnoise/base/install';
import { sayNote } from '@onnoise/base/terminal';
import { formatPath } from '@onnoise/base/text';
import { refuse } from '@onnoise/scheduler/rules';
import type { JobHost, OpenJobs } from '@onnoise/server';
import { readQueue } from '../options/queue.ts';

export interface JobArguments {
  jobs?: string | undefined;
  'job-queue'?: string | undefined;
  'job-queue-name'?: string | undefined;
  'max-job-images'?: number | undefined;
}

export interface PreparedJobs {
  open: OpenJobs | undefined;
  /** Says who makes them. */
  tell: () => void;
  release: () => Promise<void>;
}

const NONE: PreparedJobs = { open: undefined, tell() {}, release: async () => {} };

/**
 * Takes the folder for this server, and connects to the queue, before models are loaded.
 * @throws InputError for a folder that cannot be written or that another server has, and for a queue that is refused; Failure
 * for one that cannot be reached.
 */
export async function prepareJobs(args: JobArguments): Promise<PreparedJobs> {
  const { jobs: folder, 'job-queue': queue, 'job-queue-name': name = 'onnoise' } = args;
  if (folder === undefined) {
    for (const option of ['job-queue', 'job-queue-name', 'max-job-images'] as const) {
      if (args[option] !== undefined) refuse('serve', `--${option}`, 'left out without --jobs', args[option]);
    }
    return NONE;
  }
  const asked = queue ?? process.env.REDIS_URL;
  const address = asked ? readQueue({ queue, name }, { queue: '--job-queue', name: '--job-queue-name' }) : undefined;
  await checkWritable('--jobs', folder, 'folder');
  const { keepJobs } = await import('../../jobs/keep-jobs.ts');
  const release = await takeLock(join(folder, '.jobs.lock'), {
    action: `keep jobs in ${formatPath(folder)}`,
    doing: 'keeps jobs there',
  });
  try {
    if (address) return await jobsOfWorkers(folder, address, keepJobs, release);
    const { runHere } = await import('../../jobs/run-here.ts');
    return {
      open: keepJobs({ folder, createRunner: (host) => runHere(host, folder) }),
      tell: () => sayNote(`Jobs are kept in ${formatPath(folder)}, and made here while no request needs the engines.`),
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function jobsOfWorkers(
  folder: string,
  { url, name }: { url: string; name: string },
  keepJobs: typeof import('../../jobs/keep-jobs.ts').keepJobs,
  release: () => Promise<void>,
): Promise<PreparedJobs> {
  const [{ runByWorkers }, { connectQueue }] = await loadOptional(
    'serve',
    QUEUE_PACKAGES,
    () => Promise.all([import('../../jobs/run-by-workers.ts'), import('../../bulk/connect.ts')]),
    ['serve'],
  );
  let tell = sayNote; // until there is a log
  const connection = await connectQueue(url, (line) => tell(line), { flag: '--job-queue' });
  const createRunner = (host: JobHost) => {
    tell = host.warn;
    return runByWorkers(host, { connection, name, folder });
  };
  return {
    open: keepJobs({ folder, createRunner }),
    tell: () => sayNote(`Jobs are kept in ${formatPath(folder)}, and made by the workers of ${connection.shown}.`),
    async release() {
      connection.close();
      await release();
    },
  };
}
