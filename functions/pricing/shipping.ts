import type { Currency } from '../../lib/runtime/money.ts';
import type { ShippingZone } from './model.ts';
import type { Destination } from './taxes.ts';

/** A way to ship to a destination, with its price as the merchant entered it. */
export interface OfferedMethod {
  readonly id: string;
  readonly name: string;
  readonly amount: number;
}

/** The methods of the destination's zone that are offered in the currency, in the merchant's order. */
export const methodsFor = (
  zones: readonly ShippingZone[],
  destination: Destination | null,
  currency: Currency,
): OfferedMethod[] => {
  const zone = zones.find((candidate) => destination !== null && candidate.countries.includes(destination.country));
  return (zone?.methods ?? []).flatMap((method) => {
    const price = method.amounts.find((amount) => amount.currency === currency);
    return price === undefined ? [] : [{ id: method.id, name: method.name, amount: price.amount }];
  });
};
