/** Sentences in tests, as a user reads them. */

/** A pattern of a sentence, or of a part of one: `*` stands for what depends on the machine, such as a folder. */
export const says = (sentence: string): RegExp =>
  new RegExp(sentence.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'));
