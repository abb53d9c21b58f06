import { notImplemented } from '../aws-error.ts';
import type { Account, AwsService, Principal } from '../contracts.ts';

/** Who a session is, as AWS names it. */
const sessionOf = (account: Account, principal: Principal): { readonly Arn: string; readonly UserId: string } => {
  if (principal.kind !== 'role') return { Arn: principal.arn, UserId: account.accountId };
  const name = principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
  return {
    Arn: `arn:${account.partition}:sts::${account.accountId}:assumed-role/${name}/local`,
    UserId: `AROA${name}:local`,
  };
};

/** AWS STS: `GetCallerIdentity`, which needs no permission. */
export const createSts = (options: { readonly account: Account }): { readonly service: AwsService } => ({
  service: {
    signingName: 'sts',
    async call(operation, _input, principal) {
      if (operation !== 'GetCallerIdentity') throw notImplemented(`sts:${operation}`);
      return { ...sessionOf(options.account, principal), Account: options.account.accountId };
    },
  },
});
