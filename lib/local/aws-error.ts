/** An error in AWS's own terms: `code` is the error name that SDKs and the AWS CLI show, `status` the HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Extra fields of the error's wire form, for example `CancellationReasons` or `Item`. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** The local cloud refuses what it does not know by name, instead of doing something else. */
export const notImplemented = (what: string): AwsError =>
  new AwsError('NotImplemented', `The local cloud does not implement ${what}.`, 501);
