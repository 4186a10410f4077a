/** Rules for what a user gives, and the errors that name what was wrong. */
export { type DiskRefusal, diskRefusal } from './disk.ts';
export { InputError, reasonOf, refuse, show, showNumber } from './errors.ts';
export { type Rules, readObject } from './read.ts';
export {
  anything,
  check,
  checkInteger,
  type Defaulted,
  flag,
  fraction,
  integer,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  only,
  optional,
  type Range,
  type Rule,
  rule,
  text,
  withDefault,
  worded,
} from './rule.ts';
