import * as z from 'zod';
import { Instant } from './clock.ts';
import { Actor, TenantId } from './tenant.ts';

/** What every event carries around its detail. `id` = aggregate id + sequence, fixed at the write, so redelivery is recognizable. */
export const EnvelopeFields = z.object({
  id: z.string().max(200),
  tenant: TenantId,
  type: z.string().max(100),
  version: z.number().int().min(1),
  time: Instant,
  aggregateId: z.string().max(150),
  /** Position among the events of the aggregate, from 1, without gaps. */
  sequence: z.number().int().min(1),
  actor: Actor,
  correlationId: z.string().max(200),
});
export type EnvelopeFields = z.output<typeof EnvelopeFields>;

/** An event declared once, by its producer: rule, publisher and consumer read this object. */
export interface EventContract<Type extends string = string, Detail extends z.ZodType = z.ZodType> {
  /** EventBridge source: `cartwright.<domain>`. */
  readonly source: string;
  readonly domain: string;
  /** EventBridge detail-type: `<Type>.v<version>`. */
  readonly detailType: string;
  readonly type: Type;
  readonly version: number;
  readonly detail: Detail;
}

/** An event as its consumers get it. */
export type EventOf<Contract extends EventContract> = EnvelopeFields & {
  readonly detail: z.output<Contract['detail']>;
};

/** An event that is ready for the bus. */
export interface OutgoingEvent {
  readonly source: string;
  readonly detailType: string;
  readonly envelope: EnvelopeFields & { readonly detail: unknown };
}

/** Declares an event: past tense, `[Resource]Created|Updated|Deleted` or what happened. Additive changes only within a version. */
export const defineEvent = <Type extends string, Detail extends z.ZodType>(
  domain: string,
  type: Type,
  version: number,
  detail: Detail,
): EventContract<Type, Detail> => ({
  source: `cartwright.${domain}`,
  domain,
  detailType: `${type}.v${version}`,
  type,
  version,
  detail,
});

/** Makes an event from what the write fixed. The detail is checked: a producer's mistake stays at the producer. */
export const eventOf = <Type extends string, Detail extends z.ZodType>(
  contract: EventContract<Type, Detail>,
  fields: Omit<EnvelopeFields, 'id' | 'type' | 'version'>,
  detail: z.input<Detail>,
): OutgoingEvent => ({
  source: contract.source,
  detailType: contract.detailType,
  envelope: {
    ...fields,
    id: `${fields.aggregateId}:${fields.sequence}`,
    type: contract.type,
    version: contract.version,
    detail: contract.detail.parse(detail),
  },
});
