import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { Principal } from '../../../lib/local/contracts.ts';
import { createEndpoint } from '../../../lib/local/endpoint/endpoint.ts';
import { createIam } from '../../../lib/local/iam/iam.ts';
import type { LocalIam } from '../../../lib/local/iam/iam.ts';
import { createMeter } from '../../../lib/local/meter.ts';
import { createS3 } from '../../../lib/local/s3/s3.ts';
import { createState } from '../../../lib/local/state.ts';

const account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' } as const;

export interface S3Cloud {
  readonly url: string;
  readonly stateDir: string;
  readonly iam: LocalIam;
  bucket(logicalId: string, properties?: Readonly<Record<string, unknown>>): Promise<string>;
  provision(type: string, logicalId: string, properties: Readonly<Record<string, unknown>>): Promise<string>;
  client(principal?: Principal): S3Client;
  stop(): Promise<void>;
}

/** S3, IAM and the endpoint alone. */
export const s3Cloud = async (stateDir = mkdtempSync(join(tmpdir(), 's3-'))): Promise<S3Cloud> => {
  const iam = createIam({ account, stateDir });
  const state = createState({ file: join(stateDir, 'state.db') });
  const meter = createMeter();
  const log = { write: () => undefined };
  const s3 = createS3({ account, iam, state, stateDir, meter, log });
  const endpoint = createEndpoint({ port: 0, services: [], httpServices: [s3.service], iam, log, meter });
  await endpoint.start();
  const provision: S3Cloud['provision'] = async (type, logicalId, properties) => {
    const provisioner = [...s3.provisioners, ...iam.provisioners].find((candidate) => candidate.types.includes(type));
    if (provisioner === undefined) throw new Error(`nothing provisions ${type}`);
    const path = `shop/${logicalId}`;
    return (await provisioner.provision({ stack: 'shop', logicalId, path, type, properties, metadata: {} })).ref;
  };
  return {
    url: endpoint.url,
    stateDir,
    iam,
    provision,
    bucket: (logicalId, properties = {}) => provision('AWS::S3::Bucket', logicalId, properties),
    client(principal) {
      const credentials =
        principal === undefined ? { accessKeyId: 'local', secretAccessKey: 'local' } : iam.credentialsFor(principal);
      return new S3Client({
        endpoint: endpoint.url,
        region: account.region,
        credentials,
        forcePathStyle: true,
        maxAttempts: 1,
        requestChecksumCalculation: 'WHEN_REQUIRED',
      });
    },
    async stop() {
      await endpoint.stop();
      await state.close();
    },
  };
};
