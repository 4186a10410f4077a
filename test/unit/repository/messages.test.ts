import { expect, test } from 'vitest';
import { isCodeOf, readText, repositoryFiles, SOURCES } from '#test/repository.ts';

/** Files that read errors of libraries which give only words. */
const LIBRARIES = [
  'base/src/pictures/decode.ts', // libvips
  'base/src/terminal/arguments.ts', // yargs
  'pipeline/src/bulk/worker.ts', // ioredis, through BullMQ
  'runtime-web/src/session/session.ts', // onnxruntime-web
  'scheduler/src/rules/errors.ts', // reasonOf
  'server/src/errors/errors.ts', // Fastify
  'training/src/engines/native/reason.ts', // TensorFlow, the dynamic linker
];

/** Places that compare or take apart words of a message. */
function comparisons(text: string): string[] {
  const found =
    /\.(test|exec)\([^()]*(\([^()]*\))?[^()]*\bmessage\b|\bmessage\)?\.(includes|startsWith|endsWith|match|search|replace)\(|\.replace\(\/\^?Cannot\b/;
  return text.split('\n').filter((line) => found.test(line));
}

test('errors are told apart by class or kind, and put together by reasonOf, not by our own sentences', () => {
  const code = repositoryFiles().filter((file) => isCodeOf([...SOURCES, 'scripts'], file));
  const found = code.filter((file) => comparisons(readText(file)).length > 0);
  expect(found.sort()).toEqual(LIBRARIES);
});
