import * as z from 'zod';
import type { Account, Iam, Provisioner, TemplateResource } from '../contracts.ts';
import { physicalName } from '../physical-name.ts';
import { readProperties } from '../read-properties.ts';
import { CorsConfiguration } from './cors.ts';
import type { CorsRule } from './cors.ts';

const BucketProperties = z.object({
  BucketName: z.string().optional(),
  CorsConfiguration: CorsConfiguration.optional(),
});

const PolicyProperties = z.object({ Bucket: z.string(), PolicyDocument: z.unknown() });

export interface Bucket {
  readonly name: string;
  readonly arn: string;
  readonly cors: readonly CorsRule[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface Buckets {
  readonly provisioners: readonly Provisioner[];
  get(name: string): Bucket | undefined;
  list(): readonly Bucket[];
}

/** Bucket names are lower case, without underscores. */
const bucketName = (resource: TemplateResource): string =>
  physicalName(resource, 63).toLowerCase().replaceAll('_', '-');

export const createBuckets = (options: {
  readonly account: Account;
  readonly iam: Iam;
  readonly now: () => number;
}): Buckets => {
  const { account } = options;
  const buckets = new Map<string, Bucket>();
  const provisionBucket = async (resource: TemplateResource) => {
    const properties = readProperties(resource, BucketProperties);
    const name = properties.BucketName ?? bucketName(resource);
    const arn = `arn:${account.partition}:s3:::${name}`;
    buckets.set(name, { name, arn, cors: properties.CorsConfiguration?.CorsRules ?? [], createdAt: options.now() });
    const domain = `${name}.s3.${account.region}.amazonaws.com`;
    return {
      ref: name,
      attributes: {
        Arn: arn,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: domain,
        DualStackDomainName: domain,
      },
    };
  };
  const provisionPolicy = async (resource: TemplateResource) => {
    const properties = readProperties(resource, PolicyProperties);
    const bucket = buckets.get(properties.Bucket);
    if (bucket === undefined)
      throw new Error(`${resource.path}.Properties.Bucket: there is no bucket ${properties.Bucket}`);
    options.iam.addResourcePolicy(bucket.arn, properties.PolicyDocument);
    return { ref: properties.Bucket, attributes: {} };
  };
  return {
    get: (name) => buckets.get(name),
    list: () => [...buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    provisioners: [
      { types: ['AWS::S3::Bucket'], provision: provisionBucket },
      { types: ['AWS::S3::BucketPolicy'], provision: provisionPolicy },
    ],
  };
};
