/** What no shopper can bring about: work that died in the middle. It is written down as it would be left. */
import { invoke, setAttributes } from './deployer.ts';

export const LONG_AGO = '2020-01-01T00:00:00.000Z';

/** Lets the reconciler of orders run now, not with its schedule. */
export const reconcile = (): Promise<unknown> => invoke('orders', 'reconcile');

/** Makes a checkout without a verdict so old that the reconciler takes it over the next time that it runs. */
export const makeOverdue = (tenantId: string, orderId: string): Promise<void> =>
  setAttributes('orders', { pk: `t#${tenantId}#order#${orderId}`, sk: 'order' }, { dueSk: `${LONG_AGO}#${orderId}` });
