import * as z from 'zod';
import type { GrantReading } from '../iam/grant-record.ts';
import type { GrantedStatement } from '../iam/roles.ts';
import { json } from './wire.ts';
import type { WireAnswer } from './wire.ts';

/** Where the local cloud answers about permissions. */
export const GRANTS_PATH = '/_local/grants';

export interface Grants {
  since(mark: number): GrantReading;
  statements(): readonly GrantedStatement[];
  /** Takes these statements away, and gives back all others. */
  withdraw(ids: readonly string[]): void;
}

const Since = z.coerce.number().int().nonnegative().default(0);
const Ids = z.array(z.string());

/**
 * `GET /_local/grants?since=<mark>` lists what roles did by the permissions they have and what they were refused,
 * `GET /_local/grants/statements` what the templates allow them. `PUT /_local/grants/withdrawn` takes a list of
 * statements' ids away, as if the templates did not have them, and gives back all others.
 */
export const answerGrants = (grants: Grants, method: string, url: URL, body: string): WireAnswer => {
  try {
    const route = `${method} ${url.pathname.slice(GRANTS_PATH.length)}`;
    if (route === 'GET ') return json(200, grants.since(Since.parse(url.searchParams.get('since') ?? undefined)));
    if (route === 'GET /statements') return json(200, grants.statements());
    if (route === 'PUT /withdrawn') {
      grants.withdraw(Ids.parse(JSON.parse(body)));
      return json(200, {});
    }
    return json(404, { message: 'There are GET /_local/grants, its /statements, and PUT of its /withdrawn' });
  } catch (error) {
    return json(400, { message: error instanceof Error ? error.message : String(error) });
  }
};
