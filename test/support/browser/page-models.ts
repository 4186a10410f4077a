/** The list of models that the build gives the page (site/state/model-line.ts), for tests that load its modules without a build. */
export default [
  { id: 'digits', title: 'Digits', note: '', shape: [1, 28, 28], url: 'models/digits', bytes: 2_600_000 },
];
