import { randomUUID } from 'node:crypto';
import { describe } from 'vitest';
import type { Capabilities } from '../../functions/storage/node.ts';
import { contractCases, type Case, type Differences } from '../local/contract-cases.ts';
import { bucketCases } from './contract/buckets.ts';
import { credentialCases } from './contract/credentials.ts';
import { multipartCases } from './contract/multiparts.ts';
import { objectCases } from './contract/objects.ts';
import { presignedCases } from './contract/presigned.ts';
import type { NodeSubject } from './node-subject.ts';

/** What the cases of a group are made with. */
export interface Contract {
  readonly test: Case;
  readonly subject: () => NodeSubject;
  readonly capabilities: Capabilities;
  /** A bucket name that nobody has had. */
  readonly newBucket: () => string;
}

const GROUPS = {
  buckets: bucketCases,
  objects: objectCases,
  'signed URLs': presignedCases,
  multipart: multipartCases,
  credentials: credentialCases,
} satisfies Readonly<Record<string, (contract: Contract) => void>>;

/**
 * What the storage domain relies on of a node. It runs on the memory node, on the local cloud's nodes and on real
 * servers; what one of these lacks is a capability or a listed difference.
 */
export const nodeContract = (
  subject: () => NodeSubject,
  capabilities: Capabilities,
  differences: Differences = {},
): void => {
  contractCases(differences, (test) => {
    for (const [group, declare] of Object.entries(GROUPS)) {
      describe(group, () => {
        declare({ test, subject, capabilities, newBucket: () => `contract-${randomUUID().slice(0, 18)}` });
      });
    }
  });
};
