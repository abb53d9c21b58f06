/** One offending place of an input: `path` in dotted form (`body.lines.0.quantity`). */
export interface FieldError {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly errors?: readonly FieldError[];
  /** Typed extra members of the problem document, e.g. `{ lines: [...] }` of `out_of_stock`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Seconds; sent as `Retry-After`. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/**
 * The one error class. `code` is stable and public, `message` is for people and says what to do next. `name` equals the
 * code, so that a state machine's `Catch` and `Retry` can match it.
 */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly errors: readonly FieldError[];
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | undefined;

  constructor(definition: ErrorDefinition, detail: string, options: AppErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = definition.code;
    this.code = definition.code;
    this.status = definition.status;
    this.title = definition.title;
    this.errors = options.errors ?? [];
    this.extensions = options.extensions ?? {};
    this.retryAfter = options.retryAfter;
  }
}

/** What a caller can rely on for a code; routes list the definitions that they answer with. */
export interface ErrorDefinition {
  readonly code: string;
  readonly status: number;
  readonly title: string;
}

/** A definition that is called to make its error: `throw productNotFound('No product has the id ...')`. */
export interface ErrorFactory extends ErrorDefinition {
  (detail: string, options?: AppErrorOptions): AppError;
}

/** Declares an error code beside the model that it belongs to. */
export const defineError = (code: string, status: number, title: string): ErrorFactory => {
  const definition: ErrorDefinition = { code, status, title };
  const make = (detail: string, options?: AppErrorOptions): AppError => new AppError(definition, detail, options);
  return Object.assign(make, definition);
};

export const isError = (error: unknown, factory: ErrorDefinition): error is AppError =>
  error instanceof AppError && error.code === factory.code;

/** The codes that any route may answer with. */
export const invalidRequest = defineError('invalid_request', 400, 'The request is not valid');
export const invalidCursor = defineError('invalid_cursor', 400, 'The cursor does not belong to this list');
export const unauthorized = defineError('unauthorized', 401, 'Authentication is required');
export const forbidden = defineError('forbidden', 403, 'Not allowed');
export const tenantSuspended = defineError('tenant_suspended', 403, 'The shop is suspended');
export const notFound = defineError('not_found', 404, 'Not found');
export const conflict = defineError('conflict', 409, 'The resource is in another state');
export const requestInFlight = defineError('request_in_flight', 409, 'The same request is still being processed');
export const versionMismatch = defineError('version_mismatch', 412, 'The resource was changed meanwhile');
export const payloadTooLarge = defineError('payload_too_large', 413, 'The request body is too large');
export const unsupportedMediaType = defineError('unsupported_media_type', 415, 'The content type is not supported');
export const idempotencyKeyReused = defineError(
  'idempotency_key_reused',
  422,
  'The Idempotency-Key was used for another request',
);
export const unprocessable = defineError('unprocessable', 422, 'The request cannot be carried out');
export const preconditionRequired = defineError('precondition_required', 428, 'If-Match is required');
export const internalError = defineError('internal_error', 500, 'Something went wrong on our side');
export const dependencyMissing = defineError('dependency_missing', 503, 'A needed part of the system is not deployed');
export const temporarilyUnavailable = defineError('temporarily_unavailable', 503, 'Temporarily unavailable');
