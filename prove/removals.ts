import { type GrantedStatement, grantsClient, type GrantUse } from '../lib/local/grants-client.ts';
import { usesStatement } from './granted.ts';
import { type ProvingCloud, runSuite, startProvingCloud, type TestUses } from './grant-uses.ts';

/** Whether it is noticed that a statement is gone. */
export interface Removal {
  readonly statement: GrantedStatement;
  /** Who noticed it; undefined: nobody. */
  readonly by: string | undefined;
  /** The action that was named. */
  readonly action: string | undefined;
  /** Whether nothing else failed than the rule that no role is refused anything. */
  readonly byRefusalAlone: boolean;
  readonly seconds: number;
}

export interface Evidence {
  /** What the app does while it is started. */
  readonly start: readonly GrantUse[];
  readonly tests: readonly TestUses[];
}

interface Candidate {
  readonly file: string;
  /** Whether more than one of its tests uses the statement. */
  readonly several: boolean;
  /** When the first test that uses the statement ends. */
  readonly end: number;
  /** How long the whole file takes. */
  readonly whole: number;
}

/** Files that are tried before it is said that nothing notices. */
const MOST_FILES = 8;
const WATCH_MS = 1000;
const LONGEST_MS = 300_000;
const HANGS_AFTER_MS = 10_000;
/** A cloud gets slower with what was bought in it. */
const REMOVALS_PER_CLOUD = 40;

/**
 * The files whose tests use a statement, the quickest to fail first. Where files ran side by side, or a schedule's time
 * came, a single test may only have seen what others did: files with several such tests come first. A function may log
 * whenever it does anything, though that is noted only when it is cold.
 */
const candidatesOf = (statement: GrantedStatement, tests: readonly TestUses[]): Candidate[] => {
  const logs = statement.actions.every((action) => action.startsWith('logs:'));
  const direct = usesStatement(statement);
  const used = (use: GrantUse): boolean => direct(use) || (logs && use.role === statement.role);
  return [...Map.groupBy(tests, ({ file }) => file)]
    .flatMap(([file, all]) => {
      const users = all.filter(({ uses }) => uses.some(used));
      if (file === '' || users.length === 0) return [];
      const whole = Math.max(...all.map(({ end }) => end));
      return [{ file, several: users.length > 1, end: Math.min(...users.map(({ end }) => end)), whole }];
    })
    .sort((a, b) => Number(b.several) - Number(a.several) || a.end - b.end)
    .slice(0, MOST_FILES);
};

/** What the app needs to be deployed is missed at the start: it names the action and does not serve. */
const missedAtStart = async (statement: GrantedStatement): Promise<string | undefined> => {
  try {
    const { stop } = await startProvingCloud(['--without', statement.id]);
    await stop();
    return undefined;
  } catch (error) {
    return statement.actions.find((action) => String(error).includes(`to perform: ${action} `));
  }
};

/** Takes statements away one at a time, in a cloud that it keeps for many of them. */
export const createRemovals = (evidence: Evidence) => {
  let kept: ProvingCloud | undefined;
  let count = 0;

  const fresh = async (): Promise<ProvingCloud> => {
    await kept?.stop();
    kept = await startProvingCloud();
    count = 0;
    return kept;
  };

  const missedByFile = async (statement: GrantedStatement, candidate: Candidate) => {
    const { cloud, operatorKey } = kept === undefined || count >= REMOVALS_PER_CLOUD ? await fresh() : kept;
    count += 1;
    const grants = grantsClient(cloud.awsUrl);
    const before = await grants.since(0);
    await grants.withdraw([statement.id]);
    const giveUp = new AbortController();
    let seen = false;
    let done = false;
    let hanging: NodeJS.Timeout | undefined;
    const refusal = async () => (await grants.since(before?.mark ?? 0))?.refusals.find(usesStatement(statement));
    const watch = setInterval(() => {
      void refusal().then((refused) => {
        if (refused === undefined || seen || done) return;
        seen = true;
        // Waiting in vain is failing; the suite's own patience is for slow machines.
        hanging = setTimeout(() => giveUp.abort(), candidate.whole + HANGS_AFTER_MS);
      });
    }, WATCH_MS);
    const { passed, failure } = await runSuite(cloud, {
      operatorKey,
      file: candidate.file,
      giveUp: AbortSignal.any([giveUp.signal, AbortSignal.timeout(LONGEST_MS)]),
    });
    done = true;
    clearInterval(watch);
    clearTimeout(hanging);
    const refused = await refusal();
    await grants.withdraw([]);
    const { test, byRefusalAlone } = failure ?? { test: 'waits in vain', byRefusalAlone: false };
    const noticed = !passed && refused !== undefined;
    return { passed, by: noticed ? `${candidate.file}: ${test}` : undefined, action: refused?.action, byRefusalAlone };
  };

  const tried = async (statement: GrantedStatement): Promise<Omit<Removal, 'seconds'>> => {
    if (evidence.start.some(usesStatement(statement))) {
      const action = await missedAtStart(statement);
      if (action !== undefined) return { statement, by: 'the start of the app', action, byRefusalAlone: false };
    }
    for (const [index, candidate] of candidatesOf(statement, evidence.tests).entries()) {
      const { by, action, byRefusalAlone, passed } = await missedByFile(statement, candidate);
      if (by !== undefined) return { statement, by, action, byRefusalAlone };
      // A warm function may remember what it would have to ask for; and another failure may be of an earlier removal.
      if (index > 0 && passed) continue;
      await fresh();
      const again = await missedByFile(statement, candidate);
      if (again.by !== undefined)
        return { statement, by: again.by, action: again.action, byRefusalAlone: again.byRefusalAlone };
    }
    return { statement, by: undefined, action: undefined, byRefusalAlone: false };
  };

  return {
    remove: async (statement: GrantedStatement): Promise<Removal> => {
      const started = performance.now();
      const outcome = await tried(statement);
      return { ...outcome, seconds: (performance.now() - started) / 1000 };
    },
    stop: async () => {
      await kept?.stop();
      kept = undefined;
    },
  };
};
