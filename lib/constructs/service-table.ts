import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { TableRef } from './bind.ts';
import { domainStackOf } from './domain-stack.ts';

/** An index of the system's own, over all tenants. It is read by few functions, each with a role of its own. */
export interface SystemIndex {
  readonly name: string;
  readonly partition: string;
  readonly sort: string;
  readonly projection: 'KEYS_ONLY' | 'ALL';
}

export interface ServiceTableProps {
  /** How many of the tenant-wide indexes gsi1, gsi2, gsi3 the domain uses. */
  readonly indexes?: 0 | 1 | 2 | 3;
  /** What these indexes hold: `ALL` unless said. With keys alone, a change of other attributes costs no index write. */
  readonly projection?: 'ALL' | 'KEYS_ONLY';
  readonly systemIndexes?: readonly SystemIndex[];
  /** Does an `EventPublisher` read its changes? */
  readonly stream?: boolean;
}

const text = (name: string) => ({ name, type: AttributeType.STRING });

/**
 * A domain's one table: keys `pk` and `sk`, indexes `gsi1` to `gsi3`, expiry by `ttl` (housekeeping
 * only), paid per request, restorable to any second of the last 35 days, encrypted.
 */
export class ServiceTable extends Construct implements TableRef {
  readonly table: Table;
  readonly tableName: string;
  readonly tableArn: string;

  constructor(scope: Construct, id: string, props: ServiceTableProps = {}) {
    super(scope, id);
    const { stage, whenRemoved } = domainStackOf(this);
    this.table = new Table(this, 'Table', {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: stage.keepData,
      removalPolicy: whenRemoved,
      ...(props.stream === true ? { stream: StreamViewType.NEW_AND_OLD_IMAGES } : {}),
    });
    for (const index of ['gsi1', 'gsi2', 'gsi3'].slice(0, props.indexes ?? 0)) {
      this.table.addGlobalSecondaryIndex({
        indexName: index,
        partitionKey: text(`${index}pk`),
        sortKey: text(`${index}sk`),
        projectionType: ProjectionType[props.projection ?? 'ALL'],
      });
    }
    for (const { name, partition, sort, projection } of props.systemIndexes ?? []) {
      this.table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: text(partition),
        sortKey: text(sort),
        projectionType: ProjectionType[projection],
      });
    }
    this.tableName = this.table.tableName;
    this.tableArn = this.table.tableArn;
  }
}
