import { describeGrant, type Grant } from './granted.ts';

/** Permissions that the end-to-end suite does not use, each with the reason that it is granted nevertheless, and what covers it. */
const UNTESTED: readonly { readonly grant: RegExp; readonly reason: string }[] = [
  {
    grant: /^tenants-RepairTenants: apigateway:POST on apigateway \/apikeys$/,
    reason: 'a usage key that was lost is made again; the suite has no way to lose one',
  },
  {
    grant: /^payments-Authorize: dynamodb:GetItem on /,
    reason: 'who lost a race for a payment reads what won; providers.test.ts plays it with the fake of Stripe',
  },
  {
    grant: /^storage-MoveObject: dynamodb:BatchGetItem on /,
    reason:
      "the parts' sums of an object in parts, larger than the stores of the suite; move-object.test.ts moves some",
  },
  {
    grant: /^storage-MoveObject: sqs:SendMessage on sqs storage-Moves(Queue|Failed)/,
    reason: 'a move that takes more than one invocation, and one that is given up; move-object.test.ts has both',
  },
];

export const isUntested = (grant: Grant): boolean => UNTESTED.some((entry) => entry.grant.test(describeGrant(grant)));
