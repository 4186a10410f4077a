/**
 * Provenance: npm signs what a package was built from where it is published by a workflow that GitHub or GitLab runs, and
 * only if the manifest names the repository of that workflow.
 *
 * Source: https://docs.npmjs.com/generating-provenance-statements
 */

/** `owner/name` of `git+https://github.com/owner/name.git` */
function repositoryName(url: string): string {
  return url
    .replace(/^git\+/, '')
    .replace(/^https:\/\/github\.com\//, '')
    .replace(/\.git$/, '');
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Why npm would not sign what this process publishes, one clause; undefined where it would. */
export function lacksProvenance(url: string, env: Environment = process.env): string | undefined {
  if (env.GITHUB_ACTIONS !== 'true') return 'it is signed only where .github/workflows/release.yml publishes';
  if (env.ACTIONS_ID_TOKEN_REQUEST_URL === undefined) return 'the workflow has no permission id-token: write';
  const name = repositoryName(url);
  if (env.GITHUB_REPOSITORY === name) return undefined;
  return `package.json names the repository ${name}, and the workflow runs in ${env.GITHUB_REPOSITORY}`;
}
