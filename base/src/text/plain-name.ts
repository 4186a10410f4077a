/** Text of others within Markdown. */

/** A name within a line of Markdown, as plain text. */
export const plainName = (name: string): string => name.replace(/[\\`*_[\]<>|#]/g, '\\$&').replace(/\s+/g, ' ');
