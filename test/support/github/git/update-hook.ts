/** The rules for a moved ref, as git's `update` hook: pushes over HTTP and the REST API both run this one script. */

/** Exit codes of the hook, so that the REST API can answer with the matching status. */
export const HOOK_PROTECTED = 2;
export const HOOK_WORKFLOWS = 3;

/**
 * Reads two variables: `LOCAL_GITHUB_PROTECTED`, full ref names separated by newlines, and
 * `LOCAL_GITHUB_WORKFLOWS`, `no` for a pusher that may not touch `.github/workflows`.
 */
export const UPDATE_HOOK = `#!/bin/sh
ref=$1 old=$2 new=$3
zero=0000000000000000000000000000000000000000
nl='
'
case "$nl$LOCAL_GITHUB_PROTECTED$nl" in
*"$nl$ref$nl"*)
  echo "error: GH006: Protected branch update failed for $ref." >&2
  echo "error: Changes must be made through a pull request." >&2
  exit ${HOOK_PROTECTED} ;;
esac
if [ "$LOCAL_GITHUB_WORKFLOWS" = no ] && [ "$new" != $zero ]; then
  touched=$(git log --format= --name-only --diff-merges=combined "$new" --not --branches --tags -- .github/workflows | sort -u | head -n 1)
  if [ -n "$touched" ]; then
    echo "refusing to allow a GitHub App to create or update workflow \\\`$touched\\\` without \\\`workflows\\\` permission" >&2
    exit ${HOOK_WORKFLOWS}
  fi
fi
exit 0
`;
