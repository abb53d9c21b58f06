import type { EventPattern } from './event-pattern.ts';
import type { RetryPolicy } from '../redelivery.ts';

/** Where a rule sends what it matches. */
export interface Target {
  readonly id: string;
  readonly arn: string;
  readonly kind: 'queue' | 'function' | 'state-machine';
  readonly roleArn: string | undefined;
  readonly deadLetterArn: string | undefined;
  readonly retryPolicy: RetryPolicy;
  /** What the target gets: a fixed text, or what this makes of the event's text. */
  readonly input: (eventText: string) => string;
}

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  /** Path of its resource, for messages. */
  readonly path: string;
  readonly enabled: boolean;
  readonly pattern: EventPattern | undefined;
  readonly patternText: string | undefined;
  readonly scheduleExpression: string | undefined;
  readonly targets: readonly Target[];
}

export interface Bus {
  readonly name: string;
  readonly arn: string;
}

/** The buses and rules of the templates. */
export const createRules = (busArn: (name: string) => string) => {
  const buses = new Map<string, Bus>([['default', { name: 'default', arn: busArn('default') }]]);
  const rules = new Map<string, Rule>();
  let byBus = new Map<string, readonly Rule[]>();
  return {
    putBus: (name: string): Bus => {
      const bus = { name, arn: busArn(name) };
      buses.set(name, bus);
      return bus;
    },
    putRule: (rule: Rule): void => {
      rules.set(rule.arn, rule);
      byBus = Map.groupBy(rules.values(), ({ busName }) => busName);
    },
    bus: (name: string): Bus | undefined => buses.get(name),
    buses: (): Bus[] => [...buses.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    rule: (arn: string): Rule | undefined => rules.get(arn),
    of: (busName: string): readonly Rule[] => byBus.get(busName) ?? [],
    /** @throws Error that names a rule whose bus no template makes */
    check: (): void => {
      for (const rule of rules.values()) {
        if (!buses.has(rule.busName))
          throw new Error(`${rule.path}.Properties.EventBusName: there is no event bus ${rule.busName}`);
      }
    },
  };
};

export type Rules = ReturnType<typeof createRules>;
