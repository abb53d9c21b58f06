import { sqsCloud } from './cloud.ts';
import { sqsContract } from './contract.ts';

sqsContract('the local SQS', sqsCloud);
