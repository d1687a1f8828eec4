/** Endpoints an app calls with its JWT, and what an installation may ask about itself. */
import { notFound, Refusal } from '../../failure.ts';
import type { Installation } from '../../model.ts';
import { appShape, installationShape } from '../../shapes/apps.ts';
import { repositoryShape } from '../../shapes/repositories.ts';
import {
  installationById,
  installationOn,
  mintToken,
  repositoriesOf,
  type TokenRequest,
} from '../../state/installations.ts';
import { findRepo, findUser, timestamp } from '../../world.ts';
import { demandApp } from '../authenticate.ts';
import {
  type Call,
  created,
  input,
  noContent,
  number,
  ok,
  page,
  type Route,
  route,
  wrappedPage,
} from '../route.ts';

const one = (call: Call): Installation =>
  installationById(call.world, demandApp(call.caller), number(call, 'installation_id'));

const show = (call: Call, installation: Installation | undefined) => {
  if (installation === undefined) throw notFound();
  return ok(installationShape(call.world, installation));
};

function onAccount(call: Call, login: unknown, type: 'User' | 'Organization') {
  const app = demandApp(call.caller);
  const account = findUser(call.world, String(login));
  if (account?.type !== type) throw notFound();
  return show(call, installationOn(call.world, app, account));
}

export const appRoutes: readonly Route[] = [
  route('GET', '/app', (call) => {
    const app = demandApp(call.caller);
    const installations_count = call.world.installations.filter((each) => each.app === app).length;
    return ok({ ...appShape(call.world, app), installations_count });
  }),
  route('GET', '/app/installations', (call) => {
    const app = demandApp(call.caller);
    const all = call.world.installations.filter((each) => each.app === app);
    return page(call, all, (each) => installationShape(call.world, each));
  }),
  route('GET', '/app/installations/{installation_id}', (call) => show(call, one(call))),
  route('POST', '/app/installations/{installation_id}/access_tokens', (call) => {
    const installation = one(call);
    const token = mintToken(call.world, installation, input<TokenRequest>(call));
    const { repositories } = token;
    const listed =
      repositories === 'all'
        ? {}
        : {
            repositories: repositoriesOf(call.world, installation)
              .filter((repo) => repositories.has(repo.id))
              .map((repo) => repositoryShape(call.world, repo)),
          };
    return created({
      token: token.value,
      expires_at: timestamp(token.expiresAt),
      permissions: token.permissions,
      repository_selection: repositories === 'all' && installation.selection === 'all' ? 'all' : 'selected',
      ...listed,
    });
  }),
  route('GET', '/repos/{owner}/{repo}/installation', (call) => {
    const app = demandApp(call.caller);
    const repo = findRepo(call.world, `${call.params['owner']}/${call.params['repo']}`);
    const found = call.world.installations.find(
      (each) => each.app === app && repo !== undefined && repositoriesOf(call.world, each).includes(repo),
    );
    return show(call, found);
  }),
  route('GET', '/orgs/{org}/installation', (call) => onAccount(call, call.params['org'], 'Organization')),
  route('GET', '/users/{username}/installation', (call) => onAccount(call, call.params['username'], 'User')),
  route('GET', '/installation/repositories', (call) => {
    const { token } = call.caller;
    if (!token?.installation) throw new Refusal(403, 'Resource not accessible by integration');
    const chosen = token.repositories;
    const all = repositoriesOf(call.world, token.installation).filter(
      (repo) => chosen === 'all' || chosen.has(repo.id),
    );
    return wrappedPage(call, 'repositories', all, (repo) => repositoryShape(call.world, repo));
  }),
  route('DELETE', '/installation/token', (call) => {
    const { token } = call.caller;
    if (!token?.installation) throw new Refusal(403, 'Resource not accessible by integration');
    call.world.tokens.delete(token.value);
    return noContent;
  }),
];
