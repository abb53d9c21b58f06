import { randomBytes } from 'node:crypto';

/** A new trace id in X-Ray's form: version, seconds, 96 random bits. */
export const newTraceId = (now: Date = new Date()): string =>
  `1-${Math.floor(now.getTime() / 1000)
    .toString(16)
    .padStart(8, '0')}-${randomBytes(12).toString('hex')}`;

/** The trace that a request belongs to: API Gateway sets `X-Amzn-Trace-Id: Root=1-...` on every request. */
export const traceIdOf = (headers: ReadonlyMap<string, string>): string =>
  /Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/.exec(headers.get('x-amzn-trace-id') ?? '')?.[1] ?? newTraceId();
