/** The options of the set-up, as they are typed. */
import { parseArgs } from 'node:util';
import { InputError } from '@onnoise/scheduler';
import type { NativeKind } from '../train/engines/native/install.ts';
import { chooseIndex, PYPI } from './package-index.ts';
import type { Route } from './system.ts';

export const help = `npm run setup:tfjs-node [-- options]
npm run setup:tfjs-node-gpu [-- options]

Gets libtensorflow, builds the addon and checks that it computes. Run it again at any time: what is there stays.

  --route <npm|pypi>  npm: the package's own download, libtensorflow 2.9.1
                      pypi: the wheels of PyPI, TensorFlow 2.18.1; Linux x64, needs a C++ compiler
                      Default: the better one that can be reached; for GPUs that is pypi
  --cuda, --no-cuda   tfjs-node-gpu by pypi: get CUDA's libraries or not. Default: where there is an NVIDIA driver
  --index <address>   An index of Python packages in place of PIP_INDEX_URL or ${PYPI}
  --force             Download and build what is there, too
  --dry-run           Say what would be done
  --help              This text

HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS, CXX and TFJS_NODE_CDN_STORAGE are respected.
`;

export interface Options {
  kind: NativeKind;
  route: Route | undefined;
  cuda: boolean | undefined;
  index: string;
  force: boolean;
  dryRun: boolean;
}

const ROUTES: readonly string[] = ['npm', 'pypi'] satisfies Route[];
const KINDS: readonly string[] = ['tfjs-node', 'tfjs-node-gpu'] satisfies NativeKind[];

/** null: help is asked for. @throws InputError for what is not in it */
export function readOptions(args: readonly string[], env = process.env): Options | null {
  const refuse = (reason: string) => new InputError(`Cannot read the options: ${reason}`);
  const flag = { type: 'boolean' } as const;
  const word = { type: 'string' } as const;
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        route: word,
        index: word,
        cuda: flag,
        'no-cuda': flag,
        force: flag,
        'dry-run': flag,
        help: flag,
      },
    });
  } catch (error) {
    throw refuse(`${(error as Error).message.split('\n')[0]!.split('. ')[0]}; --help lists them.`);
  }
  const { values, positionals } = parsed;
  if (values.help) return null;
  const [kind, ...rest] = positionals;
  if (kind === undefined || !KINDS.includes(kind) || rest.length > 0) {
    throw refuse(`one package must be named, ${KINDS.join(' or ')}, received "${positionals.join(' ')}".`);
  }
  const { route } = values;
  if (route !== undefined && !ROUTES.includes(route as string)) {
    throw refuse(`--route must be ${ROUTES.join(' or ')}, received "${route}".`);
  }
  if (values.cuda && values['no-cuda']) throw refuse('--cuda and --no-cuda must not be given together.');
  if ((values.cuda || values['no-cuda']) && kind !== 'tfjs-node-gpu') {
    throw refuse('--cuda and --no-cuda are for tfjs-node-gpu; run npm run setup:tfjs-node-gpu.');
  }
  return {
    kind: kind as NativeKind,
    route: route as Route | undefined,
    cuda: values.cuda ? true : values['no-cuda'] ? false : undefined,
    index: chooseIndex(values.index as string | undefined, env),
    force: values.force === true,
    dryRun: values['dry-run'] === true,
  };
}
