import * as z from 'zod';

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);

const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts,
  Resource: texts,
});

const Policy = z.object({ Version: z.string().optional(), Statement: z.array(Statement) });

/** What an authorizer's policy says of one method. */
export type Decision = 'allow' | 'deny' | 'not-allowed';

const patternOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .replace(/[$()+.[\\\]^{|}]/g, '\\$&')
      .replaceAll('*', '[^]*')
      .replaceAll('?', '[^]')}$`,
  );

const matchesInvoke = (action: string): boolean => patternOf(action.toLowerCase()).test('execute-api:invoke');

/**
 * Compiles the policy that an authorizer answers with: statements on `execute-api:Invoke` of method ARNs. An explicit
 * deny wins. Throws for anything else (conditions, other shapes).
 */
export const compileInvocationPolicy = (document: unknown): ((methodArn: string) => Decision) => {
  const statements = Policy.parse(document)
    .Statement.filter((statement) => statement.Action.some(matchesInvoke))
    .map((statement) => ({ effect: statement.Effect, patterns: statement.Resource.map(patternOf) }));
  return (methodArn) => {
    const hit = statements.filter(({ patterns }) => patterns.some((pattern) => pattern.test(methodArn)));
    if (hit.some(({ effect }) => effect === 'Deny')) return 'deny';
    return hit.length > 0 ? 'allow' : 'not-allowed';
  };
};
