/** Compiles the addon of the packages: two C++ files against libtensorflow's C API and Node-API. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { temporaryName } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import { runCommand } from './command.ts';

const COMPILERS = ['g++', 'clang++', 'c++'];
/** Compiles with every C++17 compiler that has its standard library. */
const TRIAL = '#include <string_view>\nint main() { return std::string_view("").size(); }\n';

/** The command of a working compiler, as words. @throws InputError if there is none */
export async function findCompiler(env = process.env, signal?: AbortSignal): Promise<string[]> {
  const own = env.CXX?.split(/\s+/).filter(Boolean) ?? [];
  const tried = [...(own.length > 0 ? [own] : []), ...COMPILERS.map((name) => [name])];
  for (const [command, ...args] of tried) {
    const trial = ['-std=c++17', '-fsyntax-only', '-x', 'c++', '-'];
    const { code } = await runCommand(command!, [...args, ...trial], { env, input: TRIAL, ...(signal && { signal }) });
    if (code === 0) return [command!, ...args];
  }
  throw new InputError(
    `Cannot build the addon: a C++17 compiler must be installed, none of ${tried.map((words) => words.join(' ')).join(', ')} works. ` +
      'Install one (apt-get install g++, dnf install gcc-c++) or name one in CXX.',
  );
}

export interface CompileOptions {
  compiler: readonly string[];
  /** Folder of the npm package, whose `binding` is compiled. */
  folder: string;
  /** Where libtensorflow and its headers are now; at run time they are in `<folder>/deps`. */
  libraries: string;
  headers: string;
  /** Where to put the addon. */
  addon: string;
  signal?: AbortSignal;
}

/** @throws InputError with the compiler's message */
export async function compileAddon(options: CompileOptions): Promise<void> {
  const { compiler, folder, libraries, headers, addon, signal } = options;
  const [command, ...words] = compiler;
  const { include_dir: nodeApi } = createRequire(import.meta.url)('node-api-headers') as { include_dir: string };
  const binding = join(folder, 'binding');
  const sources = (await readdir(binding)).filter((name) => name.endsWith('.cc')).map((name) => join(binding, name));
  const temporary = temporaryName(addon);
  await mkdir(dirname(addon), { recursive: true });
  try {
    const { code, stderr } = await runCommand(
      command!,
      [
        ...words,
        ...['-std=c++17', '-O3', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
        ...[`-I${nodeApi}`, `-I${headers}`, ...sources],
        ...[`-L${libraries}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
        ...['-Wl,-rpath,$ORIGIN/../../deps/lib', '-o', temporary],
      ],
      signal && { signal },
    );
    if (code !== 0) {
      const reason = stderr.split('\n').find((line) => /error|cannot|not found/i.test(line)) ?? stderr.slice(0, 200);
      throw new InputError(
        `Cannot build the addon: ${compiler.join(' ')} says "${reason.trim()}". ` +
          'If a file of libtensorflow is damaged, the same command with --force fetches it again.',
      );
    }
    await rename(temporary, addon);
  } finally {
    await rm(temporary, { force: true });
  }
}
