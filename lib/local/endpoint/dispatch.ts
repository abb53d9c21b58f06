import { notImplemented } from '../aws-error.ts';
import type { Principal } from '../contracts.ts';
import { credentialScope } from './identity.ts';
import { answerJson, jsonError, jsonTarget } from './json-protocol.ts';
import { answerQuery, QUERY_SERVICES, queryError } from './query-protocol.ts';
import { answerRest, REST_SERVICES, restError } from './rest-protocol.ts';
import { asAwsError } from './wire.ts';
import type { ServiceLookup, WireAnswer, WireRequest } from './wire.ts';

/** Every protocol but S3's: finds the service, calls it, and writes its answer or its error as AWS does. */
export interface Dispatch {
  (request: WireRequest, principal: () => Principal): Promise<WireAnswer>;
}

export const createDispatch = (services: ServiceLookup, failed: (error: unknown) => void): Dispatch => {
  const noticing = (error: unknown): unknown => {
    if (asAwsError(error).status >= 500 && asAwsError(error).code !== 'NotImplemented') failed(error);
    return error;
  };
  return async (request, principal) => {
    const target = jsonTarget(request.headers['x-amz-target']);
    if (target !== undefined) {
      try {
        return await answerJson(services, target, request, principal());
      } catch (error) {
        return jsonError(noticing(error), request);
      }
    }
    const signingName =
      request.headers['x-local-service'] ??
      credentialScope(request.headers['authorization'], request.url)?.service ??
      '';
    if (QUERY_SERVICES.has(signingName)) {
      try {
        return await answerQuery(services, signingName, request, principal());
      } catch (error) {
        return queryError(noticing(error));
      }
    }
    try {
      if (REST_SERVICES.has(signingName)) return await answerRest(services, signingName, request, principal());
      throw notImplemented(`the service ${signingName || 'of an unsigned request'}`);
    } catch (error) {
      return restError(noticing(error));
    }
  };
};
