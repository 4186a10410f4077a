import { existsSync } from 'node:fs';
import { digits } from '@onnoise/model-digits';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { expect, it } from 'vitest';

it('the package has the files that sampling reads, under the names that the runtimes look for', () => {
  const { evaluation: _, masks: __, ...read } = MODEL_FILES; // masks are of models that are told some
  expect(Object.keys(digits).toSorted()).toEqual(Object.values(read).toSorted());
  for (const [path, url] of Object.entries(digits)) {
    expect(url.pathname.endsWith(`/models/digits/${path}`), url.href).toBe(true);
    expect(existsSync(url), url.href).toBe(true);
  }
});
