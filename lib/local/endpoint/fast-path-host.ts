import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { notImplemented } from '../aws-error.ts';
import type { Principal } from '../contracts.ts';
import type { LocalDynamoDb } from '../dynamodb/dynamodb.ts';
import type { LocalIam } from '../iam/iam.ts';
import type { WorkerHooks } from '../lambda/environment-source.ts';
import type { Dispatch } from './dispatch.ts';
import { answerOn, WHOSE } from './fast-messages.ts';
import type { FastPathOptions } from './fast-path.ts';
import { callerOf } from './identity.ts';
import { jsonError } from './json-protocol.ts';
import { json } from './wire.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** The session behind an access key, or AWS's refusal of a key that is nobody's or over. */
const whose = (iam: LocalIam, request: WireRequest): WireAnswer => {
  const accessKeyId = request.url;
  try {
    const session = iam.sessionSnapshot(accessKeyId);
    if (session !== undefined) return json(200, session);
    callerOf(iam, { accessKeyId, service: 'dynamodb' });
    throw notImplemented("a function's request with the access key of another role");
  } catch (error) {
    return jsonError(error, request);
  }
};

/**
 * The main thread's side of the fast path: what an environment is given before its bundle is loaded, and the services
 * that it calls by message.
 */
export const createFastPathHost = (options: {
  readonly iam: LocalIam;
  readonly dynamodb: LocalDynamoDb;
  readonly dispatch: Dispatch;
  /** The AWS endpoint's URL. */
  readonly endpoint: () => string;
  readonly seed: number;
}): WorkerHooks => {
  let environments = 0;
  return {
    module: fileURLToPath(new URL('./fast-path.ts', import.meta.url)),
    exportName: 'installAwsFastPath',
    options({ roleArn }) {
      const { iam, dynamodb } = options;
      const principal: Principal = { kind: 'role', arn: roleArn };
      const url = new URL(options.endpoint());
      const { port1, port2 } = new MessageChannel();
      answerOn(
        port1,
        async (request) =>
          request.method === WHOSE ? whose(iam, request) : await options.dispatch(request, () => principal),
        iam.record.observerOf,
      );
      environments += 1;
      const given: FastPathOptions = {
        host: url.hostname,
        port: Number(url.port),
        accessKeyId: iam.credentialsFor(principal).accessKeyId,
        role: iam.snapshot(roleArn),
        dynamodb: dynamodb.forWorker(),
        seed: options.seed + environments,
        calls: port2,
      };
      return { options: given, transfer: [port2] };
    },
  };
};
