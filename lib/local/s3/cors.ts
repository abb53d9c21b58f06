import * as z from 'zod';

const rule = z.strictObject({
  Id: z.string().optional(),
  AllowedHeaders: z.array(z.string()).optional(),
  AllowedMethods: z.array(z.string()),
  AllowedOrigins: z.array(z.string()),
  ExposedHeaders: z.array(z.string()).optional(),
  MaxAge: z.number().optional(),
});

/** `CorsConfiguration` of a bucket. */
export const CorsConfiguration = z.strictObject({ CorsRules: z.array(rule) });
export type CorsRule = z.output<typeof rule>;

/** One `*` at most, anywhere. */
const matches = (pattern: string, value: string): boolean => {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === value;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return value.length >= before.length + after.length && value.startsWith(before) && value.endsWith(after);
};

/** The headers that let a browser of this origin read the answer; undefined when no rule allows it. */
export const corsHeaders = (
  rules: readonly CorsRule[],
  request: { readonly origin: string; readonly method: string; readonly requestHeaders: readonly string[] },
): Readonly<Record<string, string>> | undefined => {
  const found = rules.find(
    (candidate) =>
      candidate.AllowedOrigins.some((origin) => matches(origin, request.origin)) &&
      candidate.AllowedMethods.includes(request.method) &&
      request.requestHeaders.every((header) =>
        (candidate.AllowedHeaders ?? []).some((allowed) => matches(allowed.toLowerCase(), header.toLowerCase())),
      ),
  );
  if (found === undefined) return undefined;
  const any = found.AllowedOrigins.includes('*');
  return {
    'access-control-allow-origin': any ? '*' : request.origin,
    'access-control-allow-methods': found.AllowedMethods.join(', '),
    ...(request.requestHeaders.length === 0
      ? {}
      : { 'access-control-allow-headers': request.requestHeaders.join(', ') }),
    ...(found.ExposedHeaders === undefined ? {} : { 'access-control-expose-headers': found.ExposedHeaders.join(', ') }),
    ...(found.MaxAge === undefined ? {} : { 'access-control-max-age': String(found.MaxAge) }),
    ...(any ? {} : { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
};
