import * as z from 'zod';
import type { ApiClient, ApiRequest, ApiResponse } from './http.ts';

const Problem = z.looseObject({ code: z.string(), detail: z.string().optional() });

/** The stable code of a problem document, or a word for what came instead. */
export const problemCode = (response: ApiResponse): string => {
  const problem = Problem.safeParse(response.body);
  return problem.success ? problem.data.code : `no problem document (status ${response.status})`;
};

/** Thrown when a request that must succeed was refused. */
export class Refused extends Error {
  readonly code: string;
  /** The problem's own words, for people; the whole answer where there is no problem document. */
  readonly detail: string;
  constructor(request: string, response: ApiResponse) {
    super(`${request} answered ${response.status}: ${response.text.slice(0, 600)}`);
    this.name = 'Refused';
    this.code = problemCode(response);
    this.detail = Problem.safeParse(response.body).data?.detail ?? this.message;
  }
}

/**
 * Sends a request that must succeed and parses its answer.
 * @throws Refused with method, path, status and the problem when it does not
 */
export const call = async <Schema extends z.ZodType>(
  api: ApiClient,
  schema: Schema,
  method: string,
  path: string,
  request?: ApiRequest,
): Promise<z.output<Schema>> => {
  const response = await api.send(method, path, request);
  if (response.status < 200 || response.status > 299) throw new Refused(`${method} ${path}`, response);
  const parsed = schema.safeParse(response.body);
  if (!parsed.success)
    throw new Error(
      `${method} ${path}: unexpected answer ${response.text.slice(0, 400)}: ${z.prettifyError(parsed.error)}`,
    );
  return parsed.data;
};
