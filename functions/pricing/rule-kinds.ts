import type { ErrorFactory } from '../../lib/runtime/errors.ts';
import {
  countryTaken,
  promotionEndsBeforeStart,
  promotionNotFound,
  shippingZoneNotFound,
  taxRateNotFound,
  taxRateTaken,
} from './model.ts';
import type { Rules } from './rules.ts';

/** What tax rates, shipping zones and promotions have in common, so that each use case is written once. */
export interface RuleKind<Rule extends StoredRule> {
  /** How people call it. */
  readonly noun: string;
  readonly max: number;
  readonly listOf: (rules: Rules) => readonly Rule[];
  readonly withList: (rules: Rules, list: Rule[]) => Rules;
  readonly notFound: ErrorFactory;
  /** @throws when `rule` cannot be beside the `others` */
  readonly check: (rule: Rule, others: readonly Rule[]) => void;
}

export interface StoredRule {
  readonly id: string;
  readonly version: number;
  readonly requestHash: string;
}

type TaxRates = Rules['taxRates'][number];
type ShippingZones = Rules['shippingZones'][number];
type Promotions = Rules['promotions'][number];

export const taxRates: RuleKind<TaxRates> = {
  noun: 'tax rate',
  max: 500,
  listOf: (rules) => rules.taxRates,
  withList: (rules, list) => ({ ...rules, taxRates: list }),
  notFound: taxRateNotFound,
  check: (rate, others) => {
    const same = others.find(
      (other) =>
        other.category === rate.category &&
        other.country === rate.country &&
        other.region === rate.region &&
        other.validFrom === rate.validFrom,
    );
    if (same === undefined) return;
    throw taxRateTaken(`The tax rate ${same.id} is for the same category, place and instant.`);
  },
};

export const shippingZones: RuleKind<ShippingZones> = {
  noun: 'shipping zone',
  max: 100,
  listOf: (rules) => rules.shippingZones,
  withList: (rules, list) => ({ ...rules, shippingZones: list }),
  notFound: shippingZoneNotFound,
  check: (zone, others) => {
    for (const other of others) {
      const taken = other.countries.find((country) => zone.countries.includes(country));
      if (taken !== undefined) throw countryTaken(`${taken} is in the shipping zone ${other.id} already.`);
    }
  },
};

export const promotions: RuleKind<Promotions> = {
  noun: 'promotion',
  max: 200,
  listOf: (rules) => rules.promotions,
  withList: (rules, list) => ({ ...rules, promotions: list }),
  notFound: promotionNotFound,
  check: ({ startsAt, endsAt }) => {
    if (startsAt === null || endsAt === null || startsAt < endsAt) return;
    throw promotionEndsBeforeStart('endsAt must be later than startsAt.');
  },
};
