import { AppError } from '../../lib/runtime/errors.ts';
import {
  bucketMissing,
  bucketNotEmpty,
  checksumRefused,
  multipartMissing,
  nodeFull,
  nodeRefused,
  nodeUnavailable,
  objectMissing,
} from './node-client.ts';
import { nodeSecretRefused } from './node-secrets.ts';

const OF_NODES = new Set(
  [
    bucketMissing,
    bucketNotEmpty,
    checksumRefused,
    multipartMissing,
    nodeFull,
    nodeRefused,
    nodeSecretRefused,
    nodeUnavailable,
    objectMissing,
  ].map(({ code }) => code),
);
const RETRY_SECONDS = 5;

/**
 * Wraps what a shop asks for. When a node fails it, the shop is told so (503), and not which node it is, where, and with
 * what secret: that is the operators' business, and in the log.
 */
export const discreetly =
  <Request, Answer>(useCase: (request: Request) => Promise<Answer>) =>
  async (request: Request): Promise<Answer> => {
    try {
      return await useCase(request);
    } catch (cause) {
      if (!(cause instanceof AppError) || !OF_NODES.has(cause.code)) throw cause;
      throw nodeUnavailable('The store that holds this file does not answer as it should. Try again in a moment.', {
        retryAfter: cause.retryAfter ?? RETRY_SECONDS,
        cause,
      });
    }
  };
