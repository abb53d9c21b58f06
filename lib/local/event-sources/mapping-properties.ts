import * as z from 'zod';
import type { TemplateResource } from '../contracts.ts';
import { readProperties } from '../read-properties.ts';

const number = z.coerce.number();

/** Limits and defaults are those of Lambda's API reference (CreateEventSourceMapping). */
const MappingProperties = z.strictObject({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: number.min(1).max(10_000).optional(),
  MaximumBatchingWindowInSeconds: number.min(0).max(300).default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']).optional(),
  BisectBatchOnFunctionError: z.boolean().default(false),
  MaximumRetryAttempts: number.min(-1).max(10_000).default(-1),
  MaximumRecordAgeInSeconds: number.min(-1).max(604_800).default(-1),
  ParallelizationFactor: number.min(1).max(10).default(1),
  DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: z.string() }) }).optional(),
  ScalingConfig: z.strictObject({ MaximumConcurrency: number.min(2).max(1_000) }).optional(),
  FilterCriteria: z.strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) }).optional(),
});

/** What stream and queue mappings have in common. */
interface Mapping {
  /** Stable over restarts: `<stack>/<logicalId>`. */
  readonly id: string;
  readonly functionName: string;
  readonly sourceArn: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly partialFailures: boolean;
  /** Event patterns, any of which lets a record through; empty lets all through. */
  readonly patterns: readonly string[];
}

export interface StreamMapping extends Mapping {
  readonly kind: 'stream';
  readonly tableName: string;
  readonly startAtLatest: boolean;
  readonly bisect: boolean;
  /** -1: as long as the record lives. */
  readonly maximumRetries: number;
  readonly maximumAgeMs: number;
  readonly parallel: number;
  readonly onFailureArn: string | undefined;
}

export interface QueueMapping extends Mapping {
  readonly kind: 'queue';
  readonly maximumConcurrency: number | undefined;
}

/** A stream keeps its records for a day. */
const STREAM_AGE_MS = 24 * 3600 * 1000;

const onlyFor = (resource: TemplateResource, properties: readonly string[], kind: string): void => {
  const wrong = properties.find((property) => resource.properties[property] !== undefined);
  if (wrong !== undefined) throw new Error(`${resource.path}.Properties.${wrong}: not for ${kind}`);
};

/** An event source mapping as its template declares it. */
export const eventSourceMapping = (resource: TemplateResource): StreamMapping | QueueMapping => {
  const properties = readProperties(resource, MappingProperties);
  const [, , service, , , sourceName = ''] = properties.EventSourceArn.split(':');
  const common = {
    id: resource.path,
    functionName: properties.FunctionName,
    sourceArn: properties.EventSourceArn,
    enabled: properties.Enabled,
    batchingWindowMs: properties.MaximumBatchingWindowInSeconds * 1000,
    partialFailures: properties.FunctionResponseTypes.length > 0,
    patterns: (properties.FilterCriteria?.Filters ?? []).map(({ Pattern }) => Pattern),
  };
  if (service === 'sqs') {
    const ofStreams = ['StartingPosition', 'BisectBatchOnFunctionError', 'MaximumRetryAttempts', 'DestinationConfig'];
    onlyFor(resource, [...ofStreams, 'MaximumRecordAgeInSeconds', 'ParallelizationFactor'], 'queues');
    return {
      ...common,
      kind: 'queue',
      batchSize: properties.BatchSize ?? 10,
      maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
    };
  }
  const [, tableName, stream] = /^table\/([^/]+)\/(stream)\//.exec(sourceName) ?? [];
  if (service !== 'dynamodb' || tableName === undefined || stream === undefined) {
    throw new Error(
      `${resource.path}.Properties.EventSourceArn: the local cloud does not implement ${properties.EventSourceArn}`,
    );
  }
  onlyFor(resource, ['ScalingConfig'], 'streams');
  if (properties.StartingPosition === undefined)
    throw new Error(`${resource.path}.Properties.StartingPosition is missing`);
  return {
    ...common,
    kind: 'stream',
    tableName,
    batchSize: properties.BatchSize ?? 100,
    startAtLatest: properties.StartingPosition === 'LATEST',
    bisect: properties.BisectBatchOnFunctionError,
    maximumRetries: properties.MaximumRetryAttempts,
    maximumAgeMs:
      properties.MaximumRecordAgeInSeconds < 0 ? STREAM_AGE_MS : properties.MaximumRecordAgeInSeconds * 1000,
    parallel: properties.ParallelizationFactor,
    onFailureArn: properties.DestinationConfig?.OnFailure.Destination,
  };
};
