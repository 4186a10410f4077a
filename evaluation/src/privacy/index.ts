export { formatPrivacyPage } from './page.ts';
export { type FoundCopies, type NamedEvaluation, readCopies, unlikeImages } from './read-copies.ts';
export { reportText, verdictLine } from './text.ts';
export type { CopyFindings, PrivacyReport } from './types.ts';
