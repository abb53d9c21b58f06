import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { changePerson, type ChangePersonDeps } from './change-person.ts';
import { Me, MePatch, toMe } from './customer-model.ts';
import { customerNotFound } from './model.ts';

export const updateMeRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/accounts/customers/me',
  summary: 'Change name or locale of the customer who is logged in',
  callers: ['customer'],
  ifMatch: 'optional',
  body: MePatch,
  response: Me,
  status: 200,
  errors: [customerNotFound, versionMismatch],
});

export const updateMe = (deps: ChangePersonDeps): UseCase<typeof updateMeRoute> => {
  const change = changePerson(deps);
  return async ({ caller, body, ifMatch }) => {
    const person = await change(
      caller,
      (current) => {
        const { name = current.name, locale = current.locale } = body;
        return name === current.name && locale === current.locale ? current : { ...current, name, locale };
      },
      ifMatch,
    );
    return { body: toMe(person), version: person.version };
  };
};
