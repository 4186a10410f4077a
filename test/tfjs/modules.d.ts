/** What has no types of its own. */
declare module 'jasmine-core/lib/jasmine-core/jasmine.js' {
  // biome-ignore lint/suspicious/noExplicitAny: jasmine 3 ships no types.
  const jasmineRequire: any;
  export default jasmineRequire;
}
declare module 'tfjs:tests';
