/**
 * `pipeline setup`: gives the npm packages tfjs-node and tfjs-node-gpu their native part, which npm leaves out.
 */
import { join } from 'node:path';
import { cacheFolder } from '@onnoise/base/install';
import { isAbort, sayNote, sayResult, UsageError, withInterrupt, withProgress } from '@onnoise/base/terminal';
import { program } from '@onnoise/base/text';
import type { NativeKind } from '@onnoise/training/engines';
import { chooseIndex, PYPI } from '../setup/package-index.ts';
import type { Hooks } from '../setup/plan.ts';
import { type Command, textOption } from './options/command.ts';

/** The options of `pipeline setup`; its help explains them. */
export interface SetupArguments {
  package?: string | undefined;
  cuda?: boolean | undefined;
  index?: string | undefined;
  force?: boolean | undefined;
  dryRun?: boolean | undefined;
}

const MIB = 2 ** 20;
const KINDS: readonly string[] = ['tfjs-node', 'tfjs-node-gpu'] satisfies NativeKind[];

export const command: Command<SetupArguments> = {
  usage:
    '$0 setup <tfjs-node|tfjs-node-gpu> [options]\n\nDownloads TensorFlow 2.18.1 from PyPI, builds the addon with a C++ compiler and checks that it works, on Linux x64. You can run it again at any time: it keeps what is already there.',
  words: { package: { type: 'string', describe: 'tfjs-node or tfjs-node-gpu' } },
  options: {
    cuda: {
      boolean: true,
      defaultDescription: 'if there is an NVIDIA driver',
      describe: "For tfjs-node-gpu: also download CUDA's libraries; --no-cuda leaves them out",
    },
    index: textOption('Python package index to download from', { defaultDescription: `PIP_INDEX_URL or ${PYPI}` }),
    force: { boolean: true, describe: 'Download and build everything again' },
    'dry-run': { boolean: true, describe: 'Print what it would do, then stop' },
  },
  epilogue: 'HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS and CXX are respected.',
  examples: [
    ['$0 setup tfjs-node', 'TensorFlow on the CPU'],
    ['$0 setup tfjs-node-gpu --no-cuda', "without CUDA's libraries"],
  ],
  handler: async (args) => {
    const options = readArguments(args);
    const { kind } = options;
    const [{ packageFolder, readInstall }, { openHttpClient }, { setUp }, { thisSystem }] = await Promise.all([
      import('@onnoise/training/engines'),
      import('../setup/http-client.ts'),
      import('../setup/setup.ts'),
      import('../setup/system.ts'),
    ]);
    const install = readInstall(kind);
    // An addon without native.json is not ours.
    const installed = install?.tensorflow === 'unknown' ? undefined : install;
    const place = {
      folder: packageFolder(kind),
      cache: join(cacheFolder(), 'tfjs-node'),
      installed,
      system: thisSystem(),
      http: openHttpClient(),
    };
    try {
      await withInterrupt((signal) => setUp({ ...options, ...place, hooks, signal }));
    } catch (error) {
      if (isAbort(error)) sayNote('The downloads are kept; the same command continues from there.');
      throw error;
    }
  },
};

/** What to set up, and how. @throws UsageError as `readKind` does, InputError for an invalid index */
export function readArguments(args: SetupArguments, env = process.env) {
  const { cuda, index, force = false, dryRun = false } = args;
  return { kind: readKind(args), cuda, index: chooseIndex(index, env), force, dryRun };
}

/** @throws UsageError for a missing or unknown package, and for --cuda with tfjs-node */
function readKind({ package: kind, cuda }: SetupArguments): NativeKind {
  if (kind === undefined || !KINDS.includes(kind)) {
    const received = kind === undefined ? 'nothing' : `"${kind}"`;
    throw new UsageError(`the package must be ${KINDS.join(' or ')}, received ${received}.`);
  }
  if (cuda !== undefined && kind !== 'tfjs-node-gpu') {
    throw new UsageError(`--cuda and --no-cuda are for tfjs-node-gpu; run ${program('setup', 'tfjs-node-gpu')}.`);
  }
  return kind as NativeKind;
}

const hooks: Hooks = {
  say: (line) => sayResult(line, {}),
  note: sayNote,
  progress: (label, work) =>
    withProgress(label, { unit: 'MiB' }, (report) => {
      let last = -1;
      return work((bytes, all) => {
        const done = Math.ceil(bytes / MIB);
        if (done !== last) report({ done, total: Math.ceil(all / MIB) });
        last = done;
      });
    }),
};
