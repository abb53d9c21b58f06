import { join } from 'node:path';
import { AwsError } from '../aws-error.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Account, Iam, Log, Meter, Principal, Provisioner, State } from '../contracts.ts';
import type { HttpService } from '../endpoint/endpoint.ts';
import { createBuckets } from './buckets.ts';
import type { Bucket } from './buckets.ts';
import { verifyCaller } from './caller.ts';
import { document, NAMESPACE, s3Handler, XML, type Exchange } from './exchange.ts';
import { listDocument, listRequest } from './listing.ts';
import { deleteObjects, sendBuckets, sendObject } from './object-exchange.ts';
import { acceptWrite, keptHeaders } from './object-headers.ts';
import { createObjectStore } from './object-store.ts';
import type { StoredObject } from './object-store.ts';
import { receiveBody } from './received-body.ts';
import { accessDenied, checkKey, noSuchBucket, noSuchKey } from './s3-error.ts';
import { readRequest } from './s3-request.ts';
import type { S3Operation } from './s3-request.ts';

type Operation = Exclude<S3Operation, 'Preflight'>;

/** A request whose caller is known. */
interface AuthorizedExchange extends Exchange<Operation> {
  readonly principal: Principal;
  /** Context keys for IAM. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * S3 as the product uses it: whole objects put, read (with ranges), listed and deleted, with signatures, presigned URLs
 * and checksums held to as AWS does. Bytes are files, synced before a put is acknowledged.
 */
export const createS3 = (options: {
  readonly account: Account;
  readonly iam: Iam;
  readonly state: State;
  readonly stateDir: string;
  readonly meter: Meter;
  readonly log: Log;
  readonly clock?: Clock;
}): { readonly service: HttpService; readonly provisioners: readonly Provisioner[] } => {
  const { account, iam, meter } = options;
  const clock = options.clock ?? systemClock;
  const store = createObjectStore(options.state, join(options.stateDir, 's3'));
  const buckets = createBuckets({ account, iam, now: () => clock.now() });

  const bucketOf = (name: string): Bucket => {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw noSuchBucket();
    return bucket;
  };
  const authorize = (
    exchange: AuthorizedExchange,
    action: string,
    resource: string,
    more: Readonly<Record<string, string>> = {},
  ): void =>
    iam.authorize({
      principal: exchange.principal,
      action: `s3:${action}`,
      resource,
      context: { ...exchange.context, ...more },
    });
  const objectArn = ({ request }: AuthorizedExchange, key = request.key): string =>
    `${bucketOf(request.bucket).arn}/${key}`;

  /** Without the right to list, a caller does not learn that an object is missing. */
  const existing = (exchange: AuthorizedExchange): StoredObject => {
    const { request } = exchange;
    const object = store.get(request.bucket, request.key);
    if (object !== undefined) return object;
    try {
      iam.authorize({
        principal: exchange.principal,
        action: 's3:ListBucket',
        resource: bucketOf(request.bucket).arn,
        context: exchange.context,
        optional: true,
      });
    } catch (error) {
      throw error instanceof AwsError && error.code === 'AccessDeniedException' ? accessDenied() : error;
    }
    throw noSuchKey();
  };

  const getObject = async (exchange: AuthorizedExchange, withBody: boolean): Promise<void> => {
    authorize(exchange, 'GetObject', objectArn(exchange));
    await sendObject(exchange, existing(exchange), withBody);
  };

  const operations: Readonly<Record<Operation, (exchange: AuthorizedExchange) => Promise<void>>> = {
    async ListBuckets(exchange) {
      authorize(exchange, 'ListAllMyBuckets', '*');
      sendBuckets(exchange, account.accountId, buckets.list());
    },
    async ListObjectsV2(exchange) {
      const { request } = exchange;
      const list = listRequest(request.query);
      authorize(exchange, 'ListBucket', bucketOf(request.bucket).arn, {
        's3:prefix': list.prefix,
        's3:delimiter': list.delimiter,
        's3:max-keys': String(list.maxKeys),
      });
      exchange.send(200, XML, document(listDocument(store, request.bucket, list, account.accountId)));
    },
    async HeadBucket(exchange) {
      authorize(exchange, 'ListBucket', bucketOf(exchange.request.bucket).arn);
      exchange.send(200, { 'x-amz-bucket-region': account.region });
    },
    async GetBucketLocation(exchange) {
      authorize(exchange, 'GetBucketLocation', bucketOf(exchange.request.bucket).arn);
      exchange.send(200, XML, document(`<LocationConstraint ${NAMESPACE}>${account.region}</LocationConstraint>`));
    },
    GetObject: (exchange) => getObject(exchange, true),
    HeadObject: (exchange) => getObject(exchange, false),
    async PutObject(exchange) {
      const { request } = exchange;
      authorize(exchange, 'PutObject', objectArn(exchange));
      checkKey(request.key);
      const { headers } = request;
      const body = await receiveBody(exchange.incoming, store.incoming, headers);
      const object = await store.put(
        request.bucket,
        request.key,
        body,
        { headers: keptHeaders(headers), modifiedAt: clock.now() },
        (known) => acceptWrite(known, headers),
      );
      const checksum = headers['x-amz-checksum-sha256'] === undefined ? {} : { 'x-amz-checksum-sha256': object.sha256 };
      exchange.send(200, { etag: `"${object.etag}"`, 'x-amz-version-id': object.version, ...checksum });
    },
    async DeleteObject(exchange) {
      authorize(exchange, 'DeleteObject', objectArn(exchange));
      await store.remove(exchange.request.bucket, exchange.request.key);
      exchange.send(204, {});
    },
    DeleteObjects: (exchange) =>
      deleteObjects(exchange, store.incoming, async (key) => {
        authorize(exchange, 'DeleteObject', objectArn(exchange, key));
        await store.remove(exchange.request.bucket, key);
      }),
  };

  const answer = async (exchange: Exchange<Operation>): Promise<void> => {
    const { request } = exchange;
    const { known, signature } = verifyCaller((id) => iam.principalOf(id), request, clock.now());
    const context = {
      's3:authtype': signature.expiresSeconds === undefined ? 'REST-HEADER' : 'REST-QUERY-STRING',
      's3:signatureversion': 'AWS4-HMAC-SHA256',
    };
    meter.count(`s3.${request.operation}`);
    await operations[request.operation]({ ...exchange, principal: known.principal, context });
  };

  const handle = s3Handler<Operation>({
    log: options.log,
    read: (incoming) => readRequest(incoming),
    corsOf: (bucket) => buckets.get(bucket)?.cors ?? [],
    answer,
  });
  return { provisioners: buckets.provisioners, service: { signingName: 's3', handle } };
};
