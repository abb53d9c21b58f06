import * as z from 'zod';
import { eventOf, type OutgoingEvent } from '../../lib/runtime/events.ts';
import type { Change } from '../../lib/runtime/change.ts';
import { Actor } from '../../lib/runtime/tenant.ts';
import { StockAdjusted } from './events.ts';
import { adjustmentKey } from './keys.ts';
import { Adjustment } from './model.ts';

const StoredAdjustment = Adjustment.extend({ source: z.string().optional(), actor: Actor, traceId: z.string() });

/** An adjustment is written once; everything else in the table concerns nobody else. */
export const toEvents = ({ tenant, before, after }: Change): readonly OutgoingEvent[] => {
  if (before !== undefined || !String(after?.['pk']).startsWith(adjustmentKey('').pk)) return [];
  const { id, reason, lines, createdAt, source, actor, traceId } = StoredAdjustment.parse(after);
  const fields = { tenant, time: createdAt, aggregateId: id, sequence: 1, actor, correlationId: traceId };
  return [eventOf(StockAdjusted, fields, { adjustmentId: id, reason, source: source ?? null, lines, createdAt })];
};
