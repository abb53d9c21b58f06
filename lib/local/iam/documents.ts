import * as z from 'zod';

const list = <T extends z.ZodType>(item: T) => z.union([item.transform((value) => [value]), z.array(item)]);
const texts = list(z.string());
const scalar = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const conditionBlock = z.record(z.string(), z.record(z.string(), list(scalar)));
const principal = z.union([z.literal('*'), z.record(z.string(), texts)]);

const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Action: texts.optional(),
    NotAction: texts.optional(),
    Resource: texts.optional(),
    NotResource: texts.optional(),
    Principal: principal.optional(),
    NotPrincipal: principal.optional(),
    Condition: conditionBlock.optional(),
  })
  .refine(
    (value) => (value.Action === undefined) !== (value.NotAction === undefined),
    'exactly one of Action and NotAction',
  )
  .refine(
    (value) => value.Resource === undefined || value.NotResource === undefined,
    'not both Resource and NotResource',
  )
  .refine(
    (value) => value.Principal === undefined || value.NotPrincipal === undefined,
    'not both Principal and NotPrincipal',
  );

/** An IAM policy document in the forms that CloudFormation templates have (single values or lists). */
export const PolicyDocument = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: list(statement),
});

export type PolicyDocument = z.infer<typeof PolicyDocument>;
export type PolicyStatement = PolicyDocument['Statement'][number];

/** Parses a document; an error names the policy and the place in it. */
export const parsePolicy = (document: unknown, name: string): PolicyDocument => {
  const parsed = PolicyDocument.safeParse(document);
  if (!parsed.success) throw new Error(`The policy ${name} is not valid: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};
