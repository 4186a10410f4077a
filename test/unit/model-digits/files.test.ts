import { existsSync } from 'node:fs';
import { digits } from '@onnoise/model-digits';
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { expect, it } from 'vitest';

it('the package has the files that sampling reads, under the names that the runtimes look for', () => {
  // Masks are of models that are told some, and autoencoders of those that draw latents.
  const { evaluation: _, masks: __, vae: ___, encoder: ____, decoder: _____, ...read } = MODEL_FILES;
  expect(Object.keys(digits).toSorted()).toEqual(Object.values(read).toSorted());
  for (const [path, url] of Object.entries(digits)) {
    expect(url.pathname.endsWith(`/models/digits/${path}`), url.href).toBe(true);
    expect(existsSync(url), url.href).toBe(true);
  }
});
