/** The README.md beside a set: what it is, and the command that makes it again. */

import { LABEL } from '@onnoise/base/pictures';
import { plural } from '@onnoise/base/text';
import { columnsOf } from './files.ts';
import { formatOf } from './formats.ts';
import { countFiles, type PhantomSet, USUAL } from './options.ts';

/** The options that differ from the usual ones, as typed. */
function phantomOptions(set: PhantomSet): string {
  const typed = [`--count ${set.count}`];
  for (const name of ['seed', 'size', 'right', 'abnormal', 'anomaly', 'duplicates', 'broken', 'format'] as const) {
    if (set[name] !== USUAL[name]) typed.push(`--${name} ${set[name]}`);
  }
  if (set.age.join() !== USUAL.age.join()) typed.push(`--age ${set.age.join()}`);
  if (set.sex !== undefined) typed.push(`--sex ${set.sex}`);
  if (set.masks) typed.push('--masks');
  return typed.join(' ');
}

const ANOMALY = ' `anomaly` is 1 where a finger bone\n  is missing or clearly too short, else 0.';

const MASKS = `- \`masks/<id>.png\`: of each picture that can be read, what its pixels show. An indexed PNG of the picture's size, in which a
  pixel is the number of its label; \`masks/labels.json\` has the names. They are no pictures: train on \`images\` alone.
`;

export function readmeOf(set: PhantomSet): string {
  const { count, duplicates, broken } = set;
  const planted = [
    ...(duplicates > 0 ? [`${plural(duplicates, 'copy', 'copies')} of them, every second one slightly changed`] : []),
    ...(broken > 0 ? [`${plural(broken, 'file')} that cannot be read`] : []),
  ];
  return `# Phantoms of hand radiographs

**${LABEL}** A program drew the ${plural(countFiles(set), 'file')} below \`images\`. Nobody was exposed to
rays for them, and nothing that is found in them says anything about people. Do not use them for diagnosis, and do not give
results on them as results on radiographs.

- \`images/<id>.${formatOf(set.format).ending}\`: ${[plural(count, 'picture'), ...planted].join(', ')}. Each says in its metadata what it is.
- \`hands.csv\`: \`${columnsOf(set)}\`, the layout of the RSNA Bone Age challenge. \`boneage\` is in months.${set.anomaly === undefined ? '' : ANOMALY}
${set.masks ? MASKS : ''}- \`truth.jsonl\`: a line of JSON for each file, with what is known of it: age, sex, side, where the bones are and how wide
  their growth plates, what is abnormal, what is a copy of what, what is broken.

To make the same files again:

\`\`\`sh
pipeline phantom ${phantomOptions(set)} --out hands
\`\`\`
`;
}
